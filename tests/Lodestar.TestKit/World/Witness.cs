using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>Watches a run's ledger and says when an invariant does not hold. It keeps its own books and does not ask the
/// code under test whether it was right.</summary>
/// <param name="run">The run.</param>
/// <param name="isHeld">Says whether a task's fence is the last that was granted, to the run.</param>
internal sealed class Witness(RunId run, Func<TaskId, long, bool> isHeld)
{
    private readonly HashSet<IdempotencyKey> settled = [];
    private readonly HashSet<TaskId> integrated = [];
    private readonly List<Receipt> receipts = [];
    private readonly HashSet<ProcessId> registered = [];
    private string? planHash;

    /// <summary>The fold of what was recorded.</summary>
    internal RunState? State { get; private set; }

    internal IReadOnlyList<Receipt> Receipts => receipts;

    internal void See(IReadOnlyList<LedgerEntry> batch)
    {
        foreach (var item in batch)
        {
            Require(item.Seq == (State?.Seq ?? 0) + 1, "12-causal-order", $"{item.Seq} follows {State?.Seq}.");
            var before = State;
            // Judged before it is folded: the fold is code under test, too.
            Judge(before, item.Event);
            State = before is null ? RunFold.Begin(run, item) : RunFold.Next(before, item);
        }

        planHash ??= State!.Plan.ComputeHash();
        Bounds();
    }

    /// <summary>A program may only start when its row is on disk.</summary>
    internal RunEvent.ProcessSpawning RowOf(ProcessId process)
    {
        Require(registered.Contains(process), "11-one-owner", $"Process {process} has no registry row.");
        return State!.Processes[process].Spawning;
    }

    internal void End()
    {
        Require(State!.Plan.ComputeHash() == planHash, "16-frozen", "The plan changed.");
        Require(State.InFlight.IsEmpty, "18-bounds", "Effects are left in flight.");
        Require(State.Status != RunStatus.Ended || State.Processes.IsEmpty, "11-one-owner", "Registry rows are left open.");
        Require(
            State.Outcome != RunOutcome.Completed || State.Tasks.Values.All(task => task.Status is TaskRunStatus.Integrated or TaskRunStatus.Skipped),
            "8-evidence",
            "A completed run left tasks undone.");
    }

    internal static void Require(bool holds, string invariant, string fact)
    {
        if (!holds)
            throw new WorldBrokenException(invariant, fact);
    }

    private void Judge(RunState? before, RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.EffectIntended intended:
                Require(!settled.Contains(intended.Key), "7-exactly-once", $"{intended.Effect} was done before.");
                Fenced(before!, intended.Effect);
                break;
            case RunEvent.EffectSettled { Result: not (EffectResult.Interrupted or EffectResult.BranchMoved) } done:
                Require(settled.Add(done.Key), "7-exactly-once", $"{done.Key} was settled twice.");
                if (done.Result.Proof is { } receipt)
                    receipts.Add(receipt);
                if (done.Result is EffectResult.Published && before!.InFlight[done.Key].Effect is Effect.Publish publish)
                    Require(!integrated.Contains(publish.Task), "7-exactly-once", $"Task {publish.Task} was published twice.");
                break;
            case RunEvent.AttemptStarted started:
                Starts(before!, started);
                break;
            case RunEvent.ProcessSpawning spawning:
                Require(registered.Add(spawning.Process), "11-one-owner", $"Process {spawning.Process} was registered twice.");
                break;
            case RunEvent.TaskIntegrated done:
                Require(integrated.Add(done.Task), "7-exactly-once", $"Task {done.Task} was integrated twice.");
                Proven(before!, done);
                break;
            default:
                break;
        }
    }

    private void Fenced(RunState state, Effect effect)
    {
        if (effect is Effect.Retire || effect.ForTask is not { } task)
            return;
        var attempt = state.Tasks[task].Current!;
        // Publishing that was begun before the lease was lost is only looked at: was it done, or not?
        if (effect is Effect.Publish && attempt is { IsPublishing: true, End: not null })
            return;
        Require(
            attempt.Fence is { } fence && isHeld(task, fence), "5-one-winner", $"{effect} is begun under a lost lease.");
    }

    private void Starts(RunState before, RunEvent.AttemptStarted started)
    {
        var active = before.Active.ToArray();
        Require(
            started.Lane >= 1 && started.Lane <= before.Plan.Policy.Lanes.Value && active.All(other => other.Attempt.Lane != started.Lane),
            "18-bounds",
            $"Lane {started.Lane} is taken or does not exist.");
        var task = Planned(started.Task);
        foreach (var needed in task.DependsOn)
            Require(
                before.Tasks[needed].Status is TaskRunStatus.Integrated or TaskRunStatus.Skipped,
                "dependencies",
                $"{started.Task} started before {needed} was done.");
        foreach (var (other, _) in active)
            Require(!FileScope.Overlaps(task.Locks, Planned(other.Id).Locks), "scopes", $"{task.Id} overlaps {other.Id}.");
        Require(started.Base == before.Tip, "dependencies", $"{started.Task} did not start at the tip.");
    }

    private void Proven(RunState before, RunEvent.TaskIntegrated done)
    {
        var mine = receipts.Where(receipt => receipt.TaskId == done.Task && receipt.Attempt == done.Attempt).ToArray();
        Require(
            mine.Any(receipt => receipt.Step == "implement" && receipt.Commit == done.Commit),
            "8-evidence",
            $"{done.Task} has no receipt of its implementation.");
        Require(
            before.Plan.Reviewer is null
                || mine.Any(receipt => receipt is { Step: "review", Verdict: Verdict.Approved } && receipt.Commit == done.Commit),
            "8-evidence",
            $"{done.Task} was not approved.");
        if (done.MergeCommit is not { } merge)
            return;
        Require(
            before.Plan.SpecMaintainer is null
                || mine.Any(receipt => receipt is { Step: "maintain-spec", Verdict: Verdict.Updated or Verdict.NoChangesNeeded } && receipt.Commit == merge),
            "8-evidence",
            $"The specification was not settled with {done.Task}.");
        var proof = mine.SingleOrDefault(receipt => receipt.Step == "merge");
        Require(proof?.Commit == merge, "8-evidence", $"{done.Task} has no receipt of its merge.");
        foreach (var check in before.Plan.Checks)
            Require(
                proof!.Checks.Any(one => one.Name == check.Name && one.Status == "passed"
                    && one.Tree == before.Tasks[done.Task].Current!.CandidateTree)
                    && receipts.Any(receipt => receipt.Step == "check" && receipt.Checks.Contains(proof.Checks.First(one => one.Name == check.Name))),
                "8-evidence",
                $"Check {check.Name} did not pass on the merged tree of {done.Task}.");
    }

    private void Bounds()
    {
        var policy = State!.Plan.Policy;
        foreach (var task in State.Tasks.Values)
        {
            Require(task.Failures <= policy.MaxAttempts.Value, "18-bounds", $"{task.Id} failed {task.Failures} times.");
            Require(task.Conflicts <= policy.MaxConflicts.Value, "18-bounds", $"{task.Id} conflicted {task.Conflicts} times.");
            if (task.Current is { } attempt)
                Require(
                    attempt.Round <= policy.ReviewRounds.Value && attempt.Try <= policy.MaxAttempts.Value,
                    "18-bounds",
                    $"{task.Id} is in round {attempt.Round}, try {attempt.Try}.");
        }
    }

    private PlannedTask Planned(TaskId id) => State!.Plan.Tasks.First(task => task.Id == id);
}
