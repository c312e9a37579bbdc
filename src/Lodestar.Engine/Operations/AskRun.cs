using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Asks something of a run: to pause, to end, to try a failed task again, to do without one. A live engine answers
/// itself; without one the answer is given here by the same rules.</summary>
/// <param name="Kind">pause, abort, retry or skip.</param>
/// <param name="Run">The run; null for the only one that could be meant.</param>
/// <param name="Task">The task, for retry and skip.</param>
/// <param name="Note">Reason, or the note for the next attempt.</param>
public sealed record AskRun(string Kind, RunId? Run, TaskId? Task, string? Note)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Asks, and waits until it is so.</summary>
    /// <param name="desk">The project's run desk.</param>
    /// <param name="drive">Used when this process has to act as the engine.</param>
    /// <param name="patience">How long a live engine may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Outcome<AskedRun>> ExecuteAsync(
        RunDesk desk, RunDrive drive, TimeSpan patience, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForChange(
            await desk.RowsAsync(cancellation), Run, Kind, row => row.IsActive || (Task is not null && row.Status == "failed"));
        if (chosen.Data is not { } row)
            return chosen.Refusal!;

        var refusal = desk.IsLive(row)
            ? await AskEngineAsync(desk, row, drive.Actor, patience, cancellation)
            : await ActAsync(desk, row, drive, cancellation);
        if (refusal is not null)
            return refusal;
        var now = (await desk.RowsAsync(cancellation)).First(other => other.Id == row.Id);
        return Outcome<AskedRun>.Done(new AskedRun(row.Id, Kind, now.Status, Task), Next(now));
    }

    private static IReadOnlyList<NextAction> Next(RunRow row) => row.Status is "paused" or "failed"
        ? [new("run.resume", $"lodestar resume {row.Id}", "Go on with the run")]
        : [new("run.show", $"lodestar run show {row.Id}", "See the run")];

    private async Task<Refusal?> AskEngineAsync(
        RunDesk desk, RunRow row, string actor, TimeSpan patience, CancellationToken cancellation)
    {
        var store = desk.Session.Store;
        var number = await store.WriteAsync(tx => tx.AddControl(row.Id, Kind, actor, Task, Note), cancellation);
        using var limit = new CancellationTokenSource(patience, desk.Session.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            while (true)
            {
                var answer = await store.ReadAsync(view => view.AnswerTo(number), either.Token);
                if (answer?.Refusal is { } refusal)
                    return refusal;
                if (answer is not null && (Task is not null || await HasStoppedAsync(desk, row.Id, either.Token)))
                    return null;
                await System.Threading.Tasks.Task.Delay(Poll, desk.Session.Clock, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Refusal(
                "run-busy",
                $"Run {row.Id} was asked to {Kind} and has not got there within {patience.TotalSeconds:0} seconds; it still will.",
                $"lodestar run show {row.Id}");
        }
    }

    private static async Task<bool> HasStoppedAsync(RunDesk desk, RunId run, CancellationToken cancellation) =>
        (await desk.RowsAsync(cancellation)).First(row => row.Id == run).Status != "running";

    /// <summary>Without a live engine the request is decided here; pause and abort also wind down what a dead engine left.</summary>
    private async Task<Refusal?> ActAsync(RunDesk desk, RunRow row, RunDrive drive, CancellationToken cancellation)
    {
        var control = new RunControl(0, Kind, drive.Actor, Task, Note);
        if (Task is null)
            return (await DriveRun.FromLedgerAsync(desk, row.Id, state => Wind(state, control), drive, cancellation)).Refusal;

        var runs = await desk.RunsAsync(cancellation);
        var fence = await runs.AttachAsync(row.Id, cancellation);
        try
        {
            var state = await runs.FoldAsync(row.Id, cancellation);
            var decision = control.Decide(state);
            if (decision.Event is { } happened)
                await runs.AppendAsync(
                    row.Id,
                    fence,
                    RunBatch.Of(new LedgerEntry(state.Seq + 1, desk.Session.Clock.GetUtcNow(), drive.Actor, happened)),
                    cancellation);
            return decision.Refusal;
        }
        finally
        {
            await runs.DetachAsync(row.Id, fence, CancellationToken.None);
        }
    }

    private static (IReadOnlyList<RunEvent>, Refusal?) Wind(RunState state, RunControl control)
    {
        var decision = control.Decide(state);
        if (decision.Event is not { } happened)
            return ([], decision.Refusal);
        // A paused run that is aborted goes on just far enough to keep its work and end.
        return state.Status == RunStatus.Paused ? ([new RunEvent.RunResumed(control.Actor), happened], null) : ([happened], null);
    }
}

/// <summary>What became of a request to a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Asked">pause, abort, retry or skip.</param>
/// <param name="Status">Where the run stands now.</param>
/// <param name="TaskId">The task, for retry and skip.</param>
public sealed record AskedRun(
    RunId RunId,
    string Asked,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskId? TaskId = null);
