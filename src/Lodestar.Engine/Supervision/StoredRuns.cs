using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Runs;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Supervision;

/// <summary>Runs in the runtime store. A line of the ledger and everything it changes elsewhere are one transaction.</summary>
/// <param name="store">The store.</param>
/// <param name="project">The project.</param>
/// <param name="self">This process, as the engine that holds runs.</param>
/// <param name="look">Tells whether another engine's process is alive.</param>
public sealed class StoredRuns(
    RuntimeStore store, ProjectId project, ProcessIdentity self, Func<ProcessIdentity, Liveness> look) : IRunStore
{
    private const int LinesAtOnce = 2000;

    /// <inheritdoc/>
    public Task<long> AttachAsync(RunId run, CancellationToken cancellation) => store.WriteAsync(
        tx =>
        {
            var row = Find(tx, run);
            if (row.Engine is { } holder && holder.Process != self && look(holder.Process) != Liveness.Dead)
                throw new RefusedException(new Refusal(
                    "run-live",
                    $"Run {run} is driven by process {holder.Process.Pid} on {holder.Machine}.",
                    $"lodestar run watch {run}"));
            var fence = tx.NextFence();
            tx.SetEngine(run, new EngineRow(fence, self, System.Environment.MachineName));
            return fence;
        },
        cancellation);

    /// <inheritdoc/>
    public async Task DetachAsync(RunId run, long fence, CancellationToken cancellation)
    {
        try
        {
            await store.WriteAsync(
                tx =>
                {
                    if (Find(tx, run).Engine?.Fence == fence)
                        tx.SetEngine(run, null);
                    return true;
                },
                cancellation);
        }
        catch (EnvironmentException)
        {
            // A courtesy: this process is about to end, and then it is proven dead. What broke the store is already told
            // by whoever needed it.
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerEntry>> LoadAsync(RunId run, CancellationToken cancellation) =>
        store.ReadAsync(view => view.Ledger(Find(view, run)), cancellation);

    /// <summary>The run as its ledger tells it.</summary>
    internal Task<RunState> FoldAsync(RunId run, CancellationToken cancellation) =>
        store.ReadAsync(view => view.FoldLedger(Find(view, run)), cancellation);

    /// <summary>Some lines of the ledger, as they are stored.</summary>
    internal Task<IReadOnlyList<string>> LinesAsync(RunId run, long after, CancellationToken cancellation) =>
        store.ReadAsync(view => view.LedgerLines(run, after, LinesAtOnce), cancellation);

    /// <summary>Reads the whole ledger and holds its copy against it.</summary>
    internal Task<RunTakenUp> TakeUpAsync(RunId run, LedgerCopy copy, CancellationToken cancellation) => store.ReadAsync(
        view =>
        {
            var taken = new RunTakenUp(run, copy);
            view.ReadLedger(Find(view, run), (_, entry, line) => taken.Take(entry, line));
            return taken;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LedgerEntry>> AppendAsync(
        RunId run, long fence, RunBatch batch, CancellationToken cancellation) => store.WriteAsync(
        tx =>
        {
            var row = Find(tx, run);
            if (row.Engine?.Fence != fence || (batch.Events.Count > 0 && batch.Events[0].Seq != row.LastSeq + 1))
                throw new EngineReplacedException(run);
            if (batch.Answer is { } answer)
                tx.AnswerControl(answer.Control, answer.Refusal);
            if (batch.Events.Count == 0)
                return batch.Events;
            var projection = new RunProjection(tx, project, run);
            var lost = projection.Lost(batch.Leases);
            IReadOnlyList<LedgerEntry> recorded =
                [.. batch.Events.Select(item => projection.Apply(item with { Event = batch.Judge(item.Event, lost) }))];
            tx.AppendLedger(row, recorded);
            return recorded;
        },
        cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TaskId>> RenewAsync(
        RunId run, long fence, IReadOnlyList<HeldLease> leases, CancellationToken cancellation) => store.WriteAsync(
        tx => new RunProjection(tx, project, run).Renew(leases), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RunControl>> ControlsAsync(RunId run, CancellationToken cancellation) =>
        store.ReadAsync(view => view.OpenControls(run), cancellation);

    /// <summary>Enters a new run with its first event.</summary>
    /// <exception cref="RefusedException"><c>run-active</c>: another run of the project goes on.</exception>
    public Task<IReadOnlyList<LedgerEntry>> CreateAsync(
        RunId run, RunPlan plan, string actor, CancellationToken cancellation) => store.WriteAsync<IReadOnlyList<LedgerEntry>>(
        tx =>
        {
            RequireNoOther(tx, run);
            tx.AddRun(project, run, plan, "running", tx.Now.Wall);
            var first = new LedgerEntry(1, StoreTime.Rounded(tx.Now.Wall), actor, new RunEvent.RunStarted(plan));
            tx.AppendLedger(Find(tx, run), [first]);
            return [first];
        },
        cancellation);

    /// <summary>Enters a run as its ledger tells it.</summary>
    /// <exception cref="RefusedException"><c>run-known</c>: the store has it; <c>run-active</c>: it could go on, and another one does.</exception>
    internal Task RestoreAsync(RunId run, RestoredRun restored, string actor, CancellationToken cancellation) => store.WriteAsync(
        tx =>
        {
            if (tx.FindRun(project, run) is { } known)
                throw new RefusedException(new Refusal(
                    "run-known", $"The store has run {run} already; it is {known.Status}.", $"lodestar run show {run}"));
            if (restored.IsActive)
                RequireNoOther(tx, run);
            restored.Write(tx, project, actor);
            return true;
        },
        cancellation);

    /// <summary>Refuses when a run other than the given one is active.</summary>
    internal void RequireNoOther(StoreReader view, RunId run)
    {
        if (view.Runs(project).FirstOrDefault(row => row.IsActive && row.Id != run) is not { } other)
            return;
        var isLive = other.Engine is { } engine && look(engine.Process) != Liveness.Dead;
        throw new RefusedException(new Refusal(
            "run-active",
            $"Run {other.Id} of this project is {other.Status}{(isLive ? "" : " and can be resumed")}.",
            isLive ? $"lodestar run watch {other.Id}" : $"lodestar resume {other.Id}")
        {
            Details = new() { ["run_id"] = other.Id.Value, ["status"] = other.Status },
        });
    }

    private RunRow Find(StoreReader view, RunId run) => view.FindRun(project, run)
        ?? throw new RefusedException(new Refusal("run-unknown", $"This project has no run {run}.", "lodestar run list"));
}
