using Lodestar.Core.Context;

namespace Lodestar.TestKit.World;

/// <summary>All work agents ever did, and whether it can still be found. Invariant 9: nothing unique is ever lost.</summary>
/// <param name="git">The repository.</param>
internal sealed class Treasury(MemoryGit git)
{
    private readonly SortedSet<string> commits = new(StringComparer.Ordinal);
    private readonly List<(string Lane, string Path, string Content)> files = [];
    private readonly Dictionary<(string, string), string> keptIn = [];

    /// <summary>An agent made a commit.</summary>
    internal void Add(CommitId commit) => commits.Add(commit.Value);

    /// <summary>An agent's program is dead: what it left uncommitted is unique.</summary>
    internal void AddLeftovers(string lane)
    {
        if (!git.Worktrees.TryGetValue(lane, out var tree))
            return;
        foreach (var dirty in tree.Dirty)
        {
            if (tree.Files.TryGetValue(dirty.Path, out var content) && !files.Contains((lane, dirty.Path, content)))
                files.Add((lane, dirty.Path, content));
        }
    }

    /// <summary>Holds that everything can be found.</summary>
    /// <param name="isOver">True when worktrees do not count any more.</param>
    internal void Require(bool isOver)
    {
        var roots = git.Refs.Values.ToList();
        if (!isOver)
            roots.AddRange(git.Worktrees.Values.SelectMany(tree => tree.Hidden.Append(tree.LastHead).Append(tree.Head?.Value ?? "")));
        var found = git.Reach(roots);
        foreach (var commit in commits)
            Witness.Require(found.Contains(commit), "9-persist-before-destroy", $"Commit {commit[..10]} of an agent is lost: {git.Find(commit)!.Message}");
        foreach (var (lane, path, content) in files)
        {
            if (!isOver && git.Worktrees.TryGetValue(lane, out var tree) && tree.Files.GetValueOrDefault(path) == content)
                continue;
            if (keptIn.TryGetValue((path, content), out var known) && found.Contains(known))
                continue;
            var keeper = found.Order(StringComparer.Ordinal).FirstOrDefault(
                commit => git.Files(commit).TryGetValue(path, out var blob) && git.Text(blob) == content);
            Witness.Require(keeper is not null, "9-persist-before-destroy", $"File {path} left in {lane} is lost: {content.TrimEnd()}");
            keptIn[(path, content)] = keeper!;
        }
    }
}
