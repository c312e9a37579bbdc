using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Lodestar.Cli.Tests.Docs;

/// <summary>One command of a <c>console</c> block and what the page says it answers.</summary>
/// <remarks>A command stands after <c>$ </c>, its further lines after <c>&gt; </c>. In the answer <c>...</c> stands for
/// anything within a line, and alone on a line for any number of lines; two blanks or more stand for two or more.
/// <c>[exit N]</c> is the last line of a command that does not exit with 0.</remarks>
/// <param name="Command">What is typed; may have several lines.</param>
/// <param name="Answer">Lines of both streams.</param>
/// <param name="ExitCode">How it ends.</param>
/// <param name="Line">Where it stands on the page.</param>
internal sealed partial record ConsoleExample(string Command, ImmutableArray<string> Answer, int ExitCode, int Line)
{
    /// <summary>Takes a block apart.</summary>
    public static IEnumerable<ConsoleExample> In(MarkdownBlock block)
    {
        var lines = block.Body.TrimEnd('\n').Split('\n');
        for (var at = 0; at < lines.Length;)
        {
            var line = block.Line + at + 1;
            if (!lines[at].StartsWith("$ ", StringComparison.Ordinal))
                throw new FormatException($"Line {line}: an example begins with \"$ \", not with \"{lines[at]}\".");
            var command = new StringBuilder(lines[at++][2..]);
            for (; at < lines.Length && lines[at].StartsWith("> ", StringComparison.Ordinal); at++)
                command.Append('\n').Append(lines[at].AsSpan(2));
            var answer = ImmutableArray.CreateBuilder<string>();
            for (; at < lines.Length && !lines[at].StartsWith("$ ", StringComparison.Ordinal); at++)
                answer.Add(lines[at]);
            while (answer.Count > 0 && answer[^1].Length == 0)
                answer.RemoveAt(answer.Count - 1);
            var exit = 0;
            if (answer.Count > 0 && ExitLine().Match(answer[^1]) is { Success: true } found)
            {
                exit = int.Parse(found.Groups["code"].Value, System.Globalization.CultureInfo.InvariantCulture);
                answer.RemoveAt(answer.Count - 1);
            }

            yield return new ConsoleExample(command.ToString(), answer.ToImmutable(), exit, line);
        }
    }

    /// <summary>Compares with what was answered.</summary>
    /// <returns>Null, or the first line of the page that does not fit.</returns>
    public string? Mismatch(string actual, int exitCode)
    {
        var text = string.Concat(actual.TrimEnd().Split('\n').Where(_ => actual.TrimEnd().Length > 0).Select(line => line.TrimEnd() + "\n"));
        for (var count = 1; count <= Answer.Length; count++)
        {
            if (!Regex.IsMatch(text, Pattern(Answer.Take(count)), RegexOptions.CultureInvariant))
                return $"\"{Answer[count - 1]}\" is not what follows";
        }

        if (!Regex.IsMatch(text, Pattern(Answer) + @"\z", RegexOptions.CultureInvariant))
            return "more was answered than the page shows";
        return exitCode == ExitCode ? null : $"it exits with {exitCode}, not {ExitCode}";
    }

    private static string Pattern(IEnumerable<string> lines) => @"\A" + string.Concat(lines.Select(line => line == "..."
        ? @"(?:[^\n]*\n)*?"
        : Columns().Replace(Regex.Escape(line.TrimEnd()).Replace(@"\.\.\.", @"[^\n]*", StringComparison.Ordinal), @"\ {2,}") + @"\n"));

    /// <summary>Blanks between columns: how many depends on the widest value.</summary>
    [GeneratedRegex(@"(\\ ){2,}")]
    private static partial Regex Columns();

    [GeneratedRegex(@"^\[exit (?<code>\d+)\]$")]
    private static partial Regex ExitLine();
}
