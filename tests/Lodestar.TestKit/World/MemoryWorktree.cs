using System.Collections.Immutable;
using System.Text;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit.World;

/// <summary>One worktree: what HEAD stands on, and the files in the folder.</summary>
/// <param name="git">The repository.</param>
public sealed class MemoryWorktree(MemoryGit git)
{
    /// <summary>Files by path.</summary>
    public SortedDictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Short name of the branch; null when detached.</summary>
    public string? Branch { get; private set; }

    /// <summary>The commit of a detached HEAD, else where HEAD was last seen (its log).</summary>
    public string LastHead { get; private set; } = "";

    /// <summary>An operation in progress, or null.</summary>
    public string? Operation { get; private set; }

    /// <summary>Commits only an operation in progress refers to.</summary>
    public List<string> Hidden { get; } = [];

    /// <summary>The commit HEAD resolves to; null when the branch is gone.</summary>
    public CommitId? Head => Branch is null
        ? LastHead.Length == 0 ? null : new(LastHead)
        : git.Refs.TryGetValue("refs/heads/" + Branch, out var value) ? new(value) : null;

    /// <summary>What Git would say of it.</summary>
    public WorktreeView View => new(Branch, Head, Operation, Dirty);

    /// <summary>Paths that differ from HEAD.</summary>
    public IReadOnlyList<DirtyPath> Dirty
    {
        get
        {
            var tracked = Head is { } head
                ? git.Files(head.Value)
                : ImmutableSortedDictionary<string, string>.Empty;
            return [.. tracked.Keys.Union(Files.Keys).Order(StringComparer.Ordinal)
                .Where(path => !Same(tracked, path) && !(IsIgnored(path) && !tracked.ContainsKey(path)))
                .Select(path => new DirtyPath(path, !tracked.ContainsKey(path)))];
        }
    }

    /// <summary>Points HEAD elsewhere; files stay.</summary>
    public void Stand(string? branch, CommitId commit)
    {
        Branch = branch;
        LastHead = commit.Value;
        Operation = null;
        Hidden.Clear();
        if (branch is not null)
            git.Refs["refs/heads/" + branch] = commit.Value;
    }

    /// <summary>Makes the folder hold what the commit holds, and nothing else.</summary>
    public void Fill(CommitId commit)
    {
        Files.Clear();
        foreach (var (path, blob) in git.Files(commit.Value))
            Files[path] = git.Text(blob);
    }

    /// <summary>Commits some paths as they stand; gives HEAD when they do not differ.</summary>
    public CommitId Commit(IEnumerable<string> paths, string message, GitIdentity author, long unixSeconds)
    {
        var head = Head ?? throw new InvalidOperationException("HEAD stands on nothing.");
        var wanted = paths.ToHashSet(StringComparer.Ordinal);
        var changed = Dirty.Where(dirty => wanted.Contains(dirty.Path)).Select(dirty => dirty.Path).ToArray();
        if (changed.Length == 0)
            return head;
        var tree = git.Tree(With(git.Files(head.Value), changed));
        return Advance(git.Commit(new CommitDraft(tree, [head], message, author, unixSeconds)));
    }

    /// <summary>Moves what HEAD stands on to a commit.</summary>
    public CommitId Advance(CommitId commit)
    {
        LastHead = commit.Value;
        if (Branch is not null)
            git.Refs["refs/heads/" + Branch] = commit.Value;
        return commit;
    }

    /// <summary>Leaves a rebase in progress: HEAD detached elsewhere, the old head known to the rebase alone.</summary>
    public void BeginRebase(CommitId onto)
    {
        if (Head is { } head)
            Hidden.Add(head.Value);
        Branch = null;
        LastHead = onto.Value;
        Operation = "rebase";
    }

    /// <summary>A commit that keeps everything there is beyond commits, as <see cref="IRepository.SaveAsync"/> promises.</summary>
    public CommitId Keep()
    {
        var parents = new[] { Head?.Value ?? LastHead }.Concat(Hidden).Distinct().Select(name => new CommitId(name)).ToArray();
        var dirty = Dirty;
        if (dirty.Count == 0 && parents.Length == 1)
            return parents[0];
        var from = Head is { } head ? git.Files(head.Value) : ImmutableSortedDictionary<string, string>.Empty;
        var tree = git.Tree(With(from, dirty.Select(path => path.Path)));
        return git.Commit(new CommitDraft(tree, parents, "Work saved\n", new("Lodestar", "lodestar@invalid"), 0));
    }

    private ImmutableSortedDictionary<string, string> With(
        ImmutableSortedDictionary<string, string> files, IEnumerable<string> paths)
    {
        var next = files.ToBuilder();
        next.KeyComparer = StringComparer.Ordinal;
        foreach (var path in paths)
        {
            if (Files.TryGetValue(path, out var content))
                next[path] = git.Blob(Encoding.UTF8.GetBytes(content));
            else
                next.Remove(path);
        }

        return next.ToImmutable();
    }

    private bool Same(ImmutableSortedDictionary<string, string> tracked, string path) =>
        tracked.TryGetValue(path, out var blob)
            ? Files.TryGetValue(path, out var content) && git.Text(blob) == content
            : !Files.ContainsKey(path);

    private static bool IsIgnored(string path) => path.StartsWith("ignored/", StringComparison.Ordinal);
}
