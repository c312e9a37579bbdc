using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Shows everything known of one task.</summary>
/// <param name="Task">The task.</param>
public sealed record ShowTask(string Task)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync(Show, cancellation);

    /// <summary>Everything known of the task at the moment of a view.</summary>
    internal Outcome<TaskDetails> Show(PlaneView plane)
    {
        var found = plane.Task(Task);
        if (found.Data is not { } task)
            return found.Refusal!;
        var board = plane.Board;
        var state = board.StateOf(task.Id);
        var lease = board.LeaseOf(task.Id);
        var thread = plane.Store.ThreadSummary(plane.Project, task.Id);
        var details = new TaskDetails
        {
            Id = task.Id,
            Title = task.Title,
            Description = task.Description,
            AcceptanceCriteria = task.AcceptanceCriteria,
            DependsOn = task.DependsOn,
            Labels = task.Labels,
            Locks = task.Locks,
            Priority = task.Priority,
            Status = StatusText.Of(board.StatusOf(task)),
            CreatedAt = task.CreatedAt,
            UpdatedAt = task.UpdatedAt,
            CompletedBy = state is null ? task.CompletedBy : state.CompletedBy,
            CompletedAt = state is null ? task.CompletedAt : state.CompletedAt,
            VerifiedBy = state is null ? task.VerifiedBy : state.VerifiedBy,
            VerifiedAt = state is null ? task.VerifiedAt : state.VerifiedAt,
            Prd = task.Prd.IsEmpty ? null : TaskPrd.Of(task.Prd[0]),
            PrdSources = task.Prd.Length < 2 ? null : [.. task.Prd.Select(TaskPrd.Of)],
            ClaimedBy = lease is null ? null : new(lease.Agent, lease.Expiry.Wall, lease.Id, lease.Fence, lease.Run, lease.GrantedAt),
            UnmetDependencies = board.UnmetOf(task),
            Dependents = [.. plane.Index.DependentsAt(plane.Index.PlaceOf(task.Id)).ToArray().Select(plane.Index.IdAt)],
            Communication = new(thread.Count, [.. thread.Speakers]),
            Claimable = board.IsClaimable(task),
        };
        return Outcome<TaskDetails>.Done(details, Next(task.Id, board.StatusOf(task), details.Claimable));
    }

    private static NextAction[] Next(TaskId task, TaskStatus status, bool claimable)
    {
        var word = ShellWord.Quote(task.Value);
        return status switch
        {
            TaskStatus.Verified => [],
            TaskStatus.Done => [new("task.verify", $"lodestar task verify {word}", "Accept the work and open what waits for it")],
            TaskStatus.Deleted => [new("task.restore", $"lodestar task restore {word}", "Take it back")],
            _ when claimable => [new("task.next", "lodestar task next", "See how it ranks among what can be claimed")],
            _ => [new("task.why", $"lodestar task why {word}", "See what it waits for")],
        };
    }
}
