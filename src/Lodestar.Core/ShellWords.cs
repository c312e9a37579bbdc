using System.Collections.Immutable;
using System.Text;

namespace Lodestar.Core;

/// <summary>Splits a command line into words as a POSIX shell would, and does nothing else a shell does: no variable, no
/// pattern, no substitution is expanded.</summary>
public static class ShellWords
{
    /// <summary>Splits a command line.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="words">Its words.</param>
    /// <returns>Null, or the refusal <c>command-invalid</c> when a quote is not closed or there is no word.</returns>
    public static Refusal? TrySplit(string line, out ImmutableArray<string> words)
    {
        words = [];
        var found = ImmutableArray.CreateBuilder<string>();
        StringBuilder? word = null;
        for (var at = 0; at < line.Length; at++)
        {
            switch (line[at])
            {
                case ' ' or '\t' or '\n' when word is not null:
                    found.Add(word.ToString());
                    word = null;
                    break;
                case ' ' or '\t' or '\n':
                    break;
                case '\'' or '"':
                    word ??= new();
                    var end = Quoted(line, at, word);
                    if (end < 0)
                        return new("command-invalid", $"A quote is not closed in: {line}", "close it, or put a backslash before it");
                    at = end;
                    break;
                case '\\':
                    word ??= new();
                    if (++at == line.Length)
                        return new("command-invalid", $"A backslash ends: {line}", "write two of them for one");
                    // A backslash joins two lines.
                    if (line[at] != '\n')
                        word.Append(line[at]);
                    break;
                default:
                    (word ??= new()).Append(line[at]);
                    break;
            }
        }

        if (word is not null)
            found.Add(word.ToString());
        words = found.ToImmutable();
        return words.IsEmpty ? new("command-invalid", "The command line is empty.", "name a program") : null;
    }

    // Gives the place of the closing quote, or -1.
    private static int Quoted(string line, int open, StringBuilder word)
    {
        for (var at = open + 1; at < line.Length; at++)
        {
            if (line[at] == line[open])
                return at;
            // Inside double quotes a backslash counts only before these.
            if (line[open] == '"' && line[at] == '\\' && at + 1 < line.Length && (line[at + 1] is '"' or '\\' or '$' or '`' or '\n'))
            {
                if (line[++at] != '\n')
                    word.Append(line[at]);
                continue;
            }

            word.Append(line[at]);
        }

        return -1;
    }
}
