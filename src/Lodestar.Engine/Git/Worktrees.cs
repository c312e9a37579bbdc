using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Git;

/// <summary>Adds, reuses, inspects and removes worktrees.</summary>
/// <remarks>Git is always told both directories by environment: an agent that removes or replaces its <c>.git</c> file
/// does not make us work in another repository.</remarks>
/// <param name="git">Git.</param>
/// <param name="directory">Any directory of the repository, where commands about all worktrees run.</param>
/// <param name="common">The repository's common directory, with symbolic links resolved.</param>
/// <param name="format">How the repository names objects.</param>
internal sealed class Worktrees(GitClient git, string directory, string common, ObjectFormat format)
{
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(5);

    private static readonly KeyValuePair<string, string>[] Whole =
    [
        // What an agent told git to leave out or to take for granted must not shape what we see.
        new("core.sparseCheckout", "false"),
        new("core.untrackedCache", "false"),
        // Nobody is there to type a passphrase; the final commit can be signed at integration.
        new("commit.gpgsign", "false"),
    ];

    /// <summary>The variables that bind a command to a worktree.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Environment(string admin, string path) =>
        [new("GIT_DIR", admin), new("GIT_WORK_TREE", path)];

    /// <summary>The directory git keeps for the worktree; null when the repository knows none at the path.</summary>
    internal string? Find(string path) => WorktreeFiles.Find(common, RealPath.Of(path));

    /// <summary>See <see cref="IRepository.CheckoutAsync"/>.</summary>
    internal async Task CheckoutAsync(string path, string? branch, CommitId commit, CancellationToken cancellation)
    {
        var admin = Find(path);
        var isNew = admin is null || !Directory.Exists(path);
        if (isNew)
        {
            RefuseOccupied(path, admin);
            // Without a branch at first: "add" refuses one that the entry of a missing folder, or another lane, is on.
            await AddAsync(path, ["--no-checkout", "--detach"], commit, cancellation);
            admin = Find(path);
        }

        if (admin is null)
            throw new EnvironmentException("git-failed", $"Git made no worktree at {path}.");
        RemoveOrphanedLocks(path, admin);
        WorktreeFiles.RestorePointer(RealPath.Of(path), admin);
        WorktreeFiles.EndOperations(admin);
        File.Delete(Path.Combine(admin, "config.worktree"));
        if (WorktreeFiles.IndexHidesChanges(admin, IdBytes))
            File.Delete(Path.Combine(admin, "index"));
        string[] where = branch is null ? ["--detach"] : ["-B", branch];
        await RunAsync(
            path, admin, ["checkout", "-q", "-f", "--ignore-other-worktrees", .. where, commit.Value, "--"], cancellation);
        if (!isNew)
            await CleanAsync(path, admin, cancellation);
    }

    /// <summary>Adds a worktree, also where git still has an entry of one whose folder is gone.</summary>
    internal async Task AddAsync(string path, IReadOnlyList<string> how, CommitId commit, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var alone = await LockAsync(cancellation);
        // Forced twice: the entry of a missing folder may be locked, and a killed "add" leaves one that is.
        await git.RunAsync(
            new GitCall(directory, ["worktree", "add", "-q", "-f", "-f", .. how, "--", path, commit.Value]) { Config = Whole },
            cancellation);
    }

