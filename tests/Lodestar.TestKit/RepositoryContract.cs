using System.Text;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit;

/// <summary>What every <see cref="IRepository"/> must do, real or in memory. A test class inherits it and makes the world.</summary>
public abstract class RepositoryContract : IAsyncLifetime
{
    private const string Branch = "lodestar/run-20260101-000000-00000001/t/F1.1";
    private static readonly GitIdentity Agent = new("Agent", "agent@example.test");
    private static readonly CancellationToken None = CancellationToken.None;

    private RepositoryWorld world = null!;

    /// <summary>Makes a repository whose one commit on <c>main</c> holds <c>README.md</c> with <c>hello\n</c>.</summary>
    protected abstract Task<RepositoryWorld> CreateAsync();

    private IRepository Repository => world.Repository;

    private CommitId Base => world.Base;

    /// <inheritdoc/>
    public async Task InitializeAsync() => world = await CreateAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task A_name_resolves_to_its_commit_and_an_unknown_one_to_nothing()
    {
        Assert.Equal(Base, await Repository.ResolveAsync("refs/heads/main", None));
        Assert.Null(await Repository.ResolveAsync("refs/heads/none", None));
        Assert.Null(await Repository.ResolveAsync("refs/heads/a\nb", None));
    }

    [Fact]
    public async Task References_change_all_together_or_not_at_all()
    {
        Assert.True(await Repository.UpdateRefsAsync([new("refs/lodestar/a", Base.Value, null)], None));

        Assert.False(await Repository.UpdateRefsAsync(
            [new("refs/lodestar/b", Base.Value, null), new("refs/lodestar/a", Base.Value, null)], None));

        Assert.Equal(["refs/lodestar/a"], (await Repository.RefsAsync(["refs/lodestar"], None)).Keys);
    }

    [Fact]
    public async Task A_reference_moves_only_from_its_expected_value()
    {
        var next = await CommitAsync("next", Base);
        await Repository.UpdateRefsAsync([new("refs/lodestar/a", Base.Value, null)], None);

        Assert.False(await Repository.UpdateRefsAsync([new("refs/lodestar/a", Base.Value, next.Value)], None));
        Assert.True(await Repository.UpdateRefsAsync([new("refs/lodestar/a", next.Value, Base.Value)], None));
        Assert.Equal(next, await Repository.ResolveAsync("refs/lodestar/a", None));
    }

    [Fact]
    public async Task A_verified_reference_guards_the_others()
    {
        var fence = await Repository.WriteBlobAsync(Encoding.UTF8.GetBytes("7\n"), None);
        var later = await Repository.WriteBlobAsync(Encoding.UTF8.GetBytes("8\n"), None);
        await Repository.UpdateRefsAsync([new("refs/lodestar/owner", later, null)], None);

        Assert.False(await Repository.UpdateRefsAsync(
            [new("refs/lodestar/owner", fence, fence), new("refs/lodestar/a", Base.Value, null)], None));
        Assert.True(await Repository.UpdateRefsAsync(
            [new("refs/lodestar/owner", later, later), new("refs/lodestar/a", Base.Value, null)], None));
    }

    [Fact]
    public async Task A_deleted_reference_is_gone()
    {
        await Repository.UpdateRefsAsync([new("refs/lodestar/a", Base.Value, null)], None);

        Assert.True(await Repository.UpdateRefsAsync([new("refs/lodestar/a", null, Base.Value)], None));
        Assert.Empty(await Repository.RefsAsync(["refs/lodestar"], None));
    }

    [Fact]
    public async Task A_blob_comes_back_as_written()
    {
        byte[] content = [0, 10, 13, 255, 10];

        var name = await Repository.WriteBlobAsync(content, None);

        Assert.Equal(content, await Repository.ReadBlobAsync(name, None));
        Assert.Null(await Repository.ReadBlobAsync(new string('0', name.Length), None));
    }

    [Fact]
    public async Task A_commit_has_the_id_that_was_computed_and_writing_it_twice_gives_one()
    {
        var draft = new CommitDraft(
            await Repository.TreeAsync(Base, None), [Base], "Über\n\nbody\n", new("A <b>", "a@b"), 1_700_000_000);

        var first = await Repository.CommitTreeAsync(draft, None);

        Assert.Equal(Repository.CommitIdOf(draft), first);
        Assert.Equal(first, await Repository.CommitTreeAsync(draft, None));
        Assert.Equal([first], await Repository.CommitsAsync(Base, first, None));
    }

    [Fact]
    public async Task A_commit_contains_itself_and_its_ancestors_only()
    {
        var next = await CommitAsync("next", Base);

        Assert.True(await Repository.ContainsAsync(Base, Base, None));
        Assert.True(await Repository.ContainsAsync(Base, next, None));
        Assert.False(await Repository.ContainsAsync(next, Base, None));
    }

