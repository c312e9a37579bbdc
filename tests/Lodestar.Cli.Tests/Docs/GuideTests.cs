using System.Text.RegularExpressions;
using Lodestar.Core;

namespace Lodestar.Cli.Tests.Docs;

/// <summary>Agents do as they are told: every command the generated guides speak of is one this program has, with options it takes.</summary>
public sealed partial class GuideTests : IDisposable
{
    private readonly MemoryConsole console = new();

    [Fact]
    public async Task Generated_guides_speak_only_of_commands_there_are()
    {
        await console.RunAsync("init", "--mcp", "--prd");

        var commands = new[] { "AGENTS.md", "PRD-PROMPT.md" }
            .SelectMany(file => Commands(File.ReadAllText(console.Scratch.PathOf(file))).Select(command => (file, command)))
            .ToArray();

        Assert.True(commands.Length > 15, $"Only {commands.Length} commands were found.");
        Assert.Empty(commands.Where(one => Problem(one.command) is not null).Select(one => $"{one.file}: {one.command}: {Problem(one.command)}"));
    }

    [Fact]
    public async Task The_guide_is_short_enough_to_be_read_every_time()
    {
        await console.RunAsync("init", "--mcp");

        Assert.InRange(new FileInfo(console.Scratch.PathOf("AGENTS.md")).Length, 1, 6 * 1024);
    }

    public void Dispose() => console.Dispose();

    private static string? Problem(string command)
    {
        if (ShellWords.TrySplit(command, out var words) is { } unreadable)
            return unreadable.Message;
        var parsed = new CommandTree().Root.Parse([.. words.Skip(1).Select(word => word is "N" ? "7" : word)]);
        return parsed.CommandResult.Command is not Verb ? "no such command"
            : parsed.Errors.Count > 0 ? parsed.Errors[0].Message : null;
    }

    /// <summary>What stands in code: in line, and in blocks, where a backslash goes on in the next line.</summary>
    private static IEnumerable<string> Commands(string markdown) =>
        InLine().Matches(markdown).Concat(InBlock().Matches(markdown.Replace("\\\n", " ", StringComparison.Ordinal)))
            .Select(found => found.Groups["command"].Value.Trim());

    [GeneratedRegex(@"`(?<command>lodestar [^`]+)`")]
    private static partial Regex InLine();

    [GeneratedRegex(@"^ *(?<command>lodestar .+)$", RegexOptions.Multiline)]
    private static partial Regex InBlock();
}
