using Lodestar.Core.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Git;

/// <summary>What agents, people and crashes do to lanes.</summary>
public sealed class HostileLaneTests : IAsyncLifetime
{
    private const string Branch = "lodestar/run-20260101-000000-00000001/t/F1.1";
    private const string Saved = "refs/lodestar/saved/x";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly GitIdentity Agent = new("Agent", "agent@example.test");

    private GitWorld world = null!;

    private string Lane => world.Lane(1);

    private IRepository Repository => world.Repository;

    public async Task InitializeAsync()
    {
        world = await GitWorld.CreateAsync();
        await Repository.CheckoutAsync(Lane, Branch, world.Base, None);
    }

    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Paths_with_newlines_quotes_and_signs_are_committed_as_they_are()
    {
        string[] paths = ["*.c", ":(top)x", "a \"b\"\nc", "über", "-n", "x.c"];
        foreach (var path in paths)
            await world.WriteAsync(Lane, path, path);

        var commit = await CommitAsync([.. paths.Where(path => path != "x.c")]);

        var changed = await Repository.ChangesAsync(world.Base.Value, commit.Value, None);
        Assert.Equal(paths.Where(path => path != "x.c").Order(StringComparer.Ordinal), changed.Select(change => change.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_branch_the_agent_deleted_loses_no_commit(bool fromInside)
    {
        await world.WriteAsync(Lane, "a", "1");
        var commit = await CommitAsync("a");
        await world.Repo.GitInAsync(fromInside ? Lane : world.Repo.Root, "update-ref", "-d", "refs/heads/" + Branch);

        Assert.Null((await Repository.InspectAsync(Lane, None))!.Head);
        var saved = await Repository.SaveAsync(Lane, Saved, None);

        Assert.True(await Repository.ContainsAsync(commit, saved!.Value, None));
        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_rebase_in_progress_is_seen_saved_and_ended()
    {
        await world.WriteAsync(Lane, "README.md", "mine\n");
        var mine = await CommitAsync("README.md");
        world.Repo.Write("README.md", "theirs\n");
        await world.Repo.CommitAsync("theirs");
        await Assert.ThrowsAsync<GitFailedException>(() => world.Repo.GitInAsync(Lane, "rebase", "main"));

        var view = await Repository.InspectAsync(Lane, None);
        Assert.Equal("rebase", view!.Operation);
        Assert.Null(CommitTarget.Verify(Lane, Branch, view));
        var saved = await Repository.SaveAsync(Lane, Saved, None);

        Assert.True(await Repository.ContainsAsync(mine, saved!.Value, None));
        await AssertRecoversAsync();
        Assert.Empty(await Repository.RefsAsync(["refs/stash"], None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lane_whose_folder_was_removed_by_hand_is_made_again(bool locked)
    {
        if (locked)
            await world.Repo.GitAsync("worktree", "lock", Lane);
        Directory.Delete(Lane, recursive: true);

        Assert.Null(await Repository.InspectAsync(Lane, None));
        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_lane_whose_entry_was_pruned_is_made_again_when_its_folder_is_empty()
    {
        Directory.Delete(Lane, recursive: true);
        await world.Repo.GitAsync("worktree", "prune");
        Directory.CreateDirectory(Lane);

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_folder_that_is_not_ours_is_refused_and_left_alone()
    {
        await world.WriteAsync(world.Lane(2), "precious", "x");

        var failure = await Assert.ThrowsAsync<RefusedException>(() => Repository.CheckoutAsync(world.Lane(2), null, world.Base, None));

        Assert.Equal("worktree-path-taken", failure.Refusal.Code);
        Assert.Equal("x", await world.ReadAsync(world.Lane(2), "precious"));
    }

    [Fact]
    public async Task An_agent_that_replaces_the_git_file_does_not_move_us_to_another_repository()
    {
        await world.WriteAsync(Lane, "work", "1");
        File.Delete(Path.Combine(Lane, ".git"));
        await world.Repo.GitInAsync(Lane, "init", "-q", ".");

        var view = await Repository.InspectAsync(Lane, None);
        Assert.Equal((Branch, world.Base), (view!.Branch, view.Head));
        Assert.Equal([new DirtyPath("work", true)], view.Dirty);

        await AssertRecoversAsync();
        Assert.True(Directory.Exists(Lane + ".foreign-git-1"));
    }

    [Fact]
    public async Task A_change_hidden_from_git_is_seen()
    {
        await world.Repo.GitInAsync(Lane, "update-index", "--assume-unchanged", "README.md");
        await world.WriteAsync(Lane, "README.md", "hidden\n");

        Assert.Equal([new DirtyPath("README.md", false)], (await Repository.InspectAsync(Lane, None))!.Dirty);
        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_hidden_change_does_not_survive_the_reuse_of_a_lane()
    {
        await world.Repo.GitInAsync(Lane, "update-index", "--skip-worktree", "README.md");
        await world.WriteAsync(Lane, "README.md", "hidden\n");

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_lock_left_by_a_killed_git_is_removed()
    {
        await File.WriteAllTextAsync(IndexLock, "");

        await AssertRecoversAsync();
        Assert.False(File.Exists(IndexLock));
    }

    [Fact]
    public async Task A_lock_whose_owner_may_live_is_left_alone()
    {
        await File.WriteAllTextAsync(IndexLock, "");
        await using var owner = ChildProcess.Start(new ChildOrder("/bin/sleep", ["600"], Lane, new Dictionary<string, string>()));

        var failure = await Assert.ThrowsAsync<EnvironmentException>(() => Repository.CheckoutAsync(Lane, Branch, world.Base, None));

        Assert.Equal("worktree-busy", failure.Code);
        Assert.True(File.Exists(IndexLock));
    }

    [Fact]
    public async Task A_lock_left_on_one_of_our_references_is_removed()
    {
        await Repository.UpdateRefsAsync([new("refs/lodestar/a/b", world.Base.Value, null)], None);
        await File.WriteAllTextAsync(Path.Combine(world.Repo.Root, ".git/refs/lodestar/a/b.lock"), "");

        Assert.True(await Repository.UpdateRefsAsync([new("refs/lodestar/a/b", null, world.Base.Value)], None));
    }

    [Fact]
    public async Task A_symbolic_reference_in_our_place_does_not_lead_to_the_users_branch()
    {
        await world.Repo.GitAsync("symbolic-ref", "refs/heads/lodestar/x", "refs/heads/main");
        var next = await Repository.CommitTreeAsync(
            new CommitDraft(await Repository.TreeAsync(world.Base, None), [world.Base], "x\n", Agent, 1), None);

        await Repository.UpdateRefsAsync([new("refs/heads/lodestar/x", next.Value, world.Base.Value)], None);

        Assert.Equal(world.Base, await Repository.ResolveAsync("refs/heads/main", None));
    }

    [Fact]
    public async Task What_the_agent_staged_besides_is_not_committed()
    {
        await world.WriteAsync(Lane, "mine", "1");
        await world.WriteAsync(Lane, "out", "1");
        await world.Repo.GitInAsync(Lane, "add", "out");

        var commit = await CommitAsync("mine");

        Assert.Equal([("mine", 'A')], (await Repository.ChangesAsync(world.Base.Value, commit.Value, None)).Select(change => (change.Path, change.Kind)));
    }

    [Fact]
    public async Task A_path_staged_and_then_removed_does_not_stop_a_commit()
    {
        await world.WriteAsync(Lane, "gone", "1");
        await world.WriteAsync(Lane, "mine", "1");
        await world.Repo.GitInAsync(Lane, "add", "gone");
        await world.DeleteAsync(Lane, "gone");

        var commit = await CommitAsync("gone", "mine");

        Assert.Equal([("mine", 'A')], (await Repository.ChangesAsync(world.Base.Value, commit.Value, None)).Select(change => (change.Path, change.Kind)));
    }

    [Fact]
    public async Task A_target_whose_branch_was_left_commits_nothing()
    {
        var view = await Repository.InspectAsync(Lane, None);
        var target = CommitTarget.Verify(Lane, Branch, view!)!;
        await world.WriteAsync(Lane, "a", "1");
        await world.Repo.GitInAsync(Lane, "checkout", "-q", "-b", "elsewhere");

        await Assert.ThrowsAsync<CommitTargetLostException>(() => Repository.CommitAsync(target, ["a"], "x\n", Agent, None));
        Assert.Equal(world.Base, await Repository.ResolveAsync("refs/heads/elsewhere", None));
    }

    [Fact]
    public async Task A_repository_inside_the_lane_is_saved_with_its_files()
    {
        await world.WriteAsync(Lane, "nested/file", "x");
        await world.Repo.GitInAsync(Path.Combine(Lane, "nested"), "init", "-q");

        var saved = await Repository.SaveAsync(Lane, Saved, None);

        Assert.Equal([("nested/file", 'A')], (await Repository.ChangesAsync(world.Base.Value, saved!.Value.Value, None)).Select(change => (change.Path, change.Kind)));
        Assert.Equal("nested-repository", (await Assert.ThrowsAsync<RefusedException>(() => CommitAsync("nested/"))).Refusal.Code);
        await AssertRecoversAsync();
    }

    [Fact]
    public async Task Folders_made_read_only_are_cleaned_and_removed()
    {
        await world.WriteAsync(Lane, "cache/mod/file", "x");
        File.SetUnixFileMode(Path.Combine(Lane, "cache/mod"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        await AssertRecoversAsync();
        await Repository.RemoveWorktreeAsync(Lane, None);
        Assert.False(Directory.Exists(Lane));
    }

    [Fact]
    public async Task A_link_out_of_the_lane_is_kept_as_a_link_and_not_followed()
    {
        var outside = world.Repo.Beside("outside");
        Directory.CreateDirectory(outside);
        await world.WriteAsync(outside, "precious", "x");
        File.CreateSymbolicLink(Path.Combine(Lane, "link"), outside);

        var commit = await CommitAsync("link");
        await AssertRecoversAsync();

        Assert.Contains("120000", await world.Repo.GitAsync("ls-tree", commit.Value, "link"), StringComparison.Ordinal);
        Assert.Equal("x", await world.ReadAsync(outside, "precious"));
    }

    [Fact]
    public async Task Lanes_are_added_at_the_same_time_without_harm()
    {
        await Task.WhenAll(Enumerable.Range(2, 6).Select(
            number => Repository.CheckoutAsync(world.Lane(number), $"{Branch}-{number}", world.Base, None)));

        for (var number = 2; number < 8; number++)
            Assert.Equal($"{Branch}-{number}", (await Repository.InspectAsync(world.Lane(number), None))?.Branch);
    }

    private string IndexLock => Path.Combine(world.Repo.Root, ".git/worktrees/lane-1/index.lock");

    private async Task<CommitId> CommitAsync(params string[] paths)
    {
        var view = await Repository.InspectAsync(Lane, None);
        return await Repository.CommitAsync(CommitTarget.Verify(Lane, Branch, view!)!, paths, "work\n", Agent, None);
    }

    private async Task AssertRecoversAsync()
    {
        await Repository.CheckoutAsync(Lane, Branch, world.Base, None);
        var view = await Repository.InspectAsync(Lane, None);
        Assert.Equal((Branch, world.Base, null), (view!.Branch, view.Head, view.Operation));
        Assert.Empty(view.Dirty);
        Assert.Equal("hello\n", await world.ReadAsync(Lane, "README.md"));
        // And git agrees when it is asked without our help.
        Assert.Equal("", await world.Repo.GitInAsync(Lane, "status", "--porcelain"));
    }
}
