using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Runs;

public class SnapshotManifestTests
{
    private static readonly SnapshotFile A = new("src/a.go", "100644", Sha256Text.Of("3"), 1);
    private static readonly SnapshotFile Tool = new("run \"it\".sh", "100755", Sha256Text.Of("#!"), 2);

    [Fact]
    public void An_empty_tree_has_an_id() =>
        Assert.Equal("snap-" + Sha256Text.Of("""{"files":[]}""")[..12], SnapshotManifest.Of([]).SnapshotId.Value);

    [Fact]
    public void The_id_is_the_digest_of_the_canonical_list() =>
        Assert.Equal(
            "snap-" + Sha256Text.Of(
                $$"""{"files":[{"mode":"100755","path":"run \"it\".sh","sha256":"{{Tool.Sha256}}","size":2},""" +
                $$"""{"mode":"100644","path":"src/a.go","sha256":"{{A.Sha256}}","size":1}]}""")[..12],
            SnapshotManifest.Of([A, Tool]).SnapshotId.Value);

    [Fact]
    public void Paths_are_sorted_by_their_bytes() =>
        Assert.Equal(
            ["src-x", "src/a", "src/a-b", "src/a/b", "srcA", "｡", "😀"],
            SnapshotManifest.Of(
                new[] { "😀", "src/a/b", "srcA", "src/a-b", "｡", "src-x", "src/a" }.Select(path => A with { Path = path }))
                .Files.Select(file => file.Path));

    [Fact]
    public void A_mode_a_size_or_a_byte_makes_another_tree()
    {
        var id = SnapshotManifest.Of([A]).SnapshotId;

        Assert.NotEqual(id, SnapshotManifest.Of([A with { Mode = "100755" }]).SnapshotId);
        Assert.NotEqual(id, SnapshotManifest.Of([A with { Size = 2 }]).SnapshotId);
        Assert.NotEqual(id, SnapshotManifest.Of([A with { Sha256 = Sha256Text.Of("4") }]).SnapshotId);
    }

    [Fact]
    public void A_path_stands_in_a_tree_once() =>
        Assert.Throws<ArgumentException>(() => SnapshotManifest.Of([A, A]));

    [Fact]
    public void The_order_of_capture_never_shows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), numbers =>
        {
            var files = numbers.Distinct().Select(number => A with { Path = $"f{number}" }).ToList();
            return SnapshotManifest.Of(files).SnapshotId == SnapshotManifest.Of(Enumerable.Reverse(files)).SnapshotId;
        }).QuickCheckThrowOnFailure();
}
