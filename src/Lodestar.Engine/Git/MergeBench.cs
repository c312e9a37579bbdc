using Lodestar.Core.Context;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Git;

/// <summary>Merges two commits without anybody's checkout.</summary>
/// <remarks>
/// Git takes merge attributes from files in the current directory, untracked ones included. So merges run in a worktree of
/// our own, in which only the <c>.gitattributes</c> files of our side are ever checked out: what is committed counts, and
/// what lies about in the user's tree does not.
/// </remarks>
internal sealed class MergeBench(GitClient git, Worktrees worktrees, IRepository repository, string common, string path)
    : IAsyncDisposable
{
    private static readonly KeyValuePair<string, string>[] Pinned =
    [
        // The same two commits merge alike on every machine, whatever the user's settings are.
        new("merge.renames", "true"),
        new("merge.directoryRenames", "conflict"),
        new("merge.renameLimit", "7000"),
        new("merge.renormalize", "false"),
        new("merge.conflictStyle", "merge"),
        new("core.attributesFile", "/dev/null"),
        new("core.sparseCheckout", "true"),
        new("core.sparseCheckoutCone", "false"),
    ];

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly TreeComparer attributes = new(git, common, ":(top,glob)**/.gitattributes");
    private readonly ConfigFiles configuration = new(common);
    private IReadOnlyList<KeyValuePair<string, string>>? silenced;

    /// <summary>Merges; a conflict gives no tree. Git's exit code decides, not whether it names a path.</summary>
    internal async Task<MergeTree> MergeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            using var alone = await LockAsync(cancellation);
            var environment = await PrepareAsync(ours, cancellation);
            var reply = await git.RunAsync(
                new GitCall(
                    path, "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours.Value, theirs.Value)
                {
                    Config = [.. Pinned, .. await SilencedDriversAsync(environment, cancellation)],
                    Environment = environment,
                    Answers = [0, 1],
                },
                cancellation);
            var (tree, conflicts) = GitPorcelain.MergeTree(reply.Output);
            return reply.ExitCode == 0 ? new MergeTree(tree, []) : new MergeTree(null, conflicts);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Takes the worktree away; the next merge makes a new one.</summary>
    internal async Task RemoveAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (worktrees.Find(path) is null)
                return;
            using var alone = await LockAsync(cancellation);
            await worktrees.RemoveAsync(path, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        turn.Dispose();
        return attributes.DisposeAsync();
    }

    private async Task<FileLock> LockAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return await FileLock.TryAcquireAsync(path + ".lock", TimeSpan.FromMinutes(2), cancellation)
            ?? throw new EnvironmentException("repository-busy", $"Another process merges in {path}.", "Repeat the command.");
    }

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> PrepareAsync(CommitId ours, CancellationToken cancellation)
    {
        var admin = worktrees.Find(path);
        if (admin is null || !Directory.Exists(path))
        {
            await worktrees.AddAsync(path, ["--no-checkout", "--detach"], ours, cancellation);
            admin = worktrees.Find(path) ?? throw new EnvironmentException("git-failed", $"Git made no worktree at {path}.");
            Directory.CreateDirectory(Path.Combine(admin, "info"));
            await File.WriteAllTextAsync(Path.Combine(admin, "info", "sparse-checkout"), ".gitattributes\n", cancellation);
        }

        IReadOnlyList<KeyValuePair<string, string>> environment =
            [.. Worktrees.Environment(admin, path), new("GIT_ATTR_NOSYSTEM", "1")];
        // Beside the worktree and not in memory: another process may merge here between two of our merges.
        var stamp = Path.Combine(admin, "lodestar-checkout");
        var there = File.Exists(stamp) ? new CommitId(await File.ReadAllTextAsync(stamp, cancellation)) : (CommitId?)null;
        if (!await HasSameAttributesAsync(there, ours, cancellation))
        {
            File.Delete(stamp);
            Worktrees.RemoveOrphanedLocks(path, admin);
            await git.RunAsync(
                new GitCall(path, "read-tree", "--reset", "-u", ours.Value) { Config = Pinned, Environment = environment },
                cancellation);
            await File.WriteAllTextAsync(stamp, ours.Value, cancellation);
        }

        return environment;
    }

    /// <summary>True when what is checked out for one commit serves the other: only attribute files ever are.</summary>
    private async Task<bool> HasSameAttributesAsync(CommitId? before, CommitId ours, CancellationToken cancellation) =>
        before is { } there
        && (there == ours || (await attributes.CompareAsync(
            await repository.TreeAsync(there, cancellation), await repository.TreeAsync(ours, cancellation), cancellation)).Count == 0);

    /// <summary>A path with a merge program of its own is never merged by it unseen: each such program is replaced by one
    /// that reports a conflict. An agent can change the configuration between two merges, so it is read again whenever one
    /// of its files changed, and each time when other files are included.</summary>
    private async Task<IReadOnlyList<KeyValuePair<string, string>>> SilencedDriversAsync(
        IReadOnlyList<KeyValuePair<string, string>> environment, CancellationToken cancellation)
    {
        if (!configuration.HaveChanged() && silenced is not null)
            return silenced;
        var reply = await git.RunAsync(
            new GitCall(path, "config", "-z", "--name-only", "--get-regexp", @"^(merge\..*\.driver|include\.path|includeif\..*\.path)$")
            {
                Environment = environment,
                Answers = [0, 1],
            },
            cancellation);
        var names = GitPorcelain.Fields(reply.Output).Distinct().ToLookup(name => name.StartsWith("merge.", StringComparison.Ordinal));
        IReadOnlyList<KeyValuePair<string, string>> drivers = [.. names[true].Select(name => KeyValuePair.Create(name, "exit 1"))];
        silenced = names[false].Any() ? null : drivers;
        return drivers;
    }
}
