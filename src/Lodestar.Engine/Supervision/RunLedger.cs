using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The ledger of one run as its engine writes it: events are staged, the state that follows from them is known
/// at once, and they are recorded together. Only the run's loop uses it, one call at a time.</summary>
/// <remarks>Staging before recording lets one transaction hold everything that follows from one moment, so a commit to
/// disk is paid once. Nothing is done on a staged event before it is recorded.</remarks>
public sealed class RunLedger
{
    private readonly RunParts parts;
    private readonly RunId run;
    private readonly long fence;
    private readonly Action<IReadOnlyList<LedgerEntry>, RunState> observe;
    private readonly List<LedgerEntry> staged = [];
    private RunState recordedState;

    /// <summary>Continues a run from its recorded state.</summary>
    public RunLedger(
        RunParts parts, RunState state, long fence, Action<IReadOnlyList<LedgerEntry>, RunState> observe)
    {
        this.parts = parts;
        this.fence = fence;
        this.observe = observe;
        run = state.Run;
        recordedState = state;
        State = state;
    }

    /// <summary>The state after everything staged.</summary>
    public RunState State { get; private set; }

    /// <summary>True when something staged must be recorded before the state can be trusted: a lease is granted by the
    /// store, or refused.</summary>
    public bool MustRecord => staged.Any(item => item.Event is RunEvent.AttemptStarted or RunEvent.LeaseTaken);

    /// <summary>Stages one event.</summary>
    public void Stage(RunEvent happened, string actor)
    {
        var item = new LedgerEntry(State.Seq + 1, parts.Clock.GetUtcNow(), actor, happened);
        State = RunFold.Next(State, item);
        staged.Add(item);
    }

    /// <summary>Records what is staged, all or nothing, together with the answer to whoever asked for it.</summary>
    public async Task RecordAsync(CancellationToken cancellation, RunAnswer? answer = null)
    {
        if (staged.Count == 0 && answer is null)
            return;

        parts.Reach(CrashLabel.Before("ledger-append"));
        var recorded = await parts.Store.AppendAsync(
            run, fence, new RunBatch(staged.ToImmutableArray(), answer, [.. LeasesRestedOn()]), cancellation);
        parts.Reach(CrashLabel.After("ledger-append"));
        if (MustRecord || recorded.Zip(staged).Any(pair => pair.First.Event != pair.Second.Event))
            State = recorded.Aggregate(recordedState, RunFold.Next);
        recordedState = State;
        staged.Clear();
        if (recorded.Count == 0)
            return;
        parts.Folder.Publish(recorded, State);
        observe(recorded, State);
    }

    /// <summary>The lease an attempt works under.</summary>
    internal static HeldLease LeaseOf(TaskId task, AttemptRun attempt) => new(task, attempt.Number, attempt.Lease!.Value, attempt.Fence!.Value);

    /// <summary>What is begun for a task needs its lease. Keeping an attempt's work does not, nor does finding out whether a
    /// publish that was begun before the lease was lost was done.</summary>
    private IEnumerable<HeldLease> LeasesRestedOn()
    {
        foreach (var item in staged)
        {
            if (item.Event is RunEvent.EffectIntended { Effect: not Effect.Retire and { ForTask: { } task } }
                && State.Tasks[task].Current is { Lease: not null, End: null } attempt)
                yield return LeaseOf(task, attempt);
        }
    }
}
