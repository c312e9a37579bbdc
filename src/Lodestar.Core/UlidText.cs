namespace Lodestar.Core;

/// <summary>The form of a ULID: 128 bits as 26 characters of Crockford's base 32.</summary>
public static class UlidText
{
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Writes a number in that form.</summary>
    public static string Of(UInt128 value)
    {
        Span<char> text = stackalloc char[26];
        for (var position = 25; position >= 0; position--, value >>= 5)
            text[position] = Crockford[(int)(value & 31)];
        return new string(text);
    }

    /// <summary>Writes the first half of a SHA-256 in that form: the same text has the same id everywhere.</summary>
    public static string OfDigest(string digest) => Of(UInt128.Parse(digest.AsSpan(0, 32), System.Globalization.NumberStyles.AllowHexSpecifier));
}
