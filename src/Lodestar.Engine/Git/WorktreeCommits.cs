using System.Text;
using Lodestar.Core;
using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>Makes commits out of what stands in a worktree.</summary>
internal sealed class WorktreeCommits(Worktrees worktrees, GitRepository repository)
{
    private static readonly string[] Stage = ["update-index", "--add", "--remove", "--replace", "-z", "--stdin"];

    /// <summary>See <see cref="IRepository.CommitAsync"/>.</summary>
    internal async Task<CommitId> CommitAsync(
        CommitTarget target, IReadOnlyList<string> paths, string message, GitIdentity author, CancellationToken cancellation)
    {
        var admin = worktrees.Find(target.Worktree);
        if (admin is null || WorktreeFiles.HeadBranch(admin) != target.Branch || WorktreeFiles.Operation(admin) is not null)
            throw new CommitTargetLostException(target.Worktree, target.Branch);
        if (paths.FirstOrDefault(path => path.EndsWith('/')) is { } nested)
            throw new RefusedException(new Refusal(
                "nested-repository",
                $"{nested} in {target.Worktree} is a Git repository of its own and cannot be committed.",
                "Ignore it, or move it out of the worktree."));

        Worktrees.RemoveOrphanedLocks(target.Worktree, admin);
        if (paths.Count > 0)
            await CommitPathsAsync(target, admin, paths, message, author, cancellation);
        return await repository.ResolveAsync(RefName.Branch(target.Branch), cancellation)
            ?? throw new CommitTargetLostException(target.Worktree, target.Branch);
    }

    /// <summary>See <see cref="IRepository.SaveAsync"/>.</summary>
    internal async Task<CommitId?> SaveAsync(string path, string reference, CancellationToken cancellation)
    {
        if (await worktrees.InspectAsync(path, cancellation) is not { } view || worktrees.Find(path) is not { } admin)
            return null;
        // Where the branch is gone, the log of HEAD still names the commit the agent stood on.
        var parents = await CommitsAsync(
            [view.Head?.Value ?? WorktreeFiles.LastHead(admin), .. WorktreeFiles.HiddenCommits(admin)], cancellation);
        CommitId kept;
        if (view.Dirty.Count == 0 && parents.Count == 1)
            kept = parents[0];
        else
        {
            var tree = view.Dirty.Count == 0
                ? await repository.TreeAsync(parents[0], cancellation)
                : await WriteTreeAsync(path, admin, view.Dirty, cancellation);
            var identity = await repository.IdentityAsync(cancellation);
            // The date is that of the commit the work stands on: saving the same work twice gives the same commit.
            var date = parents.Count == 0 ? 0 : await repository.DateAsync(parents[0], cancellation);
            kept = await repository.CommitTreeAsync(
                new CommitDraft(tree, parents, "Work saved before the worktree was reset\n", identity, date), cancellation);
        }

        var old = await repository.ResolveAsync(reference, cancellation);
        if (old != kept && !await repository.UpdateRefsAsync([new RefChange(reference, kept.Value, old?.Value)], cancellation))
            throw new EnvironmentException("git-failed", $"The reference {reference} was moved by somebody else.", "Repeat the command.");
        return kept;
    }

    private async Task CommitPathsAsync(
        CommitTarget target, string admin, IReadOnlyList<string> paths, string message, GitIdentity author,
        CancellationToken cancellation)
    {
        var input = Lines(paths);
        var committer = await repository.IdentityAsync(cancellation);
        KeyValuePair<string, string>[] environment =
        [
            // Names are names: a file called "*.c" or ":(top)x" selects itself.
            new("GIT_LITERAL_PATHSPECS", "1"),
            new("GIT_AUTHOR_NAME", author.Name), new("GIT_AUTHOR_EMAIL", author.Email),
            new("GIT_COMMITTER_NAME", committer.Name), new("GIT_COMMITTER_EMAIL", committer.Email),
        ];
        await StageAsync(target.Worktree, admin, input, cancellation);
        try
        {
            await CommitOnlyAsync(target.Worktree, admin, input, message, environment, cancellation);
        }
        catch (GitFailedException)
        {
            // Nothing (more) to commit is no failure; unmerged entries (of a "stash pop") and paths that were staged and
            // then removed are mended by an index that knows only HEAD and what still differs.
            var view = await worktrees.InspectAsync(target.Worktree, cancellation);
            var left = view?.Dirty.Select(dirty => dirty.Path).Intersect(paths).ToList();
            if (left is not { Count: > 0 })
                return;
            input = Lines(left);
            await worktrees.RunAsync(target.Worktree, admin, ["read-tree", "--reset", "HEAD"], cancellation);
            await StageAsync(target.Worktree, admin, input, cancellation);
            await CommitOnlyAsync(target.Worktree, admin, input, message, environment, cancellation);
        }
    }

    // Only the named paths: what else the agent staged is not this commit's business.
    private Task CommitOnlyAsync(
        string path, string admin, byte[] paths, string message, KeyValuePair<string, string>[] environment,
        CancellationToken cancellation) =>
        worktrees.RunAsync(
            path,
            admin,
            [
                "commit", "-q", "--only", "--no-verify", "--cleanup=verbatim", "-m", message,
                "--pathspec-from-file=-", "--pathspec-file-nul",
            ],
            paths,
            environment,
            cancellation);

    private Task StageAsync(string path, string admin, byte[] paths, CancellationToken cancellation) =>
        worktrees.RunAsync(path, admin, Stage, paths, [], cancellation);

    /// <summary>The tree of the worktree as it stands, through an index of its own.</summary>
    private async Task<TreeId> WriteTreeAsync(
        string path, string admin, IReadOnlyList<DirtyPath> dirty, CancellationToken cancellation)
    {
        var index = Path.Combine(admin, $"lodestar-save-{Environment.ProcessId}.index");
        try
        {
            // A copy keeps what git knows of unchanged files, so that they are not read again.
            File.Delete(index);
            if (File.Exists(Path.Combine(admin, "index")))
                File.Copy(Path.Combine(admin, "index"), index);
            var files = dirty.SelectMany(one => one.Path.EndsWith('/') ? FilesBelow(path, one.Path) : [one.Path]);
            var own = KeyValuePair.Create("GIT_INDEX_FILE", index);
            await worktrees.RunAsync(path, admin, Stage, Lines(files), [own], cancellation);
            return TreeId.Parse((await worktrees.RunAsync(path, admin, ["write-tree"], default, [own], cancellation)).Text);
        }
        finally
        {
            File.Delete(index);
        }
    }

    /// <summary>Files of a repository inside the worktree. Git would keep only its commit id, and not the commit.</summary>
    private static IEnumerable<string> FilesBelow(string root, string folder) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(root, folder))
            .Order(StringComparer.Ordinal)
            .Where(entry => Path.GetFileName(entry) != ".git")
            .SelectMany(entry => Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null
                ? FilesBelow(root, Path.GetRelativePath(root, entry) + "/")
                : [Path.GetRelativePath(root, entry)]);

    private async Task<IReadOnlyList<CommitId>> CommitsAsync(IEnumerable<string?> names, CancellationToken cancellation)
    {
        var commits = new List<CommitId>();
        foreach (var name in names)
        {
            if (name is not null && await repository.ResolveAsync(name, cancellation) is { } commit && !commits.Contains(commit))
                commits.Add(commit);
        }

        return commits;
    }

    private static byte[] Lines(IEnumerable<string> paths) =>
        Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0")));
}
