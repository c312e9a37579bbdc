using System.Security.Cryptography;
using System.Text;

namespace Lodestar.Core.Runs;

/// <summary>The written form of a SHA-256 digest: 64 lower-case hex digits.</summary>
public static class Sha256Text
{
    /// <summary>Hashes bytes.</summary>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>Hashes text as UTF-8.</summary>
    public static string Of(string content) => Of(Encoding.UTF8.GetBytes(content));

    /// <summary>True when the text has the form of a digest.</summary>
    public static bool Is(ReadOnlySpan<char> text) => text.Length == 64 && text.IndexOfAnyExcept("0123456789abcdef") < 0;
}
