using System.Collections.Immutable;
using Lodestar.Core.Lanes;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>Makes a run's state from its events. It decides nothing: it only says what follows from what happened, and
/// throws when a ledger holds what cannot have happened.</summary>
public static class RunFold
{
    /// <summary>Folds a whole ledger.</summary>
    /// <exception cref="LedgerContradictionException">The events cannot be the history of a run.</exception>
    public static RunState All(RunId run, IEnumerable<LedgerEntry> events)
    {
        var folding = new RunFolding(run);
        foreach (var recorded in events)
            folding.Take(recorded);
        return folding.Result();
    }

    /// <summary>The state after the first event, which must be <see cref="RunEvent.RunStarted"/>.</summary>
    public static RunState Begin(RunId run, LedgerEntry recorded)
    {
        if (recorded is not { Seq: 1, Event: RunEvent.RunStarted started })
            throw new LedgerContradictionException(recorded.Seq, "A ledger begins with run-started at sequence 1.");

        try
        {
            return new RunState(
                run, started.Plan, RunStatus.Running, 1, started.Plan.BaseCommit, TaskRuns.Waiting(started.Plan.Tasks))
            {
                StartedAt = recorded.At,
                Schedule = new LanePlan(started.Plan.Tasks),
            };
        }
        catch (ArgumentException cause)
        {
            // A task twice, or tasks that wait for each other: no plan of ours.
            throw new LedgerContradictionException(1, $"Its plan cannot be followed: {cause.Message}");
        }
    }

    /// <summary>The state after one more event.</summary>
    /// <exception cref="LedgerContradictionException">The event cannot have happened in this state.</exception>
    public static RunState Next(RunState state, LedgerEntry recorded)
    {
        if (recorded.Seq != state.Seq + 1)
            throw new LedgerContradictionException(recorded.Seq, $"Sequence {state.Seq + 1} was expected.");
        var next = Apply(state, recorded);
        // Whoever asked still has the state before; only one that is new can be told its place.
        if (ReferenceEquals(next, state))
            return state with { Seq = recorded.Seq };
        next.Seq = recorded.Seq;
        return next;
    }

    private static RunState Apply(RunState state, LedgerEntry recorded) => recorded.Event switch
    {
        RunEvent.RunStarted => throw new LedgerContradictionException(recorded.Seq, "The run was started already."),
        RunEvent.EngineAttached attached => Attach(state, attached),
        RunEvent.AttemptStarted started => AttemptFold.Start(state, recorded, started),
        RunEvent.LeaseTaken taken => state.With(taken.Task, state.AttemptOf(taken.Task) with
        {
            Lease = taken.Lease,
            Fence = taken.Fence,
            LeaseEngine = state.EngineFence,
        }),
        RunEvent.LeaseUnavailable unavailable => state.With(
            state.TaskOf(unavailable.Task) with { NotBefore = unavailable.Until }),
        RunEvent.LeaseLost lost => state.With(lost.Task, AttemptFold.EndedBy(state.AttemptOf(lost.Task), new AttemptEnd(
            "lease-lost", "lease-lost", $"The lease of task {lost.Task} was lost."))),
        RunEvent.AttemptAborted aborted => state.With(aborted.Task, AttemptFold.EndedBy(
            state.AttemptOf(aborted.Task), new AttemptEnd("aborted", "run-aborted", "The run was aborted."))),
        RunEvent.EffectIntended intended => Intend(state, recorded, intended),
        RunEvent.EffectSettled settled => Settle(state, recorded, settled),
        RunEvent.ProcessSpawning spawning => state with
        {
            Processes = state.Processes.SetItem(spawning.Process, new ProcessRecord(spawning, null, null)),
        },
        RunEvent.ProcessStarted started => state.Processes.TryGetValue(started.Process, out var process)
            ? state with
            {
                Processes = state.Processes.SetItem(
                    started.Process, process with { Host = started.Host, Program = started.Program }),
            }
            : throw new LedgerContradictionException(recorded.Seq, $"Process {started.Process} was never spawned."),
        RunEvent.ProcessEnded ended => EndProcess(state, ended),
        RunEvent.FindingRaised raised => state with
        {
            Findings = (state.Findings.Count >= RunState.MaxFindings ? state.Findings.RemoveAt(0) : state.Findings)
                .Add(raised),
        },
        RunEvent.AttemptEnded ended => AttemptFold.Finish(state, recorded, ended),
        RunEvent.TaskIntegrated integrated => AttemptFold.Integrate(state, recorded, integrated),
        RunEvent.TaskFailed failed => state.With(state.TaskOf(failed.Task) with
        {
            Status = TaskRunStatus.Failed,
            Code = failed.Code,
            Reason = failed.Reason,
            EndedAt = recorded.At,
        }),
        RunEvent.TaskSkipped skipped => state.With(state.TaskOf(skipped.Task) with
        {
            Status = TaskRunStatus.Skipped,
            Code = "skipped",
            Reason = skipped.Reason,
            EndedAt = recorded.At,
        }),
        RunEvent.TaskRetried retried => Retry(state, state.TaskOf(retried.Task), retried),
        RunEvent.PauseRequested requested => state with { Pausing = state.Pausing ?? requested },
        RunEvent.AbortRequested requested => state with { Aborting = state.Aborting ?? requested },
        RunEvent.RunPaused paused => state with
        {
            Status = RunStatus.Paused,
            Pausing = null,
            Code = paused.Code,
            Reason = paused.Reason,
            StoppedAt = recorded.At,
        },
        RunEvent.RunResumed => state with
        {
            Status = RunStatus.Running,
            Outcome = null,
            Pausing = null,
            Code = null,
            Reason = null,
            IsClosed = false,
            StoppedAt = null,
        },
        RunEvent.IntegrationIntended intended => state with { Integrating = intended },
        RunEvent.RunIntegrated integrated => state with { Integrating = null, Integrated = integrated },
        RunEvent.RunEnded ended => state with
        {
            Status = RunStatus.Ended,
            Outcome = ended.Outcome,
            Code = ended.Code,
            Reason = ended.Reason,
            StoppedAt = recorded.At,
        },
        _ => throw new LedgerContradictionException(
            recorded.Seq, $"Event {recorded.Event.GetType().Name} has no meaning here."),
    };

