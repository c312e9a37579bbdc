using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Says why a task is, or is not, claimable now, and what would unblock it.</summary>
/// <param name="Task">The task.</param>
public sealed record ExplainTask(string Task)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<TaskReasons>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "task why") is { } refusal
            ? System.Threading.Tasks.Task.FromResult<Outcome<TaskReasons>>(refusal)
            : session.QueryAsync(Explain, cancellation);

    private Outcome<TaskReasons> Explain(PlaneView plane)
    {
        var found = plane.Task(Task);
        if (found.Data is not { } task)
            return found.Refusal!;
        var explanation = Explanation.Of(plane.Board, task);
        var unblock = Unblock(plane.Board, task, explanation);
        var status = plane.Board.StatusOf(task);
        return Outcome<TaskReasons>.Done(
            new(
                task.Id,
                StatusText.Of(status),
                explanation.Refusal is null,
                explanation.Refusal?.Code ?? "claimable",
                explanation.Refusal?.Message ?? $"Task {task.Id} is ready, and nobody holds it.",
                [.. explanation.Chain.Select(Show)],
                [.. unblock.Select(action => action.Description!)]),
            [.. unblock.Where(action => action.Cmd.Length > 0)]);
    }

    private static BlockingTask Show(ChainLink link) => new(
        link.Task,
        link.Status is { } status ? StatusText.Of(status) : "missing",
        link.Depth,
        link.WaitsFor,
        link.Lease?.Agent);

    private static List<NextAction> Unblock(TaskBoard board, TaskDefinition task, Explanation explanation)
    {
        var word = ShellWord.Quote(task.Id.Value);
        if (explanation.Refusal is null)
            return [new("task.next", "lodestar task next", $"Claim {task.Id}.")];
        if (board.LeaseOf(task.Id) is { } lease)
            return [new("task.show", $"lodestar task show {word}", $"{lease.Agent} finishes or releases {task.Id}, or its lease runs out.")];
        var own = OwnStatus(task.Id, word, board.StatusOf(task));
        return own is not null ? [own] : [.. explanation.Roots.Select(ForRoot)];
    }

    private static NextAction? OwnStatus(TaskId task, string word, TaskStatus status) => status switch
    {
        TaskStatus.Ready => null,
        TaskStatus.Todo or TaskStatus.Blocked => new("task.update", $"lodestar task update {word} --status ready", $"Release {task} for work."),
        TaskStatus.Done => new("task.verify", $"lodestar task verify {word}", $"{task} is finished; it only has to be verified."),
        TaskStatus.Verified => new("task.show", $"lodestar task show {word}", $"{task} is finished and verified."),
        TaskStatus.Deleted => new("task.restore", $"lodestar task restore {word}", $"Restore {task}."),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "Not a task state."),
    };

    private static NextAction ForRoot(ChainLink root)
    {
        var word = ShellWord.Quote(root.Task.Value);
        if (root.Status is not { } status)
            return new("spec.edit", "", $"Define {root.Task} in the spec, or remove the dependency on it.");
        if (root.Lease is { } lease)
            return new("task.show", $"lodestar task show {word}", $"{lease.Agent} finishes {root.Task}.");
        return OwnStatus(root.Task, word, status)
            ?? new("task.show", $"lodestar task show {word}", $"Somebody claims and finishes {root.Task}.");
    }
}

/// <summary>Why a task is, or is not, claimable now.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">Effective status.</param>
/// <param name="Claimable">Whether a claim would succeed now.</param>
/// <param name="Reason"><c>claimable</c>, or the code a claim would be refused with.</param>
/// <param name="Message">The same as a sentence.</param>
/// <param name="Chain">All tasks in its way, nearest first.</param>
/// <param name="Unblock">What would open it, as sentences.</param>
public sealed record TaskReasons(
    TaskId TaskId,
    string Status,
    bool Claimable,
    string Reason,
    string Message,
    ImmutableArray<BlockingTask> Chain,
    ImmutableArray<string> Unblock);

/// <summary>One task in another's way.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">Effective status, or <c>missing</c>.</param>
/// <param name="Depth">1 for a direct dependency.</param>
/// <param name="WaitsFor">What it waits for itself.</param>
/// <param name="ClaimedBy">Who works on it, or null.</param>
public sealed record BlockingTask(TaskId TaskId, string Status, int Depth, ImmutableArray<TaskId> WaitsFor, AgentId? ClaimedBy);
