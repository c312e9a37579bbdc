using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>One Git repository as a run needs it. The real one shells out to git; tests have one in memory that passes
/// the same contract suite.</summary>
/// <remarks>Every method that changes anything is safe to repeat with the same arguments: a run that was killed between
/// doing and recording asks again.</remarks>
public interface IRepository
{
    /// <summary>Resolves a reference or object name to a commit; null when there is none.</summary>
    Task<CommitId?> ResolveAsync(string reference, CancellationToken cancellation);

    /// <summary>The tree of a commit.</summary>
    Task<TreeId> TreeAsync(CommitId commit, CancellationToken cancellation);

    /// <summary>All references under the given prefixes, by full name; values are object names, symbolic ones resolved.</summary>
    Task<IReadOnlyDictionary<string, string>> RefsAsync(IReadOnlyList<string> prefixes, CancellationToken cancellation);

    /// <summary>Changes references in one transaction: all or none.</summary>
    /// <returns>False when an expected old value does not hold; nothing was changed then.</returns>
    Task<bool> UpdateRefsAsync(IReadOnlyList<RefChange> changes, CancellationToken cancellation);

    /// <summary>Stores a blob and returns its object name.</summary>
    Task<string> WriteBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <summary>Reads a blob by object name; null when it does not exist.</summary>
    Task<byte[]?> ReadBlobAsync(string objectName, CancellationToken cancellation);

    /// <summary>True when <paramref name="descendant"/> contains <paramref name="ancestor"/> (or is it).</summary>
    Task<bool> ContainsAsync(CommitId ancestor, CommitId descendant, CancellationToken cancellation);

    /// <summary>Commits reachable from <paramref name="head"/> but not from <paramref name="since"/>, oldest first.</summary>
    Task<IReadOnlyList<CommitId>> CommitsAsync(CommitId since, CommitId head, CancellationToken cancellation);

    /// <summary>Paths that differ between two commits or trees, sorted by UTF-8 bytes. Renames show as a delete and an add.</summary>
    Task<IReadOnlyList<PathChange>> ChangesAsync(string from, string to, CancellationToken cancellation);

    /// <summary>Added lines in the named range that look like conflict markers, as "path:line"; at most 20.</summary>
    Task<IReadOnlyList<string>> ConflictMarkersAsync(CommitId from, CommitId to, CancellationToken cancellation);

    /// <summary>Merges without a checkout. Never prefers a side; a path with a custom merge driver counts as a conflict.</summary>
    Task<MergeTree> MergeTreeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation);

    /// <summary>Writes a commit object whose id follows from the draft alone, so writing it twice gives one commit.</summary>
    Task<CommitId> CommitTreeAsync(CommitDraft draft, CancellationToken cancellation);

    /// <summary>Computes what <see cref="CommitTreeAsync"/> would return, without writing.</summary>
    CommitId CommitIdOf(CommitDraft draft);

    /// <summary>The identity merge commits carry: the user's committer identity, else "Lodestar &lt;lodestar@invalid&gt;".</summary>
    Task<GitIdentity> IdentityAsync(CancellationToken cancellation);

    /// <summary>Brings a lane worktree to a commit: adds it when missing, reuses it otherwise; discards changes and all
    /// untracked and ignored files, ends any rebase or merge in progress. What was there must have been saved before.</summary>
    /// <param name="path">Absolute path of the worktree.</param>
    /// <param name="branch">Branch to be on, created or reset to <paramref name="commit"/>; null for a detached HEAD.</param>
    /// <param name="commit">The commit to check out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task CheckoutAsync(string path, string? branch, CommitId commit, CancellationToken cancellation);

    /// <summary>Looks at a worktree: null when there is none at the path, or when it belongs to another repository.</summary>
    Task<WorktreeView?> InspectAsync(string path, CancellationToken cancellation);

    /// <summary>Commits the named paths of a worktree (adds, edits and deletions) on its branch.</summary>
    /// <exception cref="CommitTargetLostException">HEAD is no longer the target's branch.</exception>
    Task<CommitId> CommitAsync(
        CommitTarget target, IReadOnlyList<string> paths, string message, GitIdentity author, CancellationToken cancellation);

    /// <summary>Keeps everything a worktree holds beyond its commits (tracked changes and untracked files that are not
    /// ignored) as a commit under a reference, without touching the worktree.</summary>
    /// <returns>The commit kept: HEAD itself when the worktree was clean; null when there is no worktree.</returns>
    Task<CommitId?> SaveAsync(string path, string reference, CancellationToken cancellation);

    /// <summary>Removes a worktree that holds no unique work. Nothing happens when it is not there.</summary>
    Task RemoveWorktreeAsync(string path, CancellationToken cancellation);

    /// <summary>Takes away the worktree that merges are computed in, if there is one; the next merge makes it anew.</summary>
    Task RemoveMergeWorktreeAsync(CancellationToken cancellation);
}

