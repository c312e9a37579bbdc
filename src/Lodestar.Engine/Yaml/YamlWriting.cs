using System.Globalization;
using System.Text;

namespace Lodestar.Engine.Yaml;

/// <summary>Writes texts so that every YAML parser reads back exactly the same text.</summary>
internal static class YamlWriting
{
    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        "yes", "no", "y", "n", "true", "false", "on", "off", "null", "nan", "inf",
    };

    /// <summary>One line: plain where nothing can be misread, else in double quotes.</summary>
    internal static string Inline(string value) => IsPlain(value) ? value : DoubleQuoted(value);

    /// <summary>One line in the quotes an earlier value had; a style the value does not fit in gives way.</summary>
    internal static string Inline(string value, YamlStyle style) => style switch
    {
        YamlStyle.SingleQuoted when !value.Any(MustEscape) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
        YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted => DoubleQuoted(value),
        _ => Inline(value),
    };

    /// <summary>As a block of lines where that is safe and there are several; else on one line.</summary>
    /// <param name="value">The text.</param>
    /// <param name="indent">Blanks before every line of the block.</param>
    /// <param name="newLine">The file's line break.</param>
    internal static string Block(string value, int indent, string newLine)
    {
        if (!FitsBlock(value))
            return Inline(value);
        var text = new StringBuilder(value[^1] == '\n' ? "|" : "|-");
        foreach (var line in value.TrimEnd('\n').Split('\n'))
        {
            text.Append(newLine);
            if (line.Length > 0)
                text.Append(' ', indent).Append(line);
        }

        return text.ToString();
    }

    private static bool FitsBlock(string value) =>
        value.Contains('\n')
        && value[0] is not (' ' or '\t' or '\n')
        && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && !value.Any(character => character != '\n' && MustEscape(character));

    private static bool IsPlain(string value)
    {
        if (value.Length == 0 || Words.Contains(value))
            return false;
        var first = value[0];
        if (!char.IsAsciiLetterOrDigit(first) && first is not ('_' or '/' or '.' or '('))
            return false;
        if (value[^1] is ' ' or ':' || value.Any(character => character is < ' ' or > '~' || "[]{},\"'`*&!|>%@\\".Contains(character)))
            return IsPathPattern(value);
        if (value.Contains(": ", StringComparison.Ordinal) || value.Contains(" #", StringComparison.Ordinal))
            return false;

        // What could be a number, a time or a version in some parser's eyes is quoted.
        return char.IsAsciiLetter(first) || first is '_' or '/' or '(' || value.Any(character => !"0123456789abcdefABCDEFxXoO._:+-TZ ".Contains(character));
    }

    /// <summary>Paths and their patterns are common and stay readable.</summary>
    private static bool IsPathPattern(string value) =>
        value.All(character => char.IsAsciiLetterOrDigit(character) || "_-./*".Contains(character))
        && char.IsAsciiLetter(value[0]);

    private static bool MustEscape(char character) =>
        character is < ' ' or '\u007f' or (>= '\u0080' and <= '\u009f') or '\u2028' or '\u2029' or '\ufeff'
        || char.IsSurrogate(character);

    private static string DoubleQuoted(string value)
    {
        var text = new StringBuilder("\"", value.Length + 8);
        for (var at = 0; at < value.Length; at++)
        {
            var character = value[at];
            if (char.IsHighSurrogate(character) && at + 1 < value.Length && char.IsLowSurrogate(value[at + 1]))
                text.Append(character).Append(value[++at]);
            else
                AppendQuoted(text, character);
        }

        return text.Append('"').ToString();
    }

    private static void AppendQuoted(StringBuilder text, char character)
    {
        switch (character)
        {
            case '"' or '\\':
                text.Append('\\').Append(character);
                break;
            case '\n':
                text.Append("\\n");
                break;
            case '\t':
                text.Append("\\t");
                break;
            case var other when MustEscape(other):
                text.Append("\\u").Append(((int)other).ToString("x4", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(character);
                break;
        }
    }
}
