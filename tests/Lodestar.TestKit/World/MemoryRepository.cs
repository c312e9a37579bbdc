using Lodestar.Core.Context;
using Lodestar.Engine;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit.World;

/// <summary>A repository in memory, as one engine calls it.</summary>
/// <param name="git">The repository; shared by all engines and agents.</param>
/// <param name="gate">What every call passes.</param>
/// <param name="disturbed">Told of every worktree whose files or HEAD are changed.</param>
public sealed class MemoryRepository(MemoryGit git, CallGate gate, Action<string>? disturbed = null) : IRepository
{
    private static readonly GitIdentity Identity = new("Lodestar", "lodestar@invalid");

    /// <inheritdoc/>
    public Task<CommitId?> ResolveAsync(string reference, CancellationToken cancellation) =>
        gate.CallAsync("git resolve", () => git.Resolve(reference));

    /// <inheritdoc/>
    public Task<TreeId> TreeAsync(CommitId commit, CancellationToken cancellation) =>
        gate.CallAsync("git tree", () => git.Find(commit.Value)!.Tree);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> RefsAsync(
        IReadOnlyList<string> prefixes, CancellationToken cancellation) =>
        gate.CallAsync<IReadOnlyDictionary<string, string>>("git refs", () => git.Refs
            .Where(item => prefixes.Any(prefix => item.Key == prefix
                || item.Key.StartsWith(prefix.TrimEnd('/') + "/", StringComparison.Ordinal)))
            .ToDictionary(item => item.Key, item => item.Value));

    /// <inheritdoc/>
    public Task<bool> UpdateRefsAsync(IReadOnlyList<RefChange> changes, CancellationToken cancellation) =>
        gate.CallAsync("git update-refs", () => git.Update(changes));

    /// <inheritdoc/>
    public Task<string> WriteBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        gate.CallAsync("git write-blob", () => git.Blob(content.Span));

    /// <inheritdoc/>
    public Task<byte[]?> ReadBlobAsync(string objectName, CancellationToken cancellation) =>
        gate.CallAsync("git read-blob", () => git.ReadBlob(objectName));

    /// <inheritdoc/>
    public Task<bool> ContainsAsync(CommitId ancestor, CommitId descendant, CancellationToken cancellation) =>
        gate.CallAsync("git contains", () => git.Reach([descendant.Value]).Contains(ancestor.Value));

    /// <inheritdoc/>
    public Task<IReadOnlyList<CommitId>> CommitsAsync(CommitId since, CommitId head, CancellationToken cancellation) =>
        gate.CallAsync<IReadOnlyList<CommitId>>("git commits", () =>
        {
            var old = git.Reach([since.Value]);
            var fresh = git.Reach([head.Value]).Where(name => !old.Contains(name)).ToList();
            // Oldest first: an ancestor reaches fewer commits than what came after it.
            return [.. fresh.OrderBy(name => git.Reach([name]).Count).ThenBy(name => name, StringComparer.Ordinal)
                .Select(name => new CommitId(name))];
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<PathChange>> ChangesAsync(string from, string to, CancellationToken cancellation) =>
        gate.CallAsync("git changes", () => Changes(from, to));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ConflictMarkersAsync(CommitId from, CommitId to, CancellationToken cancellation) =>
        gate.CallAsync<IReadOnlyList<string>>("git conflict-markers", () => [.. Changes(from.Value, to.Value)
            .Where(change => change.Blob is not null)
            .SelectMany(change => git.Text(change.Blob!).Split('\n').Index()
                .Where(line => line.Item.StartsWith("<<<<<<< ", StringComparison.Ordinal)
                    || line.Item.StartsWith(">>>>>>> ", StringComparison.Ordinal))
                .Select(line => $"{change.Path}:{line.Index + 1}"))]);

    /// <inheritdoc/>
    public Task<MergeTree> MergeTreeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation) =>
        gate.CallAsync("git merge-tree", () => git.Merge(ours, theirs));

    /// <inheritdoc/>
    public Task<CommitId> CommitTreeAsync(CommitDraft draft, CancellationToken cancellation) =>
        gate.CallAsync("git commit-tree", () => git.Commit(draft));

    /// <inheritdoc/>
    public CommitId CommitIdOf(CommitDraft draft) => MemoryGit.NameOf(draft);

    /// <inheritdoc/>
    public Task<GitIdentity> IdentityAsync(CancellationToken cancellation) =>
        gate.CallAsync("git identity", () => Identity);

    /// <inheritdoc/>
    public Task CheckoutAsync(string path, string? branch, CommitId commit, CancellationToken cancellation) =>
        gate.CallAsync(
            "git checkout",
            () =>
            {
                disturbed?.Invoke(path);
                if (!git.Worktrees.TryGetValue(path, out var tree))
                    git.Worktrees[path] = tree = new MemoryWorktree(git);
                tree.Stand(branch, commit);
            },
            () =>
            {
                disturbed?.Invoke(path);
                git.Worktrees[path].Fill(commit);
            });

    /// <inheritdoc/>
    public Task<WorktreeView?> InspectAsync(string path, CancellationToken cancellation) =>
        gate.CallAsync("git inspect", () => git.Worktrees.GetValueOrDefault(path)?.View);

    /// <inheritdoc/>
    public Task<CommitId> CommitAsync(
        CommitTarget target, IReadOnlyList<string> paths, string message, GitIdentity author, CancellationToken cancellation) =>
        gate.CallAsync("git commit", () =>
        {
            disturbed?.Invoke(target.Worktree);
            return git.Worktrees.GetValueOrDefault(target.Worktree) is { Operation: null, Head: not null } tree
                && tree.Branch == target.Branch
                ? tree.Commit(paths, message, author, 0)
                : throw new CommitTargetLostException(target.Worktree, target.Branch);
        });

    /// <inheritdoc/>
    public Task<CommitId?> SaveAsync(string path, string reference, CancellationToken cancellation) =>
        gate.CallAsync<CommitId?>("git save", () =>
        {
            if (!git.Worktrees.TryGetValue(path, out var tree))
                return null;
            var kept = tree.Keep();
            git.Refs[reference] = kept.Value;
            return kept;
        });

    /// <inheritdoc/>
    public Task RemoveWorktreeAsync(string path, CancellationToken cancellation) =>
        gate.CallAsync("git remove-worktree", () =>
        {
            disturbed?.Invoke(path);
            return git.Worktrees.Remove(path);
        });

    /// <inheritdoc/>
    public Task RemoveMergeWorktreeAsync(CancellationToken cancellation) => Task.CompletedTask;

    private IReadOnlyList<PathChange> Changes(string from, string to)
    {
        var (old, now) = (git.Files(from), git.Files(to));
        return [.. old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(path => old.GetValueOrDefault(path) != now.GetValueOrDefault(path))
            .Select(path => new PathChange(
                path,
                !old.ContainsKey(path) ? 'A' : now.ContainsKey(path) ? 'M' : 'D',
                now.GetValueOrDefault(path)))];
    }
}
