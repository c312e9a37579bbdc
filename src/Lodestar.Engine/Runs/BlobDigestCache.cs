using System.Buffers;
using System.Buffers.Binary;

namespace Lodestar.Engine.Runs;

/// <summary>Remembers SHA-256 and size of a tree's blobs by their names. A blob never changes, so what is remembered is never stale.</summary>
internal sealed class BlobDigestCache(string directory)
{
    /// <summary>Name of the file.</summary>
    internal const string FileName = "blob-digests";

    private readonly SealedCacheFile file = new(directory, FileName);

    /// <summary>Reads what is remembered.</summary>
    internal BlobDigests Read() => new(file.Read());

    /// <summary>Remembers the digests of one tree, in its order, in place of those before: the file stays as large as the tree.</summary>
    internal void Write(IReadOnlyList<(BlobName Name, BlobDigest Digest)> tree)
    {
        var body = new ArrayBufferWriter<byte>(tree.Count * BlobDigests.RecordSize);
        foreach (var (name, digest) in tree)
        {
            var record = body.GetSpan(BlobDigests.RecordSize)[..BlobDigests.RecordSize];
            name.CopyTo(record);
            Convert.FromHexString(digest.Sha256, record[BlobName.Size..], out _, out _);
            BinaryPrimitives.WriteInt64LittleEndian(record[^sizeof(long)..], digest.Size);
            body.Advance(record.Length);
        }

        file.Write(body.WrittenSpan);
    }

    /// <summary>Forgets all.</summary>
    internal void Forget() => file.Forget();
}

/// <summary>Digests by blob. Who asks in the order of the tree they were written for finds each at once, because the next one
/// wanted stands behind the last one found; the table for any other order is made when it is first needed.</summary>
internal sealed class BlobDigests(ReadOnlyMemory<byte> records)
{
    /// <summary>Name, SHA-256 and size.</summary>
    internal const int RecordSize = BlobName.Size + 32 + sizeof(long);

    private readonly int count = records.Length / RecordSize;
    private Dictionary<BlobName, int>? places;
    private int next;

    /// <summary>Finds what is remembered of a blob.</summary>
    internal bool TryFind(BlobName name, out BlobDigest digest)
    {
        digest = default;
        var place = next;
        if (!(place < count && NameAt(place) == name) && !Places().TryGetValue(name, out place))
            return false;
        next = place + 1;
        var record = records.Span.Slice(place * RecordSize, RecordSize);
        digest = new(
            Convert.ToHexStringLower(record.Slice(BlobName.Size, 32)), BinaryPrimitives.ReadInt64LittleEndian(record[^sizeof(long)..]));
        return true;
    }

    private BlobName NameAt(int place) => BlobName.Read(records.Span[(place * RecordSize)..]);

    private Dictionary<BlobName, int> Places()
    {
        if (places is not null)
            return places;
        places = new(count);
        for (var place = 0; place < count; place++)
            places[NameAt(place)] = place;
        return places;
    }
}

/// <summary>What is remembered of a blob.</summary>
/// <param name="Sha256">Hex digest of its content.</param>
/// <param name="Size">Its bytes.</param>
internal readonly record struct BlobDigest(string Sha256, long Size);
