using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Lodestar.Core.Runs;

/// <summary>Makes text of others safe to show: no control or direction characters, one kind of line end, a bound that is
/// seen when it was reached.</summary>
internal static class ForeignText
{
    /// <summary>The beginning of a text.</summary>
    internal static string Head(string text, int characters)
    {
        var clean = Clean(text);
        return clean.Length <= characters
            ? clean
            : $"{TextCut.Head(clean, characters).TrimEnd()}\n[{clean.Length - characters} characters left out]";
    }

    /// <summary>The end of a text: what a failed command says last is what matters.</summary>
    internal static string Tail(string text, int characters)
    {
        var clean = Clean(text);
        return clean.Length <= characters
            ? clean
            : $"[{clean.Length - characters} characters left out]\n{clean[TextCut.Boundary(clean, clean.Length - characters)..].TrimStart()}";
    }

    /// <summary>A text as one line.</summary>
    internal static string Line(string text, int characters)
    {
        var clean = Clean(text).Replace('\n', ' ').Replace('\t', ' ');
        return clean.Length <= characters ? clean : TextCut.Head(clean, characters) + "[...]";
    }

    /// <summary>A list of one-line texts.</summary>
    internal static ImmutableArray<string> Lines(ImmutableArray<string> texts, int count, int characters)
    {
        var shown = texts.Take(count).Select(text => Line(text, characters));
        return texts.Length <= count ? [.. shown] : [.. shown, $"[{texts.Length - count} more left out]"];
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").Trim().EnumerateRunes())
        {
            var hidden = rune.Value is not ('\n' or '\t') && Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            clean.Append(hidden || IsDirection(rune.Value) ? Rune.ReplacementChar : rune);
        }

        return clean.ToString();
    }

    // Characters that reorder what is displayed can make quoted text look as if it stood elsewhere.
    private static bool IsDirection(int value) => value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069;
}
