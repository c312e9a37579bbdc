using Lodestar.Core;

namespace Lodestar.Engine.Git;

/// <summary>The user's own checkout. It is looked at, and never written: not even the index is refreshed.</summary>
/// <param name="git">Git.</param>
/// <param name="worktree">Root of the primary worktree.</param>
public sealed class PrimaryCheckout(GitClient git, string worktree)
{
    private const int Fatal = 128;

    /// <summary>Sees branch, commit and uncommitted paths.</summary>
    /// <returns>The view, or the refusal <c>git-required</c> or <c>repository-bare</c>.</returns>
    public async Task<Outcome<WorktreeView>> LookAsync(CancellationToken cancellation)
    {
        await git.VersionAsync(cancellation);
        var reply = await git.RunAsync(
            new GitCall(worktree, "status", "--porcelain=v2", "-z", "--branch", "--no-renames", "--untracked-files=all")
            {
                Answers = [0, Fatal],
            },
            cancellation);
        if (reply.ExitCode == 0)
            return GitPorcelain.Status(reply.Output);
        if (reply.Error.Contains("must be run in a work tree", StringComparison.Ordinal))
            return new Refusal("repository-bare", $"{worktree} is a bare repository.", "use a repository with a working tree");
        return reply.Error.Contains("not a git repository", StringComparison.Ordinal)
            ? new Refusal("git-required", $"{worktree} is in no Git repository.", "git init")
            : throw new GitFailedException("status", reply.ExitCode, reply.Error);
    }

    /// <summary>Lists ignored files: what no commit holds and a lane may need.</summary>
    public async Task<IReadOnlyList<string>> IgnoredAsync(CancellationToken cancellation)
    {
        var reply = await git.RunAsync(
            new GitCall(worktree, "ls-files", "-z", "--others", "--ignored", "--exclude-standard"), cancellation);
        return GitPorcelain.Fields(reply.Output);
    }
}
