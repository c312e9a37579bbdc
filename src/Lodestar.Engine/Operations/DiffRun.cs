using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Shows what a run, or one task in it, changed. Writes nothing.</summary>
/// <param name="Task">The task; null for the whole run.</param>
/// <param name="Run">The run; null for the active or newest one.</param>
public sealed record DiffRun(TaskId? Task, RunId? Run)
{
    /// <summary>Most bytes of difference given back.</summary>
    public const int Limit = 4 * 1024 * 1024;

    /// <summary>Compares.</summary>
    public async Task<Outcome<RunDifference>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        var ledger = await desk.Session.Store.ReadAsync(view => view.Ledger(row), cancellation);
        var state = RunFold.All(row.Id, ledger);
        var ends = Task is { } task ? EndsOf(state, ledger, task) : (state.Plan.BaseCommit, state.Tip);
        if (ends is not var (from, until))
            return new Refusal(
                state.Tasks.ContainsKey(Task!.Value) ? "nothing-to-show" : "task-unknown",
                state.Tasks.ContainsKey(Task.Value)
                    ? $"Task {Task} has made no commit in run {row.Id} yet."
                    : $"Run {row.Id} has no task {Task}.",
                $"lodestar run show {row.Id}");

        await using var repository = await desk.RepositoryAsync(cancellation);
        var (text, isWhole) = await repository.DiffAsync(from, until, Limit, cancellation);
        return new RunDifference(row.Id, Task, from, until, text, !isWhole);
    }

    /// <summary>The last commit of the task that was pinned, integrated or not, and where its attempt began.</summary>
    private static (CommitId From, CommitId Until)? EndsOf(RunState state, IReadOnlyList<LedgerEntry> ledger, TaskId task)
    {
        if (!state.Tasks.TryGetValue(task, out var view))
            return null;
        var last = view.Commit ?? view.Current?.Head ?? view.Past.LastOrDefault(past => past.Pinned is not null)?.Pinned;
        if (last is not { } commit)
            return null;
        var attempt = view.Current?.Head == commit || view.Commit == commit
            ? view.LastAttempt
            : view.Past.Last(past => past.Pinned == commit).Number;
        var start = ledger.Select(entry => entry.Event).OfType<RunEvent.AttemptStarted>()
            .First(started => started.Task == task && started.Attempt == attempt);
        return (start.Base, commit);
    }
}

/// <summary>What changed between two commits of a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="TaskId">The task, or null for the whole run.</param>
/// <param name="From">The earlier commit.</param>
/// <param name="Until">The later commit.</param>
/// <param name="Diff">The difference as a patch.</param>
/// <param name="Truncated">True when the patch was longer than its limit.</param>
public sealed record RunDifference(
    RunId RunId, TaskId? TaskId, CommitId From, CommitId Until, string Diff, bool Truncated);
