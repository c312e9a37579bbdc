using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Runs;

/// <summary>Writes down the content of a commit's tree, from Git's objects: no checkout, no filters, no dirty files.</summary>
/// <param name="git">Git.</param>
/// <param name="directory">Any directory of the repository.</param>
/// <param name="cacheDirectory">Where digests and ids are remembered: <c>.lodestar/cache</c>.</param>
public sealed class SnapshotCapture(GitClient git, string directory, string cacheDirectory)
{
    private const string Submodule = "160000";

    private (CommitId Commit, SnapshotManifest Manifest)? made;

    /// <summary>Says which snapshot a commit's tree is, without making it when that is remembered.</summary>
    /// <exception cref="RefusedException">A path is not UTF-8: <c>path-not-utf8</c>.</exception>
    public async Task<SnapshotId> IdentifyAsync(CommitId commit, CancellationToken cancellation)
    {
        var remembered = new SnapshotIdCache(cacheDirectory);
        if (remembered.Find(commit) is { } known)
            return known;
        var manifest = await CaptureAsync(commit, cancellation);
        made = (commit, manifest);
        remembered.Add(commit, manifest.SnapshotId);
        return manifest.SnapshotId;
    }

    /// <summary>Captures the manifest of the tree a plan names by commit and snapshot.</summary>
    /// <exception cref="RefusedException">A path is not UTF-8: <c>path-not-utf8</c>.</exception>
    /// <exception cref="EnvironmentException"><c>snapshot-differs</c>: the tree has another snapshot than the plan says.</exception>
    public async Task<SnapshotManifest> CaptureAsync(RunPlan plan, CancellationToken cancellation)
    {
        // A run that is entered right after its plan was made need not read the tree twice.
        var manifest = made is { } last && last.Commit == plan.BaseCommit
            ? last.Manifest
            : await CaptureAsync(plan.BaseCommit, cancellation);
        made = null;
        if (manifest.SnapshotId == plan.SnapshotId)
            return manifest;
        // Whatever was remembered wrongly, the plan made next does not rely on it.
        new SnapshotIdCache(cacheDirectory).Forget();
        new BlobDigestCache(cacheDirectory).Forget();
        throw new EnvironmentException(
            "snapshot-differs",
            $"The tree of commit {plan.BaseCommit} is {manifest.SnapshotId}; the plan says {plan.SnapshotId}.",
            "Plan again: what was remembered in .lodestar/cache has been forgotten.");
    }

    /// <summary>Captures the manifest of a commit's tree.</summary>
    /// <exception cref="RefusedException">A path is not UTF-8: <c>path-not-utf8</c>.</exception>
    public async Task<SnapshotManifest> CaptureAsync(CommitId commit, CancellationToken cancellation)
    {
        var listing = await git.RunAsync(
            new GitCall(directory, "ls-tree", "-r", "-z", "--full-tree", commit.Value), cancellation);
        var entries = Entries(listing.Output);
        var digests = await DigestsAsync(entries, cancellation);
        return SnapshotManifest.Of(entries.Zip(
            digests, static (entry, digest) => new SnapshotFile(entry.Path, entry.Mode, digest.Sha256, digest.Size)));
    }

    private async Task<BlobDigest[]> DigestsAsync(TreeEntry[] entries, CancellationToken cancellation)
    {
        var cache = new BlobDigestCache(cacheDirectory);
        var known = cache.Read();
        var digests = new BlobDigest[entries.Length];
        var missing = new List<int>();
        for (var index = 0; index < entries.Length; index++)
        {
            if (entries[index].Mode == Submodule)
                digests[index] = new(Sha256Text.Of(entries[index].Name.ToString()), 0);
            else if (!known.TryFind(entries[index].Name, out digests[index]))
                missing.Add(index);
        }

        if (missing.Count == 0)
            return digests;
        var hashed = await new BlobHasher(git, directory).HashAsync(
            [.. missing.Select(index => entries[index].Name).Distinct()], cancellation);
        foreach (var index in missing)
            digests[index] = hashed[entries[index].Name];
        cache.Write([.. entries.Zip(digests).Where(pair => pair.First.Mode != Submodule).Select(pair => (pair.First.Name, pair.Second))]);
        return digests;
    }

    // 100644 blob <name>\t<path>, each ended by a NUL
    private static TreeEntry[] Entries(ReadOnlySpan<byte> listing)
    {
        var entries = new TreeEntry[listing.Count((byte)0)];
        for (var index = 0; index < entries.Length; index++)
        {
            var end = listing.IndexOf((byte)0);
            entries[index] = Entry(listing[..end]);
            listing = listing[(end + 1)..];
        }

        return entries;
    }

    private static TreeEntry Entry(ReadOnlySpan<byte> field)
    {
        var tab = field.IndexOf((byte)'\t');
        var first = field.IndexOf((byte)' ');
        var last = tab < 0 ? -1 : field[..tab].LastIndexOf((byte)' ');
        return first > 0 && last > first
            ? new(GitPorcelain.Path(field[(tab + 1)..]), ModeOf(field[..first]), BlobName.Parse(field[(last + 1)..tab]))
            : throw new FormatException($"git ls-tree gave an entry of unknown form: {GitPorcelain.Text(field)}");
    }

    // Nearly every entry has one of these.
    private static string ModeOf(ReadOnlySpan<byte> mode) =>
        mode.SequenceEqual("100644"u8) ? "100644"
        : mode.SequenceEqual("100755"u8) ? "100755"
        : mode.SequenceEqual("160000"u8) ? Submodule
        : GitPorcelain.Text(mode);

    private readonly record struct TreeEntry(string Path, string Mode, BlobName Name);
}
