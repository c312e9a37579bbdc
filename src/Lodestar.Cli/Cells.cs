using System.Globalization;
using System.Text;

namespace Lodestar.Cli;

/// <summary>A column of a table.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Flexible">Whether its text may be cut when the terminal is narrow.</param>
/// <param name="Ink">How a value stands out, or null.</param>
internal sealed record Column(string Title, bool Flexible = false, Func<string, Ink>? Ink = null);

/// <summary>Widths of text on a terminal.</summary>
internal static class Cells
{
    /// <summary>Blanks between two columns.</summary>
    public const int Gap = 2;

    private const int Narrowest = 10;

    /// <summary>The text on one line and without control characters; line ends become blanks, the rest becomes visible.</summary>
    public static string OneLine(string text)
    {
        if (!text.Any(Unsafe))
            return text;
        var safe = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings(" "))
            safe.Append(Unsafe(character) ? character == '\t' ? ' ' : '\uFFFD' : character);
        return safe.ToString();
    }

    /// <summary>How many columns a text takes.</summary>
    public static int Width(string text) => Ascii.IsValid(text) ? text.Length : text.EnumerateRunes().Sum(Width);

    /// <summary>The text filled up to a width.</summary>
    public static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>The text cut to a width, with a mark where something is missing.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
            return text;
        var kept = new StringBuilder();
        var used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (used + Width(rune) > width - 1)
                break;
            used += Width(rune);
            kept.Append(rune.ToString());
        }

        return kept.Append('…').ToString();
    }

    /// <summary>The widths of a table's columns: as wide as their longest text, the flexible ones narrower when they must.
    /// Null when even so they do not fit.</summary>
    public static int[]? Widths(IReadOnlyList<Column> columns, IReadOnlyList<string[]> rows, int? available)
    {
        var widths = columns
            .Select((column, index) => rows.Select(row => Width(row[index])).Append(Width(column.Title)).Max())
            .ToArray();
        if (available is not { } limit)
            return widths;

        var excess = widths.Sum() + (Gap * (widths.Length - 1)) - limit;
        foreach (var index in Enumerable.Range(0, widths.Length).Where(index => columns[index].Flexible).Reverse())
        {
            var taken = Math.Clamp(excess, 0, Math.Max(0, widths[index] - Narrowest));
            widths[index] -= taken;
            excess -= taken;
        }

        return excess > 0 ? null : widths;
    }

    private static bool Unsafe(char character) => char.IsControl(character) || character is '\u2028' or '\u2029'
        or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static int Width(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3)
            or (>= 0xA960 and <= 0xA97C) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60)
            or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) || IsEmoji(rune.Value) ? 2 : 1,
    };

    /// <summary>Signs of the older blocks that terminals draw as wide pictures.</summary>
    private static bool IsEmoji(int value) => value is 0x231A or 0x231B or (>= 0x23E9 and <= 0x23EC) or 0x23F0 or 0x23F3 or 0x25FD or 0x25FE
        or 0x2614 or 0x2615 or (>= 0x2648 and <= 0x2653) or 0x267F or 0x2693 or 0x26A1 or 0x26AA or 0x26AB or 0x26BD or 0x26BE or 0x26C4
        or 0x26C5 or 0x26CE or 0x26D4 or 0x26EA or 0x26F2 or 0x26F3 or 0x26F5 or 0x26FA or 0x26FD or 0x2705 or 0x270A or 0x270B or 0x2728
        or 0x274C or 0x274E or (>= 0x2753 and <= 0x2755) or 0x2757 or (>= 0x2795 and <= 0x2797) or 0x27B0 or 0x27BF or 0x2B1B or 0x2B1C
        or 0x2B50 or 0x2B55 or 0x1F004 or 0x1F0CF or 0x1F18E or (>= 0x1F191 and <= 0x1F19A) or (>= 0x1F200 and <= 0x1F265);
}
