using System.Globalization;
using System.Text;

namespace Lodestar.Core;

/// <summary>A branch of a run, taken apart: the reverse of <see cref="RefName"/>.</summary>
/// <param name="Run">The run.</param>
/// <param name="Task">The task of an attempt; null for the run branch itself.</param>
public sealed record AttemptBranchName(RunId Run, TaskId? Task)
{
    /// <summary>Reads a short branch name; null when it is no branch of a run.</summary>
    public static AttemptBranchName? TryParse(string branch)
    {
        var parts = branch.Split('/');
        if (parts.Length < 3 || parts[0] != "lodestar" || !IdText.IsRun(parts[1]))
            return null;
        var run = new RunId(parts[1]);
        if (parts is [_, _, "run"])
            return new(run, null);
        if (parts is not [_, _, "t", var attempt] || attempt.LastIndexOf('.') is not (> 0 and var dot))
            return null;
        return Unescape(attempt[..dot]) is { } task && TaskId.Problem(task) is null ? new(run, new TaskId(task)) : null;
    }

    private static string? Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                bytes.Add((byte)text[at]);
                continue;
            }

            if (at + 2 >= text.Length || !byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, null, out var value))
                return null;
            bytes.Add(value);
            at += 2;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
