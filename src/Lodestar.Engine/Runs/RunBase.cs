using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Runs;

/// <summary>Where a run starts: a named branch, else the one checked out in the primary worktree.</summary>
/// <param name="Branch">Short name.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Dirty">Uncommitted paths of the primary worktree.</param>
internal sealed record RunBase(string Branch, CommitId Commit, ImmutableArray<string> Dirty)
{
    /// <summary>Finds the base.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="look">Looks at the primary worktree.</param>
    /// <param name="asked">Branch asked for, short or full; null for the one checked out.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal static async Task<Outcome<RunBase>> FindAsync(
        IRepository repository,
        Func<CancellationToken, Task<Outcome<WorktreeView>>> look,
        string? asked,
        CancellationToken cancellation)
    {
        var seen = await look(cancellation);
        if (seen.Data is not { } view)
            return seen.Refusal!;

        const string Heads = "refs/heads/";
        var branch = asked is null ? view.Branch
            : asked.StartsWith(Heads, StringComparison.Ordinal) ? asked[Heads.Length..]
            : asked;
        if (branch is null)
            return new Refusal(
                "head-detached", "No branch is checked out in the primary worktree.", "check a branch out, or give --base BRANCH");

        var commit = await repository.ResolveAsync(RefName.Branch(branch), cancellation);
        if (commit is { } start)
            return new RunBase(branch, start, [.. view.Dirty.Select(path => path.Path)]);
        return view.Head is null
            ? new Refusal("repository-empty", "The repository has no commit yet.", "commit something first")
            : new Refusal("branch-unknown", $"There is no branch {branch}.", "git branch --list")
            {
                Details = new() { ["branch"] = branch },
            };
    }
}
