using System.Security.Cryptography;
using System.Text;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Runs;

/// <summary>Computes the SHA-256 of Git's blobs: git hands them out one after the other, we hash while they pass. Nothing
/// is kept in memory, whatever the size of a file.</summary>
internal sealed class BlobHasher(GitClient git, string directory)
{
    // Below this a second git costs more than it saves.
    private const int BlobsPerGit = 512;

    /// <summary>Hashes blobs, in parallel where that pays.</summary>
    /// <returns>Digest and size by object name.</returns>
    internal async Task<IReadOnlyDictionary<BlobName, BlobDigest>> HashAsync(
        IReadOnlyList<BlobName> blobs, CancellationToken cancellation)
    {
        var parts = Math.Clamp(blobs.Count / BlobsPerGit, 1, Math.Min(4, Environment.ProcessorCount));
        var hashed = await Task.WhenAll(blobs
            .Chunk(Math.Max(1, (blobs.Count + parts - 1) / parts))
            .Select(part => HashPartAsync(part, cancellation)));
        return hashed.SelectMany(part => part).ToDictionary();
    }

    private async Task<Dictionary<BlobName, BlobDigest>> HashPartAsync(BlobName[] blobs, CancellationToken cancellation)
    {
        await using var child = git.Start(new GitCall(directory, "cat-file", "--batch"));
        // A reader that blocks is freed by the end of the other side.
        await using var stop = cancellation.Register(child.Kill);
        var error = BoundedCapture.ReadAsync(child.Error, 4096, cancellation);
        var feed = child.FeedAsync(Encoding.ASCII.GetBytes(string.Join('\n', blobs) + "\n"), cancellation);
        try
        {
            // On a thread of its own: readers that blocked all threads of the pool would wait for a feed that needs one to go on.
            var digests = await Task.Factory.StartNew(
                () => Read(blobs, child.Output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await feed;
            await error;
            return digests;
        }
        catch (EndOfStreamException cause)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new EnvironmentException("git-failed", "git cat-file ended before it had given every file.", cause: cause);
        }
    }

    private static Dictionary<BlobName, BlobDigest> Read(BlobName[] blobs, Stream output)
    {
        var from = new BufferedStream(output, 128 * 1024);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var digests = new Dictionary<BlobName, BlobDigest>(blobs.Length);
        foreach (var blob in blobs)
        {
            var head = ReadLine(from);
            if (head.Split(' ') is not [var id, "blob", var digits] || id != blob.ToString() || !long.TryParse(digits, out var size))
                throw new EnvironmentException("git-failed", $"The repository does not give blob {blob}: {head}.", "git fsck");
            var left = size;
            while (left > 0)
            {
                var count = from.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (count == 0)
                    throw new EndOfStreamException();
                hash.AppendData(buffer, 0, count);
                left -= count;
            }

            digests[blob] = new(Convert.ToHexStringLower(hash.GetHashAndReset()), size);
            // Each content is followed by one newline of git's own.
            if (from.ReadByte() != '\n')
                throw new EndOfStreamException();
        }

        return digests;
    }

    private static string ReadLine(BufferedStream from)
    {
        var line = new StringBuilder(96);
        for (var next = from.ReadByte(); next != '\n'; next = from.ReadByte())
        {
            if (next < 0 || line.Length > 1024)
                throw new EndOfStreamException();
            line.Append((char)next);
        }

        return line.ToString();
    }
}
