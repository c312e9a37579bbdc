using Lodestar.Core;
using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>The user's branch, and the only code that moves it. Everywhere else it is read.</summary>
/// <param name="git">Git.</param>
/// <param name="repository">The repository.</param>
/// <param name="checkout">The primary worktree.</param>
/// <param name="worktree">Root of the primary worktree.</param>
public sealed class BaseBranch(GitClient git, IRepository repository, PrimaryCheckout checkout, string worktree)
{
    private static readonly TimeSpan HookTime = TimeSpan.FromMinutes(10);

    /// <summary>The refusal when moving the branch would touch uncommitted or untracked paths of the checkout; null when it
    /// may be moved.</summary>
    public async Task<Refusal?> ObstacleAsync(string branch, CommitId from, CommitId until, CancellationToken cancellation)
    {
        if (await IsCheckedOutAsync(branch, cancellation) is not { } view)
            return null;
        if (view.Operation is { } operation)
            return new Refusal("tree-busy", $"A {operation} is in progress in {worktree}.", "git status");
        var touched = (await repository.ChangesAsync(from.Value, until.Value, cancellation)).Select(change => change.Path).ToHashSet();
        var inTheWay = view.Dirty.Select(dirty => dirty.Path).Where(path => touched.Any(other => Collide(path, other))).ToArray();
        return inTheWay.Length == 0
            ? null
            : new Refusal(
                "tree-dirty",
                inTheWay.Length == 1
                    ? $"The uncommitted change of {inTheWay[0]} would be touched."
                    : $"{inTheWay.Length} uncommitted paths would be touched, first {inTheWay[0]}.",
                inTheWay.Length == 1 ? "Commit it, then run it again." : "Commit them, then run it again.")
            {
                Details = new() { ["paths"] = new System.Text.Json.Nodes.JsonArray([.. inTheWay.Take(20).Select(path => (System.Text.Json.Nodes.JsonNode)path)]) },
            };
    }

    /// <summary>Moves the branch forward. Where it is checked out, the checkout moves with it and the repository's hooks run.</summary>
    /// <returns>What hooks and git said; null when the branch was no longer where it was expected.</returns>
    public async Task<string?> AdvanceAsync(string branch, CommitId from, CommitId until, CancellationToken cancellation)
    {
        if (await IsCheckedOutAsync(branch, cancellation) is null)
        {
            var moved = await repository.UpdateRefsAsync(
                [new RefChange(RefName.Branch(branch), until.Value, from.Value)], cancellation);
            return moved ? "" : null;
        }

        var reply = await git.RunAsync(
            new GitCall(worktree, "merge", "--ff-only", "--no-autostash", "--no-stat", until.Value)
            {
                Answers = [0, 1, 128],
                RunHooks = true,
                Limit = HookTime,
            },
            cancellation);
        if (reply.ExitCode == 0)
            return reply.Text + reply.Error;
        return await repository.ResolveAsync(RefName.Branch(branch), cancellation) == from
            ? throw new EnvironmentException("git-failed", $"Git could not move branch {branch}: {reply.Error.Trim()}")
            : null;
    }

    private async Task<WorktreeView?> IsCheckedOutAsync(string branch, CancellationToken cancellation) =>
        (await checkout.LookAsync(cancellation)).Data is { } view && view.Branch == branch ? view : null;

    /// <summary>True when one path is the other, or a folder of it: an untracked file can stand where a folder must go.</summary>
    private static bool Collide(string left, string right) =>
        left == right
        || left.StartsWith(right + "/", StringComparison.Ordinal)
        || right.StartsWith(left.TrimEnd('/') + "/", StringComparison.Ordinal);
}