/// <summary>One change of a reference.</summary>
/// <param name="Name">Full name.</param>
/// <param name="New">New object name, or null to delete. Equal to <paramref name="Old"/>: only verify.</param>
/// <param name="Old">Object name it must have now; null: it must not exist.</param>
public sealed record RefChange(string Name, string? New, string? Old);

/// <summary>One path that differs.</summary>
/// <param name="Path">Path from the root, <c>/</c>-separated.</param>
/// <param name="Kind">Git's letter: A, M, D or T.</param>
/// <param name="Blob">Object name of the new content; null for a deleted path.</param>
public sealed record PathChange(string Path, char Kind, string? Blob);

/// <summary>The result of a merge without a checkout.</summary>
/// <param name="Tree">The merged tree; null on conflict.</param>
/// <param name="Conflicts">Conflicting paths, sorted; may be empty although the merge conflicts.</param>
public sealed record MergeTree(TreeId? Tree, IReadOnlyList<string> Conflicts);

/// <summary>Name and address of an author or committer.</summary>
public sealed record GitIdentity(string Name, string Email)
{
    /// <summary>Who commits where the user named nobody.</summary>
    public static GitIdentity Fallback { get; } = new("Lodestar", "lodestar@invalid");
}

/// <summary>Everything a commit id depends on.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Parents">Parents in order.</param>
/// <param name="Message">The whole message; ends with one newline.</param>
/// <param name="Identity">Author and committer.</param>
/// <param name="UnixSeconds">Author and committer date, UTC.</param>
public sealed record CommitDraft(
    TreeId Tree, IReadOnlyList<CommitId> Parents, string Message, GitIdentity Identity, long UnixSeconds);

/// <summary>A worktree as it stands.</summary>
/// <param name="Branch">Short name of the branch HEAD is on; null when detached.</param>
/// <param name="Head">The commit HEAD resolves to; null when the branch was deleted.</param>
/// <param name="Operation">"rebase", "merge", "cherry-pick", "revert" or "bisect" in progress; null for none.</param>
/// <param name="Dirty">Paths that differ from HEAD: tracked changes, and untracked files that are not ignored.</param>
public sealed record WorktreeView(
    string? Branch, CommitId? Head, string? Operation, IReadOnlyList<DirtyPath> Dirty);

/// <summary>One path that differs from HEAD.</summary>
/// <param name="Path">Path from the root, <c>/</c>-separated.</param>
/// <param name="Untracked">True when Git does not know the path.</param>
public sealed record DirtyPath(string Path, bool Untracked);

/// <summary>A worktree and a branch that were seen to agree. Only <see cref="Verify"/> makes one.</summary>
public sealed class CommitTarget
{
    private CommitTarget(string worktree, string branch, CommitId head)
    {
        Worktree = worktree;
        Branch = branch;
        Head = head;
    }

    /// <summary>Absolute path of the worktree.</summary>
    public string Worktree { get; }

    /// <summary>Short name of the branch.</summary>
    public string Branch { get; }

    /// <summary>The branch's commit when it was verified.</summary>
    public CommitId Head { get; }

    /// <summary>Gives a target when the worktree's HEAD is that branch and nothing is in progress; null otherwise.</summary>
    public static CommitTarget? Verify(string worktree, string branch, WorktreeView view) =>
        view is { Operation: null, Head: { } head } && view.Branch == branch ? new(worktree, branch, head) : null;
}

/// <summary>The branch under a commit target changed between verification and use; nothing was committed.</summary>
public sealed class CommitTargetLostException(string worktree, string branch)
    : Exception($"Worktree {worktree} is no longer on branch {branch}.");
