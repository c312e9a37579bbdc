using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Supervision;

/// <summary>The run's part of the runtime plane: its ledger, and with each event whatever else the event changes
/// (leases, process rows, task status), in one transaction. Tests have one in memory.</summary>
public interface IRunStore
{
    /// <summary>Makes the caller the run's only engine.</summary>
    /// <returns>The engine's fence, higher than any before it.</returns>
    /// <exception cref="RefusedException"><c>run-live</c>: another engine holds the run and is not proven dead.</exception>
    Task<long> AttachAsync(RunId run, CancellationToken cancellation);

    /// <summary>Gives the run up, so that another engine need not prove this one dead.</summary>
    Task DetachAsync(RunId run, long fence, CancellationToken cancellation);

    /// <summary>Reads the whole ledger.</summary>
    Task<IReadOnlyList<LedgerEntry>> LoadAsync(RunId run, CancellationToken cancellation);

    /// <summary>Appends events in one transaction. Events that ask for a lease come back with it filled in, or as
    /// <see cref="RunEvent.LeaseUnavailable"/>; intents that rest on a lease which is no longer the run's come back as
    /// <see cref="RunEvent.LeaseLost"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="fence">The engine's fence.</param>
    /// <param name="batch">What is recorded together.</param>
    /// <param name="cancellation">Ends the wait for the store's lock, never a transaction.</param>
    /// <exception cref="EngineReplacedException">Another engine took the run over.</exception>
    Task<IReadOnlyList<LedgerEntry>> AppendAsync(RunId run, long fence, RunBatch batch, CancellationToken cancellation);

    /// <summary>Renews the leases of attempts that are seen to go on.</summary>
    /// <returns>The tasks whose lease is no longer the run's.</returns>
    Task<IReadOnlyList<TaskId>> RenewAsync(
        RunId run, long fence, IReadOnlyList<HeldLease> leases, CancellationToken cancellation);

    /// <summary>The requests people made of this run that were not answered yet, oldest first.</summary>
    Task<IReadOnlyList<RunControl>> ControlsAsync(RunId run, CancellationToken cancellation);
}

/// <summary>What an engine records in one transaction.</summary>
/// <param name="Events">The events in order, numbered on from the last one the engine knows; none when only an answer is given.</param>
/// <param name="Answer">The answer to a request these events follow from: who asked is never told anything else than what
/// happened. Null for none.</param>
/// <param name="Leases">The leases the intents among the events rest on. An engine that was stopped for longer than its leases
/// last does not know that they are lost; the transaction does.</param>
public sealed record RunBatch(IReadOnlyList<LedgerEntry> Events, RunAnswer? Answer, IReadOnlyList<HeldLease> Leases)
{
    /// <summary>One event that rests on nothing.</summary>
    public static RunBatch Of(LedgerEntry recorded) => new([recorded], null, []);

    /// <summary>The event to be recorded, where these tasks' leases were found lost.</summary>
    public RunEvent Judge(RunEvent happened, IReadOnlyList<TaskId> lost) =>
        happened is RunEvent.EffectIntended { Effect.ForTask: { } task } && lost.Contains(task)
            ? new RunEvent.LeaseLost(task, Leases.First(lease => lease.Task == task).Attempt)
            : happened;
}

/// <summary>The answer to a request.</summary>
/// <param name="Control">Number of the request.</param>
/// <param name="Refusal">Why not; null when it is heeded.</param>
public sealed record RunAnswer(long Control, Refusal? Refusal);

/// <summary>A lease the run holds for an attempt.</summary>
public sealed record HeldLease(TaskId Task, int Attempt, LeaseId Lease, long Fence);

/// <summary>What somebody asks of a live run.</summary>
/// <param name="Id">Number of the request.</param>
/// <param name="Kind">pause, abort, retry or skip.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="Task">The task, for retry and skip.</param>
/// <param name="Note">Reason or note, or null.</param>
public sealed record RunControl(long Id, string Kind, string Actor, TaskId? Task, string? Note)
{
    /// <summary>What the run's rules say to it.</summary>
    public RunDecision Decide(RunState state) => Kind switch
    {
        "pause" => RunDecider.Pause(state, Actor, Note),
        "abort" => RunDecider.Abort(state, Actor, Note),
        "retry" => RunDecider.Retry(state, Task!.Value, Actor, Note),
        "skip" => RunDecider.Skip(state, Task!.Value, Actor, Note),
        _ => throw new InvalidOperationException($"Request {Id} is of the unknown kind \"{Kind}\"."),
    };
}

/// <summary>Another engine took the run over; this one must stop without touching anything more.</summary>
/// <param name="run">The run.</param>
public sealed class EngineReplacedException(RunId run) : Exception($"Another engine took over run {run}.");
