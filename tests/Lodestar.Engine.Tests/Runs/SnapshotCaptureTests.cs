using System.Security.Cryptography;
using System.Text;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Runs;

public class SnapshotCaptureTests
{
    [Fact]
    public async Task Every_kind_of_entry_is_written_down()
    {
        using var repo = await TestRepo.CreateAsync();
        repo.Write("src/a.cs", "a\r\n");
        repo.Write("empty", "");
        repo.Write("odd name \"ö\n😀", "odd");
        File.SetUnixFileMode(repo.Write("tool.sh", "#!"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(repo.Root, "link"), "../outside");
        await repo.CommitAsync("more");
        var sub = new string('a', 40);
        await repo.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{sub},vendor/sub");
        await repo.GitAsync("commit", "-q", "-m", "submodule");

        var manifest = await CaptureAsync(repo);

        Assert.Equal(
            [
                new("README.md", "100644", Sha256Text.Of("hello\n"), 6),
                new("empty", "100644", Sha256Text.Of(""), 0),
                new("link", "120000", Sha256Text.Of("../outside"), 10),
                new("odd name \"ö\n😀", "100644", Sha256Text.Of("odd"), 3),
                new("src/a.cs", "100644", Sha256Text.Of("a\r\n"), 3),
                new("tool.sh", "100755", Sha256Text.Of("#!"), 2),
                new("vendor/sub", "160000", Sha256Text.Of(sub), 0),
            ],
            manifest.Files.AsEnumerable());
    }

    [Fact]
    public async Task The_same_tree_gives_the_same_id_whatever_the_repository_and_its_dirt()
    {
        using var one = await TestRepo.CreateAsync();
        using var other = await TestRepo.CreateAsync("elsewhere", "sha256");
        other.Write("untracked", "x");
        other.Write("README.md", "changed\n");

        Assert.Equal((await CaptureAsync(one)).SnapshotId, (await CaptureAsync(other)).SnapshotId);
    }

    [Fact]
    public async Task A_second_capture_uses_what_was_remembered()
    {
        using var repo = await TestRepo.CreateAsync();
        var first = await CaptureAsync(repo);
        var cache = Cache(repo);
        // A wrong digest under an honest seal shows that the cache was believed.
        var blob = await repo.GitAsync("rev-parse", "HEAD:README.md");
        byte[] body = [.. Convert.FromHexString(blob), .. new byte[12], 40, .. new byte[32], 7, .. new byte[7]];
        File.WriteAllBytes(cache, [.. body, .. SHA256.HashData(body)]);

        Assert.Equal(new string('0', 64), (await CaptureAsync(repo)).Files[0].Sha256);

        File.WriteAllBytes(cache, [.. body, .. new byte[32]]);
        Assert.Equal(first.SnapshotId, (await CaptureAsync(repo)).SnapshotId);
    }

    [Fact]
    public async Task A_second_capture_believes_what_the_first_one_wrote_and_reads_no_file()
    {
        using var repo = await TestRepo.CreateAsync();
        var first = await CaptureAsync(repo);
        var blob = await repo.GitAsync("rev-parse", "HEAD:README.md");
        File.Delete(Path.Combine(repo.Root, ".git", "objects", blob[..2], blob[2..]));

        Assert.Equal(first.SnapshotId, (await CaptureAsync(repo)).SnapshotId);
    }

    [Fact]
    public async Task After_a_change_only_blobs_never_seen_are_read_wherever_their_files_went()
    {
        using var repo = await TestRepo.CreateAsync();
        foreach (var name in new[] { "a", "b", "d/c", "d/same", "z" })
            repo.Write(name, name.Length == 1 ? name : "one content");
        await repo.CommitAsync("several");
        await CaptureAsync(repo);
        var known = (await repo.GitAsync("rev-parse", "HEAD:a", "HEAD:b", "HEAD:d/c", "HEAD:z")).Split('\n');
        await repo.GitAsync("mv", "a", "x");
        await repo.GitAsync("rm", "-q", "b");
        repo.Write("d/new", "new");
        await repo.CommitAsync("moved, removed, added");
        foreach (var blob in known)
            File.Delete(Path.Combine(repo.Root, ".git", "objects", blob[..2], blob[2..]));

        Assert.Equal(
            [
                new("README.md", "100644", Sha256Text.Of("hello\n"), 6),
                new("d/c", "100644", Sha256Text.Of("one content"), 11),
                new("d/new", "100644", Sha256Text.Of("new"), 3),
                new("d/same", "100644", Sha256Text.Of("one content"), 11),
                new("x", "100644", Sha256Text.Of("a"), 1),
                new("z", "100644", Sha256Text.Of("z"), 1),
            ],
            (await CaptureAsync(repo)).Files.AsEnumerable());
    }

    [Fact]
    public async Task The_snapshot_of_a_commit_is_remembered_and_a_damaged_memory_is_not_believed()
    {
        using var repo = await TestRepo.CreateAsync();
        var capture = new SnapshotCapture(repo.Git, repo.Root, repo.Beside("cache"));
        var commit = new CommitId(await repo.GitAsync("rev-parse", "HEAD"));
        var first = await capture.IdentifyAsync(commit, CancellationToken.None);
        Assert.Equal((await CaptureAsync(repo)).SnapshotId, first);

        var ids = repo.Beside("cache", "snapshot-ids");
        var other = Encoding.ASCII.GetBytes($"{commit} snap-000000000000");
        File.WriteAllBytes(ids, [.. other, .. SHA256.HashData(other)]);
        Assert.Equal("snap-000000000000", (await capture.IdentifyAsync(commit, CancellationToken.None)).Value);

        File.WriteAllBytes(ids, [.. other, .. new byte[32]]);
        Assert.Equal(first, await capture.IdentifyAsync(commit, CancellationToken.None));
    }

    [Fact]
    public async Task A_plan_made_from_a_wrong_memory_starts_nothing_and_the_memory_is_forgotten()
    {
        using var repo = await TestRepo.CreateAsync();
        var capture = new SnapshotCapture(repo.Git, repo.Root, repo.Beside("cache"));
        var commit = new CommitId(await repo.GitAsync("rev-parse", "HEAD"));
        var right = await capture.IdentifyAsync(commit, CancellationToken.None);
        var wrong = Encoding.ASCII.GetBytes($"{commit} snap-000000000000");
        File.WriteAllBytes(repo.Beside("cache", "snapshot-ids"), [.. wrong, .. SHA256.HashData(wrong)]);
        var plan = Scenario.Simplest(commit).Plan with { BaseCommit = commit, SnapshotId = await capture.IdentifyAsync(commit, CancellationToken.None) };

        var broken = await Assert.ThrowsAsync<EnvironmentException>(() => capture.CaptureAsync(plan, CancellationToken.None));

        Assert.Equal("snapshot-differs", broken.Code);
        Assert.Equal(right, await capture.IdentifyAsync(commit, CancellationToken.None));
        Assert.Equal(right, (await capture.CaptureAsync(plan with { SnapshotId = right }, CancellationToken.None)).SnapshotId);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_changes_nothing()
    {
        using var repo = await TestRepo.CreateAsync();
        var expected = (await CaptureAsync(repo)).SnapshotId;
        File.Delete(Cache(repo));
        Directory.Delete(repo.Beside("cache"));
        File.WriteAllText(repo.Beside("cache"), "in the way");

        Assert.Equal(expected, (await CaptureAsync(repo)).SnapshotId);
    }

    [Fact]
    public async Task Many_and_large_files_are_hashed_by_several_gits()
    {
        using var repo = await TestRepo.CreateAsync();
        foreach (var number in Enumerable.Range(0, 1_200))
            repo.Write($"f/{number}", $"content {number}");
        repo.Write("large", new string('x', 3_000_000));
        await repo.CommitAsync("many");

        var files = (await CaptureAsync(repo)).Files.ToDictionary(file => file.Path);

        Assert.Equal(1_202, files.Count);
        Assert.Equal(Sha256Text.Of(new string('x', 3_000_000)), files["large"].Sha256);
        Assert.All(Enumerable.Range(0, 1_200), number => Assert.Equal(Sha256Text.Of($"content {number}"), files[$"f/{number}"].Sha256));
    }

    [Fact]
    public async Task A_path_that_is_not_UTF8_is_refused()
    {
        using var repo = await TestRepo.CreateAsync();
        var blob = await repo.GitAsync("rev-parse", "HEAD:README.md");
        var entry = "100644 "u8.ToArray().Concat("blob "u8.ToArray()).Concat(System.Text.Encoding.ASCII.GetBytes(blob))
            .Concat(new byte[] { (byte)'\t', 0xff, 0xfe, 0 }).ToArray();
        var tree = await repo.Git.RunAsync(new(repo.Root, "mktree", "-z") { Input = entry }, CancellationToken.None);
        var commit = await repo.GitAsync("commit-tree", tree.Text, "-m", "odd");

        var refused = await Assert.ThrowsAsync<RefusedException>(() => CaptureAsync(repo, commit));

        Assert.Equal("path-not-utf8", refused.Refusal.Code);
    }

    private static string Cache(TestRepo repo) => repo.Beside("cache", "blob-digests");

    private static async Task<SnapshotManifest> CaptureAsync(TestRepo repo, string? commit = null) =>
        await new SnapshotCapture(repo.Git, repo.Root, repo.Beside("cache")).CaptureAsync(
            new CommitId(commit ?? await repo.GitAsync("rev-parse", "HEAD")), CancellationToken.None);
}
