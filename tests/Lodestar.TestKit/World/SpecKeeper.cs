using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit.World;

/// <summary>How a spec maintainer behaves in one turn.</summary>
public enum Upkeep
{
    /// <summary>Adds the task to the change log and commits that itself.</summary>
    Commits,

    /// <summary>Adds the task to the change log and leaves that uncommitted.</summary>
    LeavesUncommitted,

    /// <summary>Changes what it may not.</summary>
    LeavesBounds,

    /// <summary>Says that it updated, and did not.</summary>
    Pretends,

    /// <summary>Finds nothing to change.</summary>
    FindsNothing,

    /// <summary>Sends the change back, and edits nevertheless.</summary>
    AsksForChanges,

    /// <summary>Exits with an error in the middle.</summary>
    Fails,

    /// <summary>Never ends.</summary>
    Hangs,

    /// <summary>Says nothing valid.</summary>
    SaysNothing,

    /// <summary>Commits on a branch of its own.</summary>
    SwitchesBranch,
}

/// <summary>A spec maintainer at work in a lane.</summary>
/// <param name="tree">The lane's worktree.</param>
/// <param name="process">The program.</param>
/// <param name="task">The task.</param>
/// <param name="made">Told of every commit it makes.</param>
internal sealed class SpecKeeper(MemoryWorktree tree, WorldProcess process, TaskId task, Action<CommitId> made)
{
    /// <summary>The specification before anybody maintained it.</summary>
    internal const string Unwritten = "# Spec\n\nWhat stays.\n\n## Changelog\n";

    private static readonly GitIdentity Keeper = new("Keeper", "keeper@example.test");

    internal void Play(Upkeep upkeep, Func<TimeSpan> pause) => process.After(pause(), () =>
    {
        Edit(upkeep);
        process.After(pause(), () => Finish(upkeep));
    });

    private void Edit(Upkeep upkeep)
    {
        if (upkeep is Upkeep.Pretends or Upkeep.FindsNothing or Upkeep.Hangs)
            return;
        // Sorted, so that the order in which tasks are merged does not show.
        var entries = tree.Files["SPEC.md"][Unwritten.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Append($"- {task}").Distinct().Order(StringComparer.Ordinal);
        tree.Files["SPEC.md"] = Unwritten + string.Concat(entries.Select(entry => entry + "\n"));
        if (upkeep == Upkeep.LeavesBounds)
            tree.Files["SPEC.md"] = "# Spec\n\nWhat I like.\n" + tree.Files["SPEC.md"];
        if (upkeep == Upkeep.SwitchesBranch)
            tree.Stand($"keeper-{process.Order.Process}", tree.Head!.Value);
        if (upkeep is Upkeep.Commits or Upkeep.LeavesBounds or Upkeep.SwitchesBranch && tree.Dirty.Count > 0)
            made(tree.Commit(tree.Dirty.Select(dirty => dirty.Path), $"Describe {task} {process.Order.Process}\n", Keeper, 3));
    }

    private void Finish(Upkeep upkeep)
    {
        switch (upkeep)
        {
            case Upkeep.Fails:
                process.End(ExitStatus.Failed, 1);
                break;
            case Upkeep.Hangs:
                break;
            case Upkeep.SaysNothing:
                process.End(ExitStatus.Completed, 0, verdict: "approved");
                break;
            default:
                process.End(
                    ExitStatus.Completed,
                    0,
                    verdict: upkeep switch
                    {
                        Upkeep.FindsNothing => "no_changes_needed",
                        Upkeep.AsksForChanges => "changes_requested",
                        _ => "updated",
                    },
                    text: "What I think of it.");
                break;
        }
    }
}
