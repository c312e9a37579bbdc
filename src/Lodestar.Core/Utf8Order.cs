namespace Lodestar.Core;

/// <summary>Orders text as its UTF-8 bytes would be ordered, which is also the order of code points and Git's own.</summary>
/// <remarks>Ordinal comparison of .NET strings goes by UTF-16 units and puts U+1F600 before U+FF61.</remarks>
public sealed class Utf8Order : IComparer<string>
{
    /// <summary>The one instance.</summary>
    public static readonly Utf8Order Instance = new();

    private Utf8Order()
    {
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return string.CompareOrdinal(x, y);

        var same = x.AsSpan().CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length.CompareTo(y.Length);
        return Rank(x[same]).CompareTo(Rank(y[same]));
    }

    // Surrogates stand for code points above every other unit, although their own values lie below U+E000.
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
