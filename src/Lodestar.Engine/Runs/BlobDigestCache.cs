using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Runs;

/// <summary>Remembers SHA-256 and size of Git's blobs by their names. A blob never changes, so an entry is never stale; a file
/// that was damaged or cut is told by its last line and counts as empty.</summary>
internal sealed class BlobDigestCache(string directory)
{
    private const string FileName = "blob-digests";

    private static ReadOnlySpan<byte> SealMark => "seal "u8;

    /// <summary>Reads what is remembered.</summary>
    internal Dictionary<string, BlobDigest> Read()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(Path.Combine(directory, FileName));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Nothing was remembered, or it cannot be read: everything is hashed again.
            return [];
        }

        var seal = bytes.AsSpan().LastIndexOf(SealMark);
        if (seal < 0 || Encoding.ASCII.GetString(bytes.AsSpan(seal + SealMark.Length)).TrimEnd() != Sha256Text.Of(bytes.AsSpan(0, seal)))
            return [];

        var body = bytes.AsSpan(0, seal);
        var digests = new Dictionary<string, BlobDigest>(body.Count((byte)'\n'), StringComparer.Ordinal);
        foreach (var range in body.Split((byte)'\n'))
        {
            var line = body[range];
            var first = line.IndexOf((byte)' ');
            var last = line.LastIndexOf((byte)' ');
            if (first > 0 && last > first && Utf8Parser.TryParse(line[(last + 1)..], out long size, out _))
                digests[Encoding.ASCII.GetString(line[..first])] = new(Encoding.ASCII.GetString(line[(first + 1)..last]), size);
        }

        return digests;
    }

    /// <summary>Remembers the digests of one tree in place of those before: the file stays as large as the tree.</summary>
    internal void Write(IReadOnlyDictionary<string, BlobDigest> digests)
    {
        var text = new ArrayBufferWriter<byte>(128 + (digests.Count * 120));
        foreach (var (blob, digest) in digests)
            Encoding.ASCII.GetBytes($"{blob} {digest.Sha256} {digest.Size}\n", text);
        // The seal is over what stands before it, so it is made before its mark is written.
        var seal = Sha256Text.Of(text.WrittenSpan);
        text.Write(SealMark);
        Encoding.ASCII.GetBytes(seal + "\n", text);
        try
        {
            Directory.CreateDirectory(directory);
            AtomicFile.Write(Path.Combine(directory, FileName), text.WrittenSpan);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs time, not correctness.
        }
    }
}

/// <summary>What is remembered of a blob.</summary>
/// <param name="Sha256">Hex digest of its content.</param>
/// <param name="Size">Its bytes.</param>
internal sealed record BlobDigest(string Sha256, long Size);
