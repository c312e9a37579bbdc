using YamlDotNet.Core;

namespace Lodestar.Engine.Yaml;

/// <summary>Says in words a person can act on why a text is not YAML.</summary>
internal static class YamlSyntax
{
    internal static YamlProblem Explain(string text, YamlException cause)
    {
        // An unexpected end is shown where the text ends, not on the empty line behind it.
        var offset = (int)Math.Clamp(cause.Start.Index, 0, text.Length);
        if (text.AsSpan(offset).IsWhiteSpace())
            offset = text.AsSpan(0, offset).TrimEnd().Length;
        var lineStart = offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;
        if (TabNear(text, lineStart) is { } tab)
            return new(tab, "tab-indent", LineAt(text, tab), "A tab indents this line; YAML allows blanks only.");
        if (offset < text.Length && text[offset] is '@' or '`' or '%')
            return new(offset, "yaml-quotes", LineAt(text, offset), $"Text that begins with {text[offset]} needs quotes.");
        return new(offset, "yaml-syntax", LineAt(text, lineStart), "The file is not valid YAML: " + Sentence(cause.Message));
    }

    /// <summary>A tab that indents the given line or the next: parsers notice it only behind it, or one line late.</summary>
    private static int? TabNear(string text, int lineStart)
    {
        for (var lines = 0; lines < 2; lines++)
        {
            var line = text.AsSpan(lineStart);
            var length = line.IndexOf('\n');
            var indent = line.IndexOfAnyExcept(' ');
            if (indent >= 0 && line[indent] == '\t')
                return lineStart + indent;
            if (length < 0)
                return null;
            lineStart += length + 1;
        }

        return null;
    }

    /// <summary>Whether a text has what a line of a conflict begins with.</summary>
    internal static bool MayHaveConflicts(ReadOnlySpan<char> text) =>
        text.Contains("<<<<<<<", StringComparison.Ordinal) || text.Contains(">>>>>>>", StringComparison.Ordinal);

    /// <summary>The conflicts a Git merge left, each with the lines it stands on; nothing is guessed about what was meant.</summary>
    internal static IReadOnlyList<YamlProblem> Conflicts(string text)
    {
        if (!MayHaveConflicts(text))
            return [];
        var found = new List<YamlProblem>();
        (int Offset, int Line)? open = null;
        var (offset, number) = (0, 1);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (IsMarker(line, '<'))
            {
                if (open is { } before)
                    found.Add(Conflict(before.Offset, before.Line, null));
                open = (offset, number);
            }
            else if (IsMarker(line, '>'))
            {
                found.Add(open is { } from ? Conflict(from.Offset, from.Line, number) : Conflict(offset, number, null));
                open = null;
            }

            var next = text.IndexOf('\n', offset);
            (offset, number) = (next < 0 ? text.Length : next + 1, number + 1);
        }

        if (open is { } last)
            found.Add(Conflict(last.Offset, last.Line, null));
        return found;

        static bool IsMarker(ReadOnlySpan<char> line, char sign) =>
            line.Length >= 7 && line[..7].IndexOfAnyExcept(sign) < 0 && (line.Length == 7 || line[7] == ' ');

        YamlProblem Conflict(int at, int first, int? last) => new(
            at,
            "conflict-marker",
            LineAt(text, at),
            last is null
                ? $"A mark of a conflict left by a Git merge stands on line {first}; resolve the conflict."
                : $"A conflict left by a Git merge stands on lines {first} to {last}; resolve it.");
    }

    private static string LineAt(string text, int offset) => YamlDocument.Shorten(text[offset..]);

    private static string Sentence(string message) =>
        char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.') + ".";
}
