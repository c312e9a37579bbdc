using System.CommandLine;

namespace Lodestar.Cli;

/// <summary>The options every command has, before or after the verb.</summary>
internal sealed class GlobalOptions
{
    /// <summary>One JSON envelope on standard output.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Answer with one JSON envelope.", Recursive = true };

    /// <summary>The schema of <c>data</c>.</summary>
    public Option<bool> Schema { get; } = new("--schema") { Description = "Print the JSON Schema of this command's data and do nothing else.", Recursive = true };

    /// <summary>What the command is for.</summary>
    public Option<bool> Explain { get; } = new("--explain") { Description = "Print purpose, inputs, effects and examples and do nothing else.", Recursive = true };

    /// <summary>Where to act.</summary>
    public Option<string> Directory { get; } = Inputs.Word("--repo", "Act as if started in this directory.", "path", "-C");

    /// <summary>No colour.</summary>
    public Option<bool> NoColour { get; } = new("--no-color") { Description = "Use no colour; NO_COLOR does the same.", Recursive = true };

    /// <summary>The version.</summary>
    public Option<bool> Version { get; } = new("--version", "-v") { Description = "Print the version." };

    /// <summary>Makes the options.</summary>
    public GlobalOptions() => Directory.Recursive = true;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [Json, Schema, Explain, Directory, NoColour, Version];
}
