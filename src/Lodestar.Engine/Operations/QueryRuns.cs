using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Lists the runs of the project, newest first. Writes nothing.</summary>
public sealed record ListRuns
{
    /// <summary>Reads the list.</summary>
#pragma warning disable CA1822 // Every operation is an instance, also one that asks for nothing.
    public async Task<Outcome<RunList>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var rows = await desk.RowsAsync(cancellation);
        return new RunList([.. rows.Select(row => new RunListItem(
            row.Id,
            row.Mission,
            row.Status,
            row.Status switch
            {
                "running" => null,
                var word => word,
            },
            desk.IsLive(row),
            row.BaseBranch,
            RefName.RunBranch(row.Id),
            row.CreatedAt,
            row.StoppedAt,
            row.IntegratedCommit))]);
    }
#pragma warning restore CA1822
}

/// <summary>The runs of a project.</summary>
public sealed record RunList(ImmutableArray<RunListItem> Runs);

/// <summary>One run in a list.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Mission">Its mission's slug.</param>
/// <param name="Status">running, paused, completed, failed or aborted.</param>
/// <param name="Outcome">How it ended or stopped, or null while it goes on.</param>
/// <param name="EngineAlive">True while a process drives it.</param>
/// <param name="BaseBranch">Where it began.</param>
/// <param name="RunBranch">Where finished work is.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="StoppedAt">When it was paused or ended, or null.</param>
/// <param name="IntegratedCommit">The commit on the base branch that holds its work, or null.</param>
public sealed record RunListItem(
    RunId RunId,
    string Mission,
    string Status,
    string? Outcome,
    bool EngineAlive,
    string BaseBranch,
    string RunBranch,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StoppedAt,
    CommitId? IntegratedCommit);

/// <summary>Shows one run as its ledger tells it, at any time, from any directory. Writes nothing.</summary>
/// <param name="Run">The run; null for the active or newest one.</param>
public sealed record ShowRun(RunId? Run)
{
    /// <summary>Folds the ledger.</summary>
    public async Task<Outcome<RunView>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        var state = await desk.Session.Store.ReadAsync(view => view.FoldLedger(row), cancellation);
        return Outcome<RunView>.Done(RunView.Of(state), Next(desk, row));
    }

    private static IReadOnlyList<NextAction> Next(RunDesk desk, RunRow row) => row switch
    {
        { Status: "completed", IntegratedCommit: null } =>
            [new("run.integrate", $"lodestar run integrate {row.Id}", $"Bring it into {row.BaseBranch}")],
        { IsActive: true } when !desk.IsLive(row) => [new("run.resume", $"lodestar resume {row.Id}", "Go on with the run")],
        { IsActive: true } => [new("run.watch", $"lodestar run watch {row.Id}", "Watch it live")],
        _ => [new("run.log", $"lodestar run log {row.Id}", "Read what happened")],
    };
}

/// <summary>Tells what happened to one task in a run and why, from the ledger alone. Writes nothing.</summary>
/// <param name="Task">The task.</param>
/// <param name="Run">The run; null for the active or newest one.</param>
public sealed record ExplainRunTask(TaskId Task, RunId? Run)
{
    /// <summary>Reads the ledger.</summary>
    public async Task<Outcome<RunTaskStory>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        var ledger = await desk.Session.Store.ReadAsync(view => view.Ledger(row), cancellation);
        var state = RunFold.All(row.Id, ledger);
        if (!state.Tasks.TryGetValue(Task, out var task))
            return new Refusal("task-unknown", $"Run {row.Id} has no task {Task}.", $"lodestar run show {row.Id}");

        var view = RunView.Of(state).Tasks.First(other => other.Id == Task);
        var attempts = task.Past.Select(past => new RunAttemptStory(
            past.Number, past.End.Result, past.End.Code, past.End.Reason, past.End.Detail, past.End.Paths, past.Pinned, past.Saved));
        var narrator = new RunNarrator();
        var happened = ledger
            .Select(entry => (entry.Seq, entry.At, Told: narrator.Tell(entry)))
            .Where(moment => moment.Told.Task == Task && moment.Told.Text.Length > 0)
            .Select(moment => new RunMoment(moment.Seq, moment.At, moment.Told.Text));
        return Outcome<RunTaskStory>.Done(
            new RunTaskStory(row.Id, view, [.. attempts], [.. happened]),
            view.Status == "failed"
                ?
                [
                    new("run.retry", $"lodestar run retry {ShellWord.Quote(Task.Value)} --run {row.Id} --note 'what to do differently'", "Try again"),
                    new("run.skip", $"lodestar run skip {ShellWord.Quote(Task.Value)} --run {row.Id}", "Go on without it"),
                ]
                : [new("run.diff", $"lodestar run diff {ShellWord.Quote(Task.Value)} --run {row.Id}", "See what it changed")]);
    }
}

/// <summary>What happened to a task in a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Task">Where it stands.</param>
/// <param name="Attempts">Attempts that ended without being merged.</param>
/// <param name="Events">What happened, in order.</param>
public sealed record RunTaskStory(
    RunId RunId, RunTaskView Task, ImmutableArray<RunAttemptStory> Attempts, ImmutableArray<RunMoment> Events);

/// <summary>An attempt that was not merged.</summary>
public sealed record RunAttemptStory(
    int Attempt,
    string Result,
    string Code,
    string Reason,
    string Detail,
    ImmutableArray<string> ConflictPaths,
    CommitId? Commit,
    CommitId? Saved);

/// <summary>One thing that happened.</summary>
public sealed record RunMoment(long Seq, DateTimeOffset At, string Text);
