using System.Text;
using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Runs;

/// <summary>Remembers the SHA-256 of Git's blobs by their names. A blob never changes, so an entry is never stale; a file
/// that was damaged or cut is told by its last line and counts as empty.</summary>
internal sealed class BlobDigestCache(string directory)
{
    private const string FileName = "blob-digests";
    private const string SealMark = "seal ";

    /// <summary>Reads what is remembered.</summary>
    internal Dictionary<string, string> Read()
    {
        string text;
        try
        {
            text = File.ReadAllText(Path.Combine(directory, FileName));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Nothing was remembered, or it cannot be read: everything is hashed again.
            return [];
        }

        var seal = text.LastIndexOf(SealMark, StringComparison.Ordinal);
        if (seal < 0 || text[(seal + SealMark.Length)..].TrimEnd() != Sha256Text.Of(text[..seal]))
            return [];

        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text[..seal].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var blob, var digest])
                digests[blob] = digest;
        }

        return digests;
    }

    /// <summary>Remembers the digests of one tree in place of those before: the file stays as large as the tree.</summary>
    internal void Write(IReadOnlyDictionary<string, string> digests)
    {
        var text = new StringBuilder();
        foreach (var (blob, digest) in digests)
            text.Append(blob).Append(' ').Append(digest).Append('\n');
        text.Append(SealMark).Append(Sha256Text.Of(text.ToString())).Append('\n');
        try
        {
            Directory.CreateDirectory(directory);
            AtomicFile.WriteText(Path.Combine(directory, FileName), text.ToString());
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs time, not correctness.
        }
    }
}
