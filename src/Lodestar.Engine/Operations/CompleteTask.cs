using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Records that the work on a task is finished and ends its lease. Inside a lane it is only a report: there the
/// run decides by evidence.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">Who says so; a caller without identity acts for the holder.</param>
/// <param name="Fence">The fence the claim gave; checked when given.</param>
public sealed record CompleteTask(string Task, string? Agent, long? Fence = null)
{
    /// <summary>A remark for the record, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<CompletedTask>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.DecideAsync(plane => session.Context.Lane is { } lane ? Report(plane, lane.Run) : Decide(plane), cancellation);

    private Outcome<CompletedTask> Decide(PlaneChange plane)
    {
        var found = TaskActor.Find(plane, Task, Agent, Fence);
        if (found.Data is not { } actor)
            return found.Refusal!;
        var task = actor.Task;
        var step = TaskStatusRules.Complete(plane.Board, task, actor.Agent);
        if (step.Refusal is { } refusal)
            return refusal;
        Warning[] warnings = step.Warning is { } warning ? [warning] : [];
        return Outcome<CompletedTask>.Done(
            step.Changes ? Record(plane, actor, Note) : Answer(task.Id, plane.Board.StatusOf(task), plane.Board.StateOf(task.Id)),
            [new("task.verify", $"lodestar task verify {ShellWord.Quote(task.Id.Value)}", "Accept the work and open what waits for it")],
            warnings);
    }

    /// <summary>Writes down that the work is finished.</summary>
    internal static CompletedTask Record(PlaneChange plane, TaskActor actor, string? note)
    {
        var task = actor.Task;
        var lease = plane.Board.LeaseOf(task.Id);
        var by = actor.Agent ?? lease?.Agent;
        var now = StoreTime.Rounded(plane.Now.Wall);
        var state = new TaskState(task.Id, TaskStatus.Done, DefinitionHash.Of(task), now)
        {
            CompletedBy = by?.Value,
            CompletedAt = now,
        };
        plane.Store.SetTaskState(plane.Project, state);
        if (lease is not null)
            plane.Store.EndLease(lease, "done");
        if (by is { } agent)
            plane.Store.TouchAgent(agent);
        JsonObject data = lease is null ? [] : new() { ["lease_id"] = lease.Id.Value, ["fence"] = lease.Fence };
        if (note is not null)
            data["note"] = note;
        plane.Append(new("task.done")
        {
            Agent = by,
            Task = task.Id,
            Data = data,
        });
        return Answer(task.Id, TaskStatus.Done, state);
    }

    private Outcome<CompletedTask> Report(PlaneChange plane, RunId? run)
    {
        var found = TaskActor.Find(plane, Task, Agent, Fence);
        if (found.Data is not { } actor)
            return found.Refusal!;
        var task = actor.Task;
        plane.Append(new("task.reported_done") { Agent = actor.Agent, Task = task.Id, Run = run });
        return Outcome<CompletedTask>.Done(
            Answer(task.Id, plane.Board.StatusOf(task), plane.Board.StateOf(task.Id)) with { Reported = true },
            warnings: [new("reported-only", $"The run was told that task {task.Id} is finished; it decides by the evidence.")]);
    }

    internal static CompletedTask Answer(TaskId task, TaskStatus status, TaskState? state) => new(task, StatusText.Of(status))
    {
        CompletedBy = state?.CompletedBy,
        CompletedAt = state?.CompletedAt,
    };
}

/// <summary>A finished task.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Status">The status it has now.</param>
public sealed record CompletedTask(TaskId TaskId, string Status)
{
    /// <summary>Who finished it, when somebody is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CompletedBy { get; init; }

    /// <summary>When it was finished.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>True when this was a report to a run, and no status changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Reported { get; init; }
}
