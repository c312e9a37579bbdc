using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Runs;

/// <summary>Writes down the content of a commit's tree, from Git's objects: no checkout, no filters, no dirty files.</summary>
/// <param name="git">Git.</param>
/// <param name="directory">Any directory of the repository.</param>
/// <param name="cacheDirectory">Where digests are remembered: <c>.lodestar/cache</c>.</param>
public sealed class SnapshotCapture(GitClient git, string directory, string cacheDirectory)
{
    private const string Submodule = "160000";

    /// <summary>Captures the manifest of a commit's tree.</summary>
    /// <exception cref="RefusedException">A path is not UTF-8: <c>path-not-utf8</c>.</exception>
    public async Task<SnapshotManifest> CaptureAsync(CommitId commit, CancellationToken cancellation)
    {
        var listing = await git.RunAsync(
            new GitCall(directory, "ls-tree", "-r", "-z", "--full-tree", commit.Value), cancellation);
        var entries = GitPorcelain.Fields(listing.Output).Select(Entry).ToList();
        var digests = await DigestsAsync(entries, cancellation);
        return SnapshotManifest.Of(entries.Select(entry => entry.Mode == Submodule
            ? new SnapshotFile(entry.Path, entry.Mode, Sha256Text.Of(entry.Name), 0)
            : new SnapshotFile(entry.Path, entry.Mode, digests[entry.Name].Sha256, digests[entry.Name].Size)));
    }

    private async Task<IReadOnlyDictionary<string, BlobDigest>> DigestsAsync(
        List<TreeEntry> entries, CancellationToken cancellation)
    {
        var cache = new BlobDigestCache(cacheDirectory);
        var known = cache.Read();
        var needed = entries.Where(entry => entry.Mode != Submodule).Select(entry => entry.Name).Distinct().ToList();
        var missing = needed.Where(blob => !known.ContainsKey(blob)).ToList();
        if (missing.Count == 0)
            return known;

        var hashed = await new BlobHasher(git, directory).HashAsync(missing, cancellation);
        var digests = needed.ToDictionary(blob => blob, blob => hashed.GetValueOrDefault(blob) ?? known[blob], StringComparer.Ordinal);
        cache.Write(digests);
        return digests;
    }

    // 100644 blob <name>\t<path>
    private static TreeEntry Entry(string field)
    {
        var tab = field.IndexOf('\t');
        var first = field.IndexOf(' ');
        var last = tab < 0 ? -1 : field.LastIndexOf(' ', tab);
        return first > 0 && last > first
            ? new(field[(tab + 1)..], ModeOf(field.AsSpan(0, first)), field[(last + 1)..tab])
            : throw new FormatException($"git ls-tree gave an entry of unknown form: {field}");
    }

    // Nearly every entry has one of these.
    private static string ModeOf(ReadOnlySpan<char> mode) => mode switch
    {
        "100644" => "100644",
        "100755" => "100755",
        _ => mode.ToString(),
    };

    private sealed record TreeEntry(string Path, string Mode, string Name);
}
