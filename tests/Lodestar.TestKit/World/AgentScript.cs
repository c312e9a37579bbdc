using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit.World;

/// <summary>How a builder behaves in one attempt.</summary>
public enum Conduct
{
    /// <summary>Does the task and commits it itself.</summary>
    Commits,

    /// <summary>Does the task and leaves it uncommitted.</summary>
    LeavesUncommitted,

    /// <summary>Commits half and leaves half.</summary>
    CommitsHalf,

    /// <summary>Does the task in a way the check does not accept.</summary>
    BreaksCheck,

    /// <summary>Does the task in a way that makes the check hang.</summary>
    HangsCheck,

    /// <summary>Exits with an error in the middle.</summary>
    Fails,

    /// <summary>Dies of a signal in the middle.</summary>
    Crashes,

    /// <summary>Never ends.</summary>
    Hangs,

    /// <summary>Does nothing and gives no reason.</summary>
    DoesNothing,

    /// <summary>Does nothing and says why.</summary>
    DeclaresNoChange,

    /// <summary>Changes a protected path.</summary>
    TouchesProtected,

    /// <summary>Changes a path outside its scope.</summary>
    LeavesScope,

    /// <summary>Leaves a rebase in progress.</summary>
    LeavesRebase,

    /// <summary>Commits, then deletes its branch under itself.</summary>
    DeletesBranch,

    /// <summary>Commits, then replaces the history it was given.</summary>
    RewritesHistory,

    /// <summary>Puts its work on the user's stash.</summary>
    Stashes,

    /// <summary>Commits on a branch of its own.</summary>
    SwitchesBranch,

    /// <summary>Commits conflict markers.</summary>
    LeavesMarkers,

    /// <summary>Changes a file that others change as well.</summary>
    TouchesShared,

    /// <summary>Adds one of two files that are fine alone and not together.</summary>
    TouchesPair,

    /// <summary>Leaves a repository of its own in its lane.</summary>
    NestsRepository,
}

/// <summary>A builder at work in a lane.</summary>
/// <param name="git">The repository.</param>
/// <param name="tree">The lane's worktree.</param>
/// <param name="process">The program.</param>
/// <param name="task">The task.</param>
/// <param name="round">Round of implement and review.</param>
/// <param name="made">Told of every commit it makes.</param>
internal sealed class AgentScript(
    MemoryGit git, MemoryWorktree tree, WorldProcess process, TaskId task, int round, Action<CommitId> made)
{
    private static readonly GitIdentity Agent = new("Agent", "agent@example.test");

    internal void Play(Conduct conduct, Func<TimeSpan> pause)
    {
        process.After(pause(), () =>
        {
            Begin(conduct);
            process.After(pause(), () => Finish(conduct));
        });
    }

    private void Begin(Conduct conduct)
    {
        switch (conduct)
        {
            case Conduct.DoesNothing or Conduct.DeclaresNoChange:
                break;
            case Conduct.RewritesHistory when tree.Head is not null:
                // What it throws away itself is nobody's loss, so this commit is not told of.
                Work("a");
                tree.Commit(tree.Dirty.Select(dirty => dirty.Path), "Draft\n", Agent, round);
                break;
            case Conduct.Commits or Conduct.DeletesBranch or Conduct.LeavesRebase or Conduct.CommitsHalf:
                Work("a");
                Commit();
                break;
            default:
                Work("a");
                break;
        }
    }

    private void Finish(Conduct conduct)
    {
        switch (conduct)
        {
            case Conduct.Fails:
                process.End(ExitStatus.Failed, 1, text: "I give up.");
                return;
            case Conduct.Crashes:
                process.End(ExitStatus.Crashed, null);
                return;
            case Conduct.Hangs:
                return;
            case Conduct.DeclaresNoChange:
                process.End(ExitStatus.Completed, 0, noChange: "It is done already.");
                return;
            default:
                Deviate(conduct);
                process.End(ExitStatus.Completed, 0, text: "Done.");
                return;
        }
    }

    private void Deviate(Conduct conduct)
    {
        switch (conduct)
        {
            case Conduct.Commits or Conduct.CommitsHalf:
                Work("b");
                if (conduct == Conduct.Commits)
                    Commit();
                break;
            case Conduct.LeavesUncommitted:
                Work("b");
                tree.Files["ignored/cache"] = "x";
                break;
            case Conduct.BreaksCheck:
                tree.Files[$"src/{task}/bad"] = "BROKEN\n";
                break;
            case Conduct.HangsCheck:
                tree.Files[$"src/{task}/bad"] = "SLOW\n";
                break;
            case Conduct.TouchesProtected:
                tree.Files[".lodestar/spec.yaml"] = "mine\n";
                Commit();
                break;
            case Conduct.LeavesScope:
                tree.Files["elsewhere/file"] = $"{task}\n";
                break;
            case Conduct.LeavesRebase:
                tree.BeginRebase(new(git.Refs["refs/heads/main"]));
                break;
            case Conduct.DeletesBranch when tree.Branch is { } branch:
                git.Refs.Remove("refs/heads/" + branch);
                break;
            case Conduct.RewritesHistory:
                tree.Advance(Made(git.Commit(new CommitDraft(
                    git.Tree(git.Files(tree.Head!.Value.Value)), [], $"Anew {task} {process.Order.Process}\n", Agent, round))));
                break;
            case Conduct.Stashes:
                // The log of refs/stash keeps older entries; here a reference of their own does.
                git.Refs["refs/stash"] = Made(tree.Keep()).Value;
                git.Refs[$"refs/log-of-stash/{process.Order.Process}"] = git.Refs["refs/stash"];
                break;
            case Conduct.SwitchesBranch:
                tree.Stand($"mine-{process.Order.Process}", tree.Head!.Value);
                Commit();
                break;
            case Conduct.LeavesMarkers:
                tree.Files[$"src/{task}/a"] = "<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n";
                Commit();
                break;
            case Conduct.TouchesShared:
                tree.Files["shared/file"] = $"{task} in {process.Order.Process}\n";
                Commit();
                break;
            case Conduct.TouchesPair:
                tree.Files[task.Value[^1] % 2 == 0 ? "shared/left" : "shared/right"] = $"{task}\n";
                Commit();
                break;
            case Conduct.NestsRepository:
                tree.Files[$"src/{task}/nested/"] = "a repository";
                break;
            default:
                break;
        }
    }

    private void Work(string file) => tree.Files[$"src/{task}/{file}"] = $"{task} {file}\n";

    private void Commit()
    {
        if (tree.Head is not null && tree.Dirty.Count > 0)
            Made(tree.Commit(tree.Dirty.Select(dirty => dirty.Path), $"Work on {task} {process.Order.Process}\n", Agent, round));
    }

    private CommitId Made(CommitId commit)
    {
        made(commit);
        return commit;
    }
}
