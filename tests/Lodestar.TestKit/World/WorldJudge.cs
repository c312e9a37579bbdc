using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>Says when the repository and the machine of a world are not as the ledger and the invariants have it.</summary>
/// <param name="git">The repository.</param>
/// <param name="root">Where the user's branch stands.</param>
/// <param name="plane">The runtime plane.</param>
/// <param name="processes">The machine's processes.</param>
/// <param name="programs">Everybody who was asked.</param>
/// <param name="witness">Who watches the ledger.</param>
/// <param name="treasury">All work that was done.</param>
internal sealed class WorldJudge(
    MemoryGit git, CommitId root, MemoryPlane plane, ProcessTable processes, WorldPrograms programs, Witness witness, Treasury treasury)
{
    /// <summary>What the user has in their worktree.</summary>
    internal const string Written = "what the user is writing\n";

    /// <summary>Holds after every transaction.</summary>
    /// <param name="batch">What it recorded.</param>
    /// <param name="branch">The run branch.</param>
    /// <param name="isMeddled">True while it is where somebody moved it by hand.</param>
    internal void Look(IReadOnlyList<LedgerEntry> batch, string branch, bool isMeddled)
    {
        treasury.Require(isOver: false);
        Untouched();
        foreach (var published in batch.Select(item => item.Event).OfType<RunEvent.EffectSettled>().Select(settled => settled.Result).OfType<EffectResult.Published>())
            Witness.Require(
                git.Swapped.Contains($"{branch} {published.Commit.Value}"), "8-evidence", $"{published.Commit.Abbreviated} never was on the run branch.");
        if (!isMeddled)
            AtTheTip(branch);
    }

    /// <summary>A lane is changed: nobody may be at work there.</summary>
    internal void Disturbed(string path)
    {
        var alive = processes.Alive.FirstOrDefault(process => process.Order.WorkingDirectory == path);
        Witness.Require(alive is null, "9-persist-before-destroy", $"{path} is changed under a living program.");
    }

    /// <summary>Holds when the run is over for good.</summary>
    internal void End()
    {
        witness.End();
        treasury.Require(isOver: true);
        Witness.Require(!processes.Alive.Any(), "11-one-owner", "A program outlived the run.");
        Witness.Require(!plane.HeldByRun.Any(), "5-one-winner", "The run still holds leases.");
        Witness.Require(git.Worktrees.Count == 1, "9-persist-before-destroy", "Worktrees were left behind.");
        Untouched();
        Made(witness.State!);
    }

    private void Untouched()
    {
        var user = git.Worktrees[MemoryGround.Primary];
        Witness.Require(
            git.Refs["refs/heads/main"] == root.Value && user.Head == root && user.Files["README.md"] == Written,
            "10-hands-off",
            "The user's branch or worktree changed.");
    }

    /// <summary>The run branch is where the ledger says, or at the very commit that was about to be published.</summary>
    private void AtTheTip(string branch)
    {
        if (!git.Refs.TryGetValue(branch, out var tip))
            return;
        var state = witness.State!;
        Witness.Require(
            tip == state.Tip.Value || state.Active.Any(active => active.Attempt.Candidate?.Value == tip),
            "8-evidence",
            $"The run branch is at {tip[..10]}, the ledger says {state.Tip.Abbreviated}.");
    }

    private void Made(RunState state)
    {
        var contents = git.Contents(state.Tip.Value);
        Witness.Require(
            contents["SPEC.md"].StartsWith(SpecKeeper.Unwritten, StringComparison.Ordinal),
            "8-evidence",
            "The specification changed where it may not.");
        var reached = git.Reach([state.Tip.Value]);
        var merged = state.Tasks.Values.Where(task => task.MergeCommit is not null).ToArray();
        foreach (var task in merged)
            Witness.Require(reached.Contains(task.MergeCommit!.Value.Value), "7-exactly-once", $"The merge of {task.Id} is not on the run branch.");
        if (merged.Length == 0)
            return;
        foreach (var task in merged.Where(task => state.Plan.Reviewer is not null && !programs.Approved.Contains(task.Id)))
            Witness.Require(false, "8-evidence", $"No reviewer ever approved {task.Id}.");
        foreach (var check in state.Plan.Checks)
            Witness.Require(
                WorldPrograms.Passes(check.Run, contents) == true, "8-evidence", $"Check {check.Name} does not pass on the run branch.");
    }
}
