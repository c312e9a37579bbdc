using System.Security.Cryptography;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Runs;

/// <summary>A file of remembered facts: they end with the SHA-256 of what stands before it. One that is missing, cut or damaged
/// counts as empty, and one that cannot be written costs time, not correctness.</summary>
internal sealed class SealedCacheFile(string directory, string name)
{
    private string FullPath => Path.Combine(directory, name);

    /// <summary>Reads what is remembered.</summary>
    /// <returns>The bytes in front of the seal; none when there is nothing to rely on.</returns>
    internal ReadOnlyMemory<byte> Read()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(FullPath);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return default;
        }

        var length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < 0)
            return default;
        Span<byte> seal = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, length), seal);
        return seal.SequenceEqual(bytes.AsSpan(length)) ? bytes.AsMemory(0, length) : default;
    }

    /// <summary>Remembers this in place of what was remembered before.</summary>
    internal void Write(ReadOnlySpan<byte> body)
    {
        var bytes = new byte[body.Length + SHA256.HashSizeInBytes];
        body.CopyTo(bytes);
        SHA256.HashData(body, bytes.AsSpan(body.Length));
        try
        {
            Directory.CreateDirectory(directory);
            AtomicFile.WriteSoon(FullPath, bytes);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Nothing was remembered: the next one computes it again.
        }
    }

    /// <summary>Forgets it.</summary>
    internal void Forget() => Write([]);
}