    /// <summary>Owning the run under a fence that is no longer the last is nobody's wish any more.</summary>
    private static RunState Attach(RunState state, RunEvent.EngineAttached attached) => state with
    {
        EngineFence = attached.Fence,
        InFlight = state.InFlight.RemoveRange(
            state.InFlight.Where(item => item.Value.Effect is Effect.OwnRun).Select(item => item.Key)),
    };

    private static RunState Retry(RunState state, TaskRun task, RunEvent.TaskRetried retried) => state.With(task with
    {
        Status = TaskRunStatus.Waiting,
        Code = null,
        Reason = null,
        EndedAt = null,
        Failures = 0,
        Conflicts = 0,
        Notes = retried.Note is { } note ? task.Notes.Add(note) : task.Notes,
    });

    private static RunState Intend(RunState state, LedgerEntry recorded, RunEvent.EffectIntended intended)
    {
        if (state.Settled.Contains(intended.Key) || state.InFlight.ContainsKey(intended.Key))
            throw new LedgerContradictionException(recorded.Seq, $"Effect {intended.Key} was intended before.");

        var next = state with
        {
            InFlight = state.InFlight.Add(intended.Key, new Pending(intended.Effect, recorded.At, recorded.Seq)),
        };
        return AttemptFold.Intended(next, recorded, intended.Effect);
    }

    private static RunState Settle(RunState state, LedgerEntry recorded, RunEvent.EffectSettled settled)
    {
        if (!state.InFlight.TryGetValue(settled.Key, out var pending))
            throw new LedgerContradictionException(recorded.Seq, $"Effect {settled.Key} was not in flight.");

        // A branch that was moved by hand leaves the effect undone: the same key is used once it is back.
        var isDone = settled.Result is not (EffectResult.Interrupted or EffectResult.BranchMoved);
        var next = state with
        {
            InFlight = state.InFlight.Remove(settled.Key),
            Settled = isDone ? state.Settled.With(settled.Key) : state.Settled,
        };
        if (settled.Result is EffectResult.Interrupted)
            return next;

        return (pending.Effect, settled.Result) switch
        {
            (Effect.OwnRun, EffectResult.Owned owned) => next with { OwnedFence = owned.Fence },
            (Effect.OwnRun own, EffectResult.BranchMoved moved) => next with
            {
                OwnedFence = own.Fence,
                Pausing = AttemptFold.PauseForMovedBranch(next, moved),
            },
            (Effect.CloseRun, EffectResult.Closed) => next with
            {
                IsClosed = true,
                Closings = next.Closings + 1,
                LanesUsed = [],
            },
            _ => AttemptFold.Settled(next, recorded, pending, settled),
        };
    }

    private static RunState EndProcess(RunState state, RunEvent.ProcessEnded ended)
    {
        if (!state.Processes.TryGetValue(ended.Process, out var process))
            return state;
        var next = state with
        {
            Processes = state.Processes.Remove(ended.Process),
            Usage = state.Usage.Plus(ended.Usage),
        };
        var task = next.TaskOf(process.Spawning.Task);
        return next.With(task with { Usage = task.Usage.Plus(ended.Usage) });
    }
}

/// <summary>A ledger holds what cannot have happened. The run is stopped; nothing is guessed.</summary>
/// <param name="seq">Sequence number of the event.</param>
/// <param name="fact">What contradicts what.</param>
public sealed class LedgerContradictionException(long seq, string fact)
    : Exception($"The ledger contradicts itself at sequence {seq}: {fact}")
{
    /// <summary>Sequence number of the event that cannot have happened.</summary>
    public long Seq { get; } = seq;

    /// <summary>What contradicts what.</summary>
    public string Fact { get; } = fact;
}