    /// <summary>See <see cref="IRepository.InspectAsync"/>.</summary>
    internal async Task<WorktreeView?> InspectAsync(string path, CancellationToken cancellation)
    {
        if (!Directory.Exists(path) || Find(path) is not { } admin)
            return null;
        if (WorktreeFiles.IndexHidesChanges(admin, IdBytes))
            await UnhideAsync(path, admin, cancellation);
        var reply = await RunAsync(
            path,
            admin,
            ["status", "--porcelain=v2", "-z", "--branch", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"],
            cancellation);
        return GitPorcelain.Status(reply.Output) with { Operation = WorktreeFiles.Operation(admin) };
    }

    /// <summary>See <see cref="IRepository.RemoveWorktreeAsync"/>.</summary>
    internal async Task RemoveAsync(string path, CancellationToken cancellation)
    {
        if (Find(path) is not { } admin)
            return;
        using var alone = await LockAsync(cancellation);
        if (Directory.Exists(path))
            WorktreeFiles.RestorePointer(RealPath.Of(path), admin);
        var call = new GitCall(directory, "worktree", "remove", "-f", "-f", "--", RealPath.Of(path));
        try
        {
            await git.RunAsync(call, cancellation);
        }
        catch (GitFailedException) when (Directory.Exists(path))
        {
            // Folders an agent made read-only (module caches do that) keep even their owner from emptying them.
            WritableFolders.Restore(path);
            Directory.Delete(path, recursive: true);
            if (Find(path) is not null)
                await git.RunAsync(call, cancellation);
        }
    }

    /// <summary>Removes lock files a killed git left in the worktree's own directory, if no process can be their owner.</summary>
    /// <exception cref="EnvironmentException">A process still works in the worktree: <c>worktree-busy</c>.</exception>
    internal static void RemoveOrphanedLocks(string path, string admin)
    {
        foreach (var name in (string[])["index.lock", "HEAD.lock", "config.worktree.lock"])
            OrphanedLock.Remove(Path.Combine(admin, name), path);
    }

    /// <summary>Runs git in a worktree.</summary>
    internal Task<GitReply> RunAsync(string path, string admin, IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        RunAsync(path, admin, arguments, default, [], cancellation);

    /// <summary>Runs git in a worktree with input and variables of its own.</summary>
    internal Task<GitReply> RunAsync(
        string path, string admin, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input,
        IReadOnlyList<KeyValuePair<string, string>> environment, CancellationToken cancellation) =>
        git.RunAsync(
            new GitCall(path, arguments) { Config = Whole, Input = input, Environment = [.. Environment(admin, path), .. environment] },
            cancellation);

    private int IdBytes => format == ObjectFormat.Sha1 ? 20 : 32;

    private async Task<FileLock> LockAsync(CancellationToken cancellation) =>
        await FileLock.TryAcquireAsync(Path.Combine(common, "lodestar-worktrees.lock"), LockLimit, cancellation)
        ?? throw new EnvironmentException(
            "repository-busy", "Another process has held the repository's worktree lock for five minutes.", "Repeat the command.");

    private static void RefuseOccupied(string path, string? admin)
    {
        if (admin is null && (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())))
            throw new RefusedException(new Refusal(
                "worktree-path-taken",
                $"The folder {path} is not empty and is no worktree of this repository.",
                "Move it elsewhere, or choose another worktree root in .lodestar/local.yaml."));
    }

    private async Task CleanAsync(string path, string admin, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(path, admin, ["clean", "-ffdxq"], cancellation);
        }
        catch (GitFailedException)
        {
            WritableFolders.Restore(path);
            await RunAsync(path, admin, ["clean", "-ffdxq"], cancellation);
        }
    }

    /// <summary>Takes "assume unchanged" and "not checked out" from files that are there, so that their changes show.
    /// A file left out on purpose and absent stays left out: it is not a deletion.</summary>
    private async Task UnhideAsync(string path, string admin, CancellationToken cancellation)
    {
        var listed = await RunAsync(path, admin, ["ls-files", "-v", "-z"], cancellation);
        var hidden = GitPorcelain.Fields(listed.Output)
            .Where(entry => char.IsAsciiLetterLower(entry[0]) || entry[0] == 'S')
            .Select(entry => entry[2..])
            .Where(file => Path.Exists(Path.Combine(path, file)));
        var input = System.Text.Encoding.UTF8.GetBytes(string.Concat(hidden.Select(file => file + "\0")));
        if (input.Length == 0)
            return;
        await RunAsync(path, admin, ["update-index", "--no-assume-unchanged", "-z", "--stdin"], input, [], cancellation);
        await RunAsync(path, admin, ["update-index", "--no-skip-worktree", "-z", "--stdin"], input, [], cancellation);
    }
}
