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
    /// <see cref="RunEvent.LeaseUnavailable"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="fence">The engine's fence.</param>
    /// <param name="events">The events in order, numbered on from the last one the engine knows; none when only an answer is given.</param>
    /// <param name="answer">The answer to a request these events follow from, in the same transaction: who asked is never told
    /// anything else than what happened. Null for none.</param>
    /// <param name="cancellation">Ends the wait for the store's lock, never a transaction.</param>
    /// <exception cref="EngineReplacedException">Another engine took the run over.</exception>
    Task<IReadOnlyList<LedgerEntry>> AppendAsync(
        RunId run, long fence, IReadOnlyList<LedgerEntry> events, RunAnswer? answer, CancellationToken cancellation);

    /// <summary>Renews the leases of attempts that are seen to go on.</summary>
    /// <returns>The tasks whose lease is no longer the run's.</returns>
    Task<IReadOnlyList<TaskId>> RenewAsync(
        RunId run, long fence, IReadOnlyList<HeldLease> leases, CancellationToken cancellation);

    /// <summary>The requests people made of this run that were not answered yet, oldest first.</summary>
    Task<IReadOnlyList<RunControl>> ControlsAsync(RunId run, CancellationToken cancellation);
}

/// <summary>The answer to a request.</summary>
/// <param name="Control">Number of the request.</param>
/// <param name="Refusal">Why not; null when it is heeded.</param>
public sealed record RunAnswer(long Control, Refusal? Refusal);

/// <summary>A lease the run holds.</summary>
public sealed record HeldLease(TaskId Task, LeaseId Lease, long Fence);

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
