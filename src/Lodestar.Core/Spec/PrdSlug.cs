using System.Globalization;
using System.Text;

namespace Lodestar.Core.Spec;

/// <summary>Turns the words of a heading into an anchor.</summary>
internal static class PrdSlug
{
    /// <summary>The anchor hosts of repositories give a heading: lower case, blanks as dashes, no punctuation.</summary>
    internal static string Of(string title)
    {
        var slug = new StringBuilder();
        foreach (var rune in title.Trim().EnumerateRunes())
        {
            if (rune.Value is ' ' or '-')
                slug.Append('-');
            else if (IsWordPart(rune))
                slug.Append(Rune.ToLowerInvariant(rune));
        }

        return slug.ToString();
    }

    /// <summary>The words alone, one dash between each two.</summary>
    internal static string Words(string title) => string.Join('-', Of(title).Split('-', StringSplitOptions.RemoveEmptyEntries));

    private static bool IsWordPart(Rune rune) => Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.LetterNumber;
}