    [Fact]
    public async Task A_lane_stands_on_its_branch_at_the_commit_and_is_clean()
    {
        var lane = await LaneAsync();

        var view = await Repository.InspectAsync(lane, None);

        Assert.Equal((Branch, Base), (view?.Branch, view?.Head));
        Assert.Equal("hello\n", await world.ReadAsync(lane, "README.md"));
        Assert.Empty(view!.Dirty);
        Assert.Null(view.Operation);
    }

    [Fact]
    public async Task Where_no_worktree_is_nothing_is_seen()
    {
        Assert.Null(await Repository.InspectAsync(world.Lane(9), None));
        Assert.Null(await Repository.SaveAsync(world.Lane(9), "refs/lodestar/saved/x", None));
        await Repository.RemoveWorktreeAsync(world.Lane(9), None);
    }

    [Fact]
    public async Task A_lane_is_reused_and_what_was_there_is_gone()
    {
        var lane = await LaneAsync();
        await world.WriteAsync(lane, "README.md", "changed\n");
        await world.WriteAsync(lane, "new/file", "x");

        await Repository.CheckoutAsync(lane, Branch + "x", Base, None);

        Assert.Equal("hello\n", await world.ReadAsync(lane, "README.md"));
        Assert.Null(await world.ReadAsync(lane, "new/file"));
        Assert.Equal(Branch + "x", (await Repository.InspectAsync(lane, None))?.Branch);
    }

    [Fact]
    public async Task A_detached_lane_has_no_branch()
    {
        await Repository.CheckoutAsync(world.Lane(1), null, Base, None);

        var view = await Repository.InspectAsync(world.Lane(1), None);
        Assert.Null(view?.Branch);
        Assert.Equal(Base, view?.Head);
    }

    [Fact]
    public async Task A_branch_is_reset_to_the_commit_when_it_exists()
    {
        var lane = await LaneAsync();
        await world.WriteAsync(lane, "a", "1");
        await CommitPathsAsync(lane, "a");

        await Repository.CheckoutAsync(lane, Branch, Base, None);

        Assert.Equal(Base, await Repository.ResolveAsync("refs/heads/" + Branch, None));
        Assert.Null(await world.ReadAsync(lane, "a"));
    }

    [Fact]
    public async Task Changed_new_and_deleted_paths_are_dirty()
    {
        var lane = await LaneAsync();
        await world.WriteAsync(lane, "a", "1");
        await CommitPathsAsync(lane, "a");
        await world.WriteAsync(lane, "a", "2");
        await world.WriteAsync(lane, "b", "new");
        await world.DeleteAsync(lane, "README.md");

        var view = await Repository.InspectAsync(lane, None);

        Assert.Equal([new("README.md", false), new("a", false), new DirtyPath("b", true)], view!.Dirty);
    }

    [Fact]
    public async Task Only_the_named_paths_are_committed()
    {
        var lane = await LaneAsync();
        await world.WriteAsync(lane, "in", "1");
        await world.WriteAsync(lane, "out", "1");
        await world.DeleteAsync(lane, "README.md");

        var commit = await CommitPathsAsync(lane, "in", "README.md");

        Assert.Equal(
            [('D', "README.md"), ('A', "in")],
            Kinds(await Repository.ChangesAsync(Base.Value, commit.Value, None)));
        Assert.Equal([new DirtyPath("out", true)], (await Repository.InspectAsync(lane, None))!.Dirty);
        Assert.Equal(commit, await Repository.ResolveAsync("refs/heads/" + Branch, None));
    }

    [Fact]
    public async Task Committing_paths_that_do_not_differ_gives_the_commit_there_is()
    {
        var lane = await LaneAsync();

        Assert.Equal(Base, await CommitPathsAsync(lane, "README.md"));
    }

    [Fact]
    public async Task Saving_keeps_changes_under_a_reference_and_leaves_the_lane_as_it_is()
    {
        var lane = await LaneAsync();
        await world.WriteAsync(lane, "README.md", "half done\n");
        await world.WriteAsync(lane, "new", "x");
        var before = await Repository.InspectAsync(lane, None);

        var saved = await Repository.SaveAsync(lane, "refs/lodestar/saved/x", None);

        Assert.Equal(saved, await Repository.ResolveAsync("refs/lodestar/saved/x", None));
        Assert.Equal(
            [('M', "README.md"), ('A', "new")],
            Kinds(await Repository.ChangesAsync(Base.Value, saved!.Value.Value, None)));
        var after = await Repository.InspectAsync(lane, None);
        Assert.Equal((before!.Head, before.Branch), (after!.Head, after.Branch));
        Assert.Equal(before.Dirty, after.Dirty);
        Assert.Equal(saved, await Repository.SaveAsync(lane, "refs/lodestar/saved/x", None));
    }

