using YamlDotNet.Core;

namespace Lodestar.Engine.Yaml;

/// <summary>Says in words a person can act on why a text is not YAML.</summary>
internal static class YamlSyntax
{
    internal static YamlProblem Explain(string text, YamlException cause)
    {
        if (ConflictMarker(text) is { } marker)
            return new(marker, "conflict-marker", LineAt(text, marker), "A conflict left by a Git merge stands in the file; resolve it.");

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

    private static int? ConflictMarker(string text)
    {
        foreach (var marker in (ReadOnlySpan<string>)["<<<<<<< ", "=======", ">>>>>>> "])
        {
            if (text.StartsWith(marker, StringComparison.Ordinal))
                return 0;
            var at = text.IndexOf("\n" + marker, StringComparison.Ordinal);
            if (at >= 0)
                return at + 1;
        }

        return null;
    }

    private static string LineAt(string text, int offset) => YamlDocument.Shorten(text[offset..]);

    private static string Sentence(string message) =>
        char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.') + ".";
}
