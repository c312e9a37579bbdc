using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit.World;

/// <summary>Objects, references and worktrees of a Git repository in memory. Everything is named by its content.</summary>
public sealed class MemoryGit
{
    private readonly Dictionary<string, byte[]> blobs = [];
    private readonly Dictionary<string, ImmutableSortedDictionary<string, string>> trees = [];
    private readonly Dictionary<string, CommitDraft> commits = [];

    /// <summary>References by full name.</summary>
    public SortedDictionary<string, string> Refs { get; } = new(StringComparer.Ordinal);

    /// <summary>Worktrees by path.</summary>
    public SortedDictionary<string, MemoryWorktree> Worktrees { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes a blob.</summary>
    public string Blob(ReadOnlySpan<byte> content)
    {
        var name = Name("blob", content);
        blobs[name] = content.ToArray();
        return name;
    }

    /// <summary>Reads a blob; null when there is none.</summary>
    public byte[]? ReadBlob(string name) => blobs.TryGetValue(name, out var content) ? [.. content] : null;

    /// <summary>Reads a blob as text.</summary>
    public string Text(string blob) => Encoding.UTF8.GetString(blobs[blob]);

    /// <summary>Writes a tree.</summary>
    public TreeId Tree(ImmutableSortedDictionary<string, string> files)
    {
        var name = Name("tree", Encoding.UTF8.GetBytes(string.Concat(files.Select(file => $"{file.Key}\0{file.Value}\n"))));
        trees[name] = files;
        return new(name);
    }

    /// <summary>Files (path to blob) of a tree or a commit.</summary>
    public ImmutableSortedDictionary<string, string> Files(string treeOrCommit) =>
        trees.TryGetValue(treeOrCommit, out var files) ? files : trees[commits[treeOrCommit].Tree.Value];

    /// <summary>Files (path to content) of a tree or a commit.</summary>
    public IReadOnlyDictionary<string, string> Contents(string treeOrCommit) =>
        Files(treeOrCommit).ToDictionary(file => file.Key, file => Text(file.Value));

    /// <summary>Name of the commit a draft makes.</summary>
    public static CommitId NameOf(CommitDraft draft) => new(Name("commit", Encoding.UTF8.GetBytes(
        $"{draft.Tree}\n{string.Join(',', draft.Parents)}\n{draft.Identity}\n{draft.UnixSeconds}\n{draft.Message}")));

    /// <summary>Writes a commit.</summary>
    public CommitId Commit(CommitDraft draft)
    {
        var name = NameOf(draft);
        commits[name.Value] = draft;
        return name;
    }

    /// <summary>A commit's content; null when there is no such commit.</summary>
    public CommitDraft? Find(string name) => commits.GetValueOrDefault(name);

    /// <summary>The commit a name or reference stands for; null when there is none.</summary>
    public CommitId? Resolve(string name) =>
        commits.ContainsKey(name) ? new(name) : Refs.TryGetValue(name, out var value) && commits.ContainsKey(value) ? new(value) : null;

    /// <summary>Everything reachable from some commits, themselves included.</summary>
    public HashSet<string> Reach(IEnumerable<string> from)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(from.Where(commits.ContainsKey));
        while (open.TryPop(out var name))
        {
            if (!seen.Add(name))
                continue;
            foreach (var parent in commits[name].Parents)
                open.Push(parent.Value);
        }

        return seen;
    }

    /// <summary>What every reference was ever changed to, as name and value.</summary>
    internal HashSet<string> Swapped { get; } = new(StringComparer.Ordinal);

    /// <summary>Changes references, all or none.</summary>
    public bool Update(IReadOnlyList<RefChange> changes)
    {
        if (changes.Any(change => Refs.GetValueOrDefault(change.Name) != change.Old))
            return false;
        foreach (var change in changes)
        {
            if (change.New is { } value)
            {
                Refs[change.Name] = value;
                Swapped.Add($"{change.Name} {value}");
            }
            else
            {
                Refs.Remove(change.Name);
            }
        }

        return true;
    }

    /// <summary>Merges by path: a path both sides changed differently is a conflict, except that single lines appended to
    /// nothing are not understood here at all.</summary>
    public MergeTree Merge(CommitId ours, CommitId theirs)
    {
        var origin = Files(MergeBase(ours, theirs));
        var (left, right) = (Files(ours.Value), Files(theirs.Value));
        var merged = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var conflicts = new List<string>();
        foreach (var path in left.Keys.Union(right.Keys).Union(origin.Keys).Order(StringComparer.Ordinal))
        {
            var (was, mine, other) = (origin.GetValueOrDefault(path), left.GetValueOrDefault(path), right.GetValueOrDefault(path));
            if (mine != other && mine != was && other != was)
                conflicts.Add(path);
            else if ((mine == was ? other : mine) is { } kept)
                merged[path] = kept;
        }

        return conflicts.Count > 0 ? new(null, conflicts) : new(Tree(merged.ToImmutable()), []);
    }

    private string MergeBase(CommitId ours, CommitId theirs)
    {
        var shared = Reach([ours.Value]);
        shared.IntersectWith(Reach([theirs.Value]));
        return shared
            .Where(name => !shared.Any(other => other != name && Reach([other]).Contains(name)))
            .Order(StringComparer.Ordinal)
            .First();
    }

    private static string Name(string kind, ReadOnlySpan<byte> content)
    {
        byte[] whole = [.. Encoding.ASCII.GetBytes($"{kind} {content.Length}\0"), .. content];
        return Convert.ToHexStringLower(SHA256.HashData(whole))[..40];
    }
}
