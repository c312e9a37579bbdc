using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Runs;

/// <summary>Reads <c>--agent-cmd</c>: words as a shell would split them, without a shell.</summary>
/// <param name="directory">The invoker's directory; the agent itself will run in a lane.</param>
/// <param name="path">The value of PATH.</param>
public sealed class AgentCommandLine(string directory, string? path)
{
    /// <summary>Gives program and arguments, the program as an absolute path.</summary>
    /// <exception cref="RefusedException"><c>command-invalid</c>, or <c>agent-not-found</c> when there is no such program.</exception>
    public ImmutableArray<string> Read(string line)
    {
        if (ShellWords.TrySplit(line, out var words) is { } invalid)
            throw new RefusedException(invalid);
        return [Program(words[0]), .. words.Skip(1).Select(Argument)];
    }

    private string Program(string word)
    {
        var program = word.Contains('/') ? Path.GetFullPath(word, directory) : Programs.Find(word, path);
        return program is not null && Programs.IsExecutable(program)
            ? program
            : throw new RefusedException(new(
                "agent-not-found", $"The agent program {word} is not on the PATH or cannot be run.", "Install it, or give its path.")
            {
                Details = new() { ["program"] = word },
            });
    }

    // A script named by its path means the invoker's file, which need not exist in the lane. Other words with a slash
    // (options, addresses, placeholders) are left as they are.
    private string Argument(string word)
    {
        if (!word.Contains('/') || Path.IsPathFullyQualified(word))
            return word;
        var full = Path.GetFullPath(word, directory);
        return Path.Exists(full) ? full : word;
    }
}
