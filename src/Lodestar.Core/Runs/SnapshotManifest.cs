using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Lodestar.Core.Runs;

/// <summary>A snapshot's identity: <c>snap-</c> and twelve hex digits that follow from the content alone.</summary>
[JsonConverter(typeof(TextIdConverter<SnapshotId>))]
public readonly record struct SnapshotId(string Value) : ITextId<SnapshotId>, IComparable<SnapshotId>
{
    /// <inheritdoc/>
    public static SnapshotId Parse(string text) =>
        text.Length == 17
        && text.StartsWith("snap-", StringComparison.Ordinal)
        && text.AsSpan(5).IndexOfAnyExcept("0123456789abcdef") < 0
            ? new(text)
            : throw new FormatException($"\"{text}\" is not of the form snap- and 12 lower-case hex digits.");

    /// <summary>Orders by text.</summary>
    public int CompareTo(SnapshotId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One entry of a tree.</summary>
/// <param name="Path">Path from the root, <c>/</c>-separated.</param>
/// <param name="Mode">Git's mode: 100644, 100755, 120000 (link) or 160000 (submodule).</param>
/// <param name="Sha256">Digest of Git's blob; of the link's target; of a submodule's commit id in hex.</param>
/// <param name="Size">Bytes of the blob; 0 for a submodule.</param>
public sealed record SnapshotFile(string Path, string Mode, string Sha256, long Size);

/// <summary>The content of the tree a run started from. It names no time and no place: the same tree gives the same id
/// on any machine.</summary>
public sealed record SnapshotManifest
{
    private SnapshotManifest(SnapshotId id, ImmutableArray<SnapshotFile> files)
    {
        SnapshotId = id;
        Files = files;
    }

    /// <summary>Identity, computed from the files.</summary>
    public SnapshotId SnapshotId { get; }

    /// <summary>Entries sorted by the UTF-8 bytes of their paths.</summary>
    public ImmutableArray<SnapshotFile> Files { get; }

    /// <summary>Builds the manifest of the given entries, in whatever order they come.</summary>
    /// <exception cref="ArgumentException">A path occurs twice.</exception>
    public static SnapshotManifest Of(IEnumerable<SnapshotFile> files)
    {
        var sorted = files.ToArray();
        // Git lists a tree in this order; one look costs less than sorting it again.
        if (!IsSorted(sorted))
            Array.Sort(sorted, static (left, right) => Utf8Order.Instance.Compare(left.Path, right.Path));
        for (var index = 1; index < sorted.Length; index++)
        {
            if (sorted[index].Path == sorted[index - 1].Path)
                throw new ArgumentException($"Path {sorted[index].Path} occurs twice in one tree.", nameof(files));
        }

        return new(new("snap-" + Sha256Text.Of(Canonical(sorted))[..12]), [.. sorted]);
    }

    private static bool IsSorted(SnapshotFile[] files)
    {
        for (var index = 1; index < files.Length; index++)
        {
            if (Utf8Order.Instance.Compare(files[index - 1].Path, files[index].Path) > 0)
                return false;
        }

        return true;
    }

    // Written by hand: a tree of 100,000 files need not pass through a document to be sorted again.
    private static ReadOnlySpan<byte> Canonical(SnapshotFile[] files)
    {
        var output = new ArrayBufferWriter<byte>(64 + (files.Length * 160));
        output.Write("{\"files\":["u8);
        for (var index = 0; index < files.Length; index++)
        {
            output.Write(index == 0 ? "{\"mode\":"u8 : ",{\"mode\":"u8);
            CanonicalText.WriteString(output, files[index].Mode);
            output.Write(",\"path\":"u8);
            CanonicalText.WriteString(output, files[index].Path);
            output.Write(",\"sha256\":"u8);
            CanonicalText.WriteString(output, files[index].Sha256);
            output.Write(",\"size\":"u8);
            CanonicalText.WriteNumber(output, files[index].Size);
            output.Write("}"u8);
        }

        output.Write("]}"u8);
        return output.WrittenSpan;
    }
}
