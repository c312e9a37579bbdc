using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Records in one step that the work on a task is finished and accepted, under the rules of both.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">Who says so; a caller without identity acts for the holder.</param>
/// <param name="Fence">The fence the claim gave; checked when given.</param>
public sealed record FinishTask(string Task, string? Agent, long? Fence = null)
{
    /// <summary>A remark for the record, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<FinishedTask>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "task complete") is { } refusal
            ? System.Threading.Tasks.Task.FromResult<Outcome<FinishedTask>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<FinishedTask> Decide(PlaneChange plane)
    {
        var found = TaskActor.Find(plane, Task, Agent, Fence);
        if (found.Data is not { } actor)
            return found.Refusal!;
        var done = TaskStatusRules.Complete(plane.Board, actor.Task, actor.Agent);
        if (done.Refusal is { } notDone)
            return notDone;
        if (done.Changes)
            CompleteTask.Record(plane, actor, Note);

        // What is verified now is judged with what was just written.
        var verified = TaskStatusRules.Verify(plane.Board, actor.Task);
        if (verified.Refusal is { } notVerified)
            return notVerified;
        if (verified.Changes)
            VerifyTask.Record(plane, actor, Note);
        var state = plane.Board.StateOf(actor.Task.Id);
        var unblocked = verified.Changes ? VerifyTask.Open(plane, [actor.Task.Id]) : [];
        return Outcome<FinishedTask>.Done(
            new(actor.Task.Id, StatusText.Of(plane.Board.StatusOf(actor.Task)), unblocked)
            {
                CompletedBy = state is null ? actor.Task.CompletedBy : state.CompletedBy,
                CompletedAt = state is null ? actor.Task.CompletedAt : state.CompletedAt,
                VerifiedBy = state is null ? actor.Task.VerifiedBy : state.VerifiedBy,
                VerifiedAt = state is null ? actor.Task.VerifiedAt : state.VerifiedAt,
            },
            VerifyTask.Next(unblocked),
            (verified.Changes ? done.Changes ? done.Warning : null : verified.Warning) is { } warning ? [warning] : []);
    }
}

/// <summary>A task that is finished and accepted.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status"><c>verified</c>.</param>
/// <param name="Unblocked">Tasks that waited for nothing else, in file order.</param>
public sealed record FinishedTask(TaskId TaskId, string Status, ImmutableArray<TaskId> Unblocked)
{
    /// <summary>Who finished it, when somebody is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompletedBy { get; init; }

    /// <summary>When it was finished.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Who accepted it, when somebody is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VerifiedBy { get; init; }

    /// <summary>When it was accepted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? VerifiedAt { get; init; }
}
