using System.Text;
using Lodestar.Core;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>The command line of an agent that is any program: words with places to fill in, and never a shell.</summary>
public static class ExecCommand
{
    /// <summary>The longest prompt an argument may hold; Linux refuses arguments over 128 KiB.</summary>
    public const int PromptLimit = 100 * 1024;

    /// <summary>Fills the places in: <c>{briefing_file}</c>, <c>{prompt}</c>, <c>{task_id}</c>, <c>{workspace}</c>.</summary>
    /// <exception cref="RefusedException">The prompt is too long for an argument: <c>prompt-too-long</c>.</exception>
    public static IReadOnlyList<string> Fill(
        IReadOnlyList<string> words, string briefingFile, string prompt, TaskId task, string workspace)
    {
        if (words.Any(word => word.Contains("{prompt}", StringComparison.Ordinal)) && Encoding.UTF8.GetByteCount(prompt) > PromptLimit)
            throw new RefusedException(new Refusal(
                "prompt-too-long",
                $"The briefing of task {task} is longer than {PromptLimit / 1024} KiB and cannot be an argument.",
                "Use {briefing_file} in the agent command in place of {prompt}."));

        (string Place, string Value)[] values =
            [("{briefing_file}", briefingFile), ("{prompt}", prompt), ("{task_id}", task.Value), ("{workspace}", workspace)];
        return [.. words.Select(word => FillWord(word, values))];
    }

    /// <summary>Resolves the program of a command to an absolute path.</summary>
    /// <param name="words">The command.</param>
    /// <param name="path">The value of PATH; only its absolute entries count.</param>
    /// <exception cref="RefusedException">There is no such program: <c>agent-not-found</c>.</exception>
    public static IReadOnlyList<string> Resolve(IReadOnlyList<string> words, string? path)
    {
        var program = Path.IsPathFullyQualified(words[0])
            ? Programs.IsExecutable(words[0]) ? words[0] : null
            : Programs.Find(words[0], path);
        return program is null
            ? throw new RefusedException(new Refusal(
                "agent-not-found",
                $"The agent program {words[0]} is not on the PATH or cannot be run.",
                "Install it, or give its path."))
            : [program, .. words.Skip(1)];
    }

    // One pass: a value that itself looks like a place is not filled in again.
    private static string FillWord(string word, (string Place, string Value)[] values)
    {
        var filled = new StringBuilder();
        for (var index = 0; index < word.Length;)
        {
            var at = index;
            var found = Array.FindIndex(values, one => string.CompareOrdinal(word, at, one.Place, 0, one.Place.Length) == 0);
            filled.Append(found >= 0 ? values[found].Value : word[index].ToString());
            index += found >= 0 ? values[found].Place.Length : 1;
        }

        return filled.ToString();
    }
}
