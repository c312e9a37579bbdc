namespace Lodestar.Core;

/// <summary>Cuts texts without cutting a surrogate pair in two.</summary>
public static class TextCut
{
    /// <summary>The place at or, within a surrogate pair, before a place of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The place, in UTF-16 units from its beginning, at most its length.</param>
    public static int Boundary(string text, int at) => at > 0 && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;

    /// <summary>The beginning of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How much of it, in UTF-16 units, at most all; one less is given where a pair would be cut.</param>
    public static string Head(string text, int length) => text[..Boundary(text, length)];
}
