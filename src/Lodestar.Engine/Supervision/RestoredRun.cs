using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Supervision;

/// <summary>Puts a run back into a store from its ledger.</summary>
/// <param name="run">The run.</param>
/// <param name="entries">Its whole ledger.</param>
/// <param name="lines">The same as it was written.</param>
/// <param name="lastHash">Hash of the last line.</param>
internal sealed class RestoredRun(RunId run, IReadOnlyList<LedgerEntry> entries, IReadOnlyList<string> lines, string lastHash)
{
    private readonly RunState state = RunFold.All(run, entries);

    /// <summary>The plan it was started with.</summary>
    internal RunPlan Plan => state.Plan;

    /// <summary>True when it can go on.</summary>
    internal bool IsActive => state.Status != RunStatus.Ended;

    /// <summary>Writes the run, its ledger and what follows from it. One that had not ended is paused: whether what it had
    /// under way was done is found out when it is resumed, not assumed here.</summary>
    internal void Write(StoreTransaction tx, ProjectId project, string actor)
    {
        tx.AddRun(project, run, Plan, IsActive ? "paused" : RunDecider.Word(state), entries[0].At);
        tx.RestoreLedger(run, lines, lastHash);
        tx.PassFence(HighestFence());
        var projection = new RunProjection(tx, project, run);
        foreach (var recorded in entries.Where(entry => entry.Event is RunEvent.ProcessSpawning or RunEvent.ProcessStarted
            or RunEvent.ProcessEnded or RunEvent.RunIntegrated))
            projection.Restore(recorded);
        if (!IsActive)
        {
            tx.SetRunStatus(run, RunDecider.Word(state), state.StoppedAt);
            return;
        }

        var paused = new LedgerEntry(
            state.Seq + 1,
            StoreTime.Rounded(tx.Now.Wall),
            actor,
            new RunEvent.RunPaused("run-restored", "Restored from its ledger; what was under way is looked for before anything is repeated."));
        tx.AppendLedger(tx.FindRun(project, run)!, [paused]);
        projection.Restore(paused);
    }

    private long HighestFence() => entries.Max(entry => entry.Event switch
    {
        RunEvent.EngineAttached attached => attached.Fence,
        RunEvent.AttemptStarted started => started.Fence ?? 0,
        RunEvent.LeaseTaken taken => taken.Fence ?? 0,
        RunEvent.EffectIntended { Effect: Effect.OwnRun own } => own.Fence,
        _ => 0,
    });
}
