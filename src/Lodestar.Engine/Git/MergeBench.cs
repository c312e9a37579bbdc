using Lodestar.Core.Context;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Git;

/// <summary>Merges two commits without anybody's checkout.</summary>
/// <remarks>
/// Git takes merge attributes from files in the current directory, untracked ones included. So merges run in a worktree of
/// our own, in which only the <c>.gitattributes</c> files of our side are ever checked out: what is committed counts, and
/// what lies about in the user's tree does not.
/// </remarks>
internal sealed class MergeBench(GitClient git, Worktrees worktrees, string path) : IDisposable
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
    private CommitId? checkedOut;

    /// <summary>Merges; a conflict gives no tree. Git's exit code decides, not whether it names a path.</summary>
    internal async Task<MergeTree> MergeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var alone = await FileLock.TryAcquireAsync(path + ".lock", TimeSpan.FromMinutes(2), cancellation)
                ?? throw new EnvironmentException("repository-busy", $"Another process merges in {path}.", "Repeat the command.");
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

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    private async Task<IReadOnlyList<KeyValuePair<string, string>>> PrepareAsync(CommitId ours, CancellationToken cancellation)
    {
        var admin = worktrees.Find(path);
        if (admin is null || !Directory.Exists(path))
        {
            await worktrees.AddAsync(path, ["--no-checkout", "--detach"], ours, cancellation);
            admin = worktrees.Find(path) ?? throw new EnvironmentException("git-failed", $"Git made no worktree at {path}.");
            Directory.CreateDirectory(Path.Combine(admin, "info"));
            await File.WriteAllTextAsync(Path.Combine(admin, "info", "sparse-checkout"), ".gitattributes\n", cancellation);
            checkedOut = null;
        }

        IReadOnlyList<KeyValuePair<string, string>> environment =
            [.. Worktrees.Environment(admin, path), new("GIT_ATTR_NOSYSTEM", "1")];
        if (checkedOut != ours)
        {
            Worktrees.RemoveOrphanedLocks(path, admin);
            await git.RunAsync(
                new GitCall(path, "read-tree", "--reset", "-u", ours.Value) { Config = Pinned, Environment = environment },
                cancellation);
            checkedOut = ours;
        }

        return environment;
    }

    /// <summary>A path with a merge program of its own is never merged by it unseen: each such program is replaced by one
    /// that reports a conflict. Read anew each time, because an agent can change the configuration between two merges.</summary>
    private async Task<IReadOnlyList<KeyValuePair<string, string>>> SilencedDriversAsync(
        IReadOnlyList<KeyValuePair<string, string>> environment, CancellationToken cancellation)
    {
        var reply = await git.RunAsync(
            new GitCall(path, "config", "-z", "--name-only", "--get-regexp", @"^merge\..*\.driver$")
            {
                Environment = environment,
                Answers = [0, 1],
            },
            cancellation);
        return [.. GitPorcelain.Fields(reply.Output).Distinct().Select(name => KeyValuePair.Create(name, "exit 1"))];
    }
}