    [Fact]
    public async Task Saving_a_clean_lane_keeps_its_commit()
    {
        var lane = await LaneAsync();

        Assert.Equal(Base, await Repository.SaveAsync(lane, "refs/lodestar/saved/x", None));
        Assert.Equal(Base, await Repository.ResolveAsync("refs/lodestar/saved/x", None));
    }

    [Fact]
    public async Task A_removed_lane_is_gone_and_can_be_made_again()
    {
        var lane = await LaneAsync();
        await Repository.RemoveWorktreeAsync(lane, None);

        Assert.Null(await Repository.InspectAsync(lane, None));
        await Repository.CheckoutAsync(lane, Branch, Base, None);
        Assert.Empty((await Repository.InspectAsync(lane, None))!.Dirty);
    }

    [Fact]
    public async Task Changes_on_different_files_merge()
    {
        var (ours, theirs) = (await BranchAsync(1, "a", "1"), await BranchAsync(2, "b", "2"));

        var merge = await Repository.MergeTreeAsync(ours, theirs, None);

        Assert.Empty(merge.Conflicts);
        Assert.Equal(
            [('A', "a"), ('A', "b")],
            Kinds(await Repository.ChangesAsync(
                (await Repository.TreeAsync(Base, None)).Value, merge.Tree!.Value.Value, None)));
    }

    [Fact]
    public async Task Changes_on_the_same_lines_conflict_and_name_the_path()
    {
        var (ours, theirs) = (await BranchAsync(1, "README.md", "one\n"), await BranchAsync(2, "README.md", "two\n"));

        var merge = await Repository.MergeTreeAsync(ours, theirs, None);

        Assert.Null(merge.Tree);
        Assert.Equal(["README.md"], merge.Conflicts);
    }

    [Fact]
    public async Task Added_conflict_markers_are_found_with_their_lines()
    {
        var commit = await BranchAsync(1, "a", "one\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n");

        Assert.Equal(["a:2", "a:6"], await Repository.ConflictMarkersAsync(Base, commit, None));
        Assert.Empty(await Repository.ConflictMarkersAsync(commit, commit, None));
    }

    [Fact]
    public async Task A_changed_path_names_the_blob_it_holds_now()
    {
        var commit = await BranchAsync(1, "a", "one\n");

        var change = Assert.Single(await Repository.ChangesAsync(Base.Value, commit.Value, None));
        Assert.Equal("one\n"u8.ToArray(), await Repository.ReadBlobAsync(change.Blob!, None));
    }

    private static IEnumerable<(char Kind, string Path)> Kinds(IReadOnlyList<PathChange> changes) =>
        changes.Select(change => (change.Kind, change.Path));

    private async Task<string> LaneAsync()
    {
        await Repository.CheckoutAsync(world.Lane(1), Branch, Base, None);
        return world.Lane(1);
    }

    private async Task<CommitId> CommitPathsAsync(string lane, params string[] paths)
    {
        var view = await Repository.InspectAsync(lane, None);
        var target = CommitTarget.Verify(lane, view!.Branch!, view);
        return await Repository.CommitAsync(target!, paths, "work\n", Agent, None);
    }

    private async Task<CommitId> BranchAsync(int lane, string path, string content)
    {
        await Repository.CheckoutAsync(world.Lane(lane), $"{Branch}{lane}", Base, None);
        await world.WriteAsync(world.Lane(lane), path, content);
        return await CommitPathsAsync(world.Lane(lane), path);
    }

    private async Task<CommitId> CommitAsync(string message, params CommitId[] parents) => await Repository.CommitTreeAsync(
        new CommitDraft(await Repository.TreeAsync(parents[0], None), parents, message + "\n", Agent, 1_700_000_000), None);
}

/// <summary>A repository under test, and what an agent can do in its lanes.</summary>
public abstract class RepositoryWorld : IAsyncDisposable
{
    /// <summary>The repository.</summary>
    public abstract IRepository Repository { get; }

    /// <summary>The commit <c>main</c> is on.</summary>
    public abstract CommitId Base { get; }

    /// <summary>The path of a lane; there is nothing yet.</summary>
    public abstract string Lane(int number);

    /// <summary>Writes a file in a lane.</summary>
    public abstract Task WriteAsync(string lane, string path, string content);

    /// <summary>Deletes a file in a lane.</summary>
    public abstract Task DeleteAsync(string lane, string path);

    /// <summary>Reads a file in a lane; null when there is none.</summary>
    public abstract Task<string?> ReadAsync(string lane, string path);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
