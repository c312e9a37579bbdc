namespace Lodestar.Core.Spec;

/// <summary>How the text of product documents is taken.</summary>
public static class PrdText
{
    private const string DigestPrefix = "sha256:";

    /// <summary>The text with every line break as one newline, so that a digest does not depend on the checkout.</summary>
    public static string Normalized(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    /// <summary>The digest of normalized text, as it is written.</summary>
    public static string Digest(string text) => DigestPrefix + Runs.Sha256Text.Of(text);

    /// <summary>True when a recorded digest is the one of a text. Older files hold the bare hex.</summary>
    public static bool IsDigestOf(string recorded, string text)
    {
        var hex = recorded.StartsWith(DigestPrefix, StringComparison.OrdinalIgnoreCase) ? recorded[DigestPrefix.Length..] : recorded;
        return hex.Equals(Runs.Sha256Text.Of(text), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A text cut to a length, with dots for what is gone: behind a paragraph where that keeps more than half, else
    /// behind a word, else anywhere.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        if (length <= 3)
            return "..."[..Math.Max(0, length)];
        var kept = text[..(length - 3)];
        if (kept.LastIndexOf("\n\n", StringComparison.Ordinal) is var paragraph && paragraph > length / 2)
            return kept[..paragraph] + "\n...";
        if (kept.LastIndexOf(' ') is var word && word > length / 2)
            return kept[..word] + "...";
        return TextCut.Head(text, length - 3) + "...";
    }
}
