using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Tests.Git;

public sealed class MergeBenchTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private GitWorld world = null!;

    public async Task InitializeAsync() => world = await GitWorld.CreateAsync();

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_path_with_a_merge_program_of_its_own_is_a_conflict_and_the_program_is_not_run()
    {
        await world.Repo.GitAsync("config", "merge.mine.driver", $"touch {world.Repo.Beside("ran")}; exit 0");
        world.Repo.Write(".gitattributes", "*.lock merge=mine\n");
        world.Repo.Write("a.lock", "1\n");
        var (ours, theirs) = await DivergeAsync("a.lock");

        var merge = await world.Repository.MergeTreeAsync(ours, theirs, None);

        Assert.Equal((null, "a.lock"), (merge.Tree, Assert.Single(merge.Conflicts)));
        Assert.False(File.Exists(world.Repo.Beside("ran")));
    }

    [Fact]
    public async Task The_worktree_of_merges_can_be_taken_away_and_comes_back()
    {
        var (ours, theirs) = await DivergeAsync("other.txt");
        var before = await world.Repo.GitAsync("worktree", "list");
        var first = await world.Repository.MergeTreeAsync(ours, theirs, None);

        await world.Repository.RemoveMergeWorktreeAsync(None);
        await world.Repository.RemoveMergeWorktreeAsync(None);
        Assert.Equal(before, await world.Repo.GitAsync("worktree", "list"));

        Assert.Equal(first.Tree, (await world.Repository.MergeTreeAsync(ours, theirs, None)).Tree);
    }

    [Fact]
    public async Task Attributes_count_only_when_committed()
    {
        world.Repo.Write("a.txt", "1\n");
        var (ours, theirs) = await DivergeAsync("a.txt");
        world.Repo.Write(".gitattributes", "*.txt merge=union\n");

        Assert.Null((await world.Repository.MergeTreeAsync(ours, theirs, None)).Tree);
    }

    [Fact]
    public async Task Committed_attributes_count()
    {
        world.Repo.Write(".gitattributes", "*.txt merge=union\n");
        world.Repo.Write("a.txt", "1\n");
        var (ours, theirs) = await DivergeAsync("a.txt");

        Assert.NotNull((await world.Repository.MergeTreeAsync(ours, theirs, None)).Tree);
    }

    [Fact]
    public async Task Attributes_of_another_merge_are_forgotten()
    {
        world.Repo.Write(".gitattributes", "*.txt merge=union\n");
        world.Repo.Write("a.txt", "1\n");
        var (ours, theirs) = await DivergeAsync("a.txt");
        await world.Repository.MergeTreeAsync(ours, theirs, None);
        await world.Repo.GitAsync("checkout", "-q", "main");
        File.Delete(Path.Combine(world.Repo.Root, ".gitattributes"));
        world.Repo.Write("a.txt", "1\n");
        var (laterOurs, laterTheirs) = await DivergeAsync("a.txt");

        Assert.Null((await world.Repository.MergeTreeAsync(laterOurs, laterTheirs, None)).Tree);
    }

    /// <summary>Commits what is there on main, then a different change of the path on each of two branches.</summary>
    private async Task<(CommitId Ours, CommitId Theirs)> DivergeAsync(string path)
    {
        var root = await world.Repo.CommitAsync("root");
        world.Repo.Write(path, "ours\n");
        var ours = await world.Repo.CommitAsync("ours");
        await world.Repo.GitAsync("checkout", "-q", "--detach", root.Value);
        world.Repo.Write(path, "theirs\n");
        return (ours, await world.Repo.CommitAsync("theirs"));
    }
}
