using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Accepts finished tasks, all or none, and opens what waited for them.</summary>
/// <param name="Tasks">The tasks, at least one.</param>
/// <param name="Agent">Who accepts; null for nobody in particular.</param>
/// <param name="Fence">The last fence granted for the task; checked when given, and then there is one task.</param>
public sealed record VerifyTask(ImmutableArray<string> Tasks, string? Agent, long? Fence = null)
{
    /// <summary>A remark for the record, or null.</summary>
    public string? Note { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<VerifiedTasks>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "task verify") is { } refusal
            ? Task.FromResult<Outcome<VerifiedTasks>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<VerifiedTasks> Decide(PlaneChange plane)
    {
        if (Fence is not null && Tasks.Length != 1)
            return new Refusal("fence-ambiguous", "A fence belongs to one task, and several were named.", "Verify the tasks one by one.");
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;

        var warnings = new List<Warning>();
        var changed = new List<TaskDefinition>();
        var named = new List<TaskDefinition>();
        foreach (var id in Tasks.Distinct())
        {
            var found = plane.Task(id);
            if (found.Data is not { } task)
                return found.Refusal!;
            if (LeaseRules.Fence(task.Id, Fence, plane.Store.LastFence(plane.Project, task.Id)) is { } stale)
                return stale;
            var step = TaskStatusRules.Verify(plane.Board, task);
            if (step.Refusal is { } refusal)
                return refusal;
            if (step.Warning is { } warning)
                warnings.Add(warning);
            named.Add(task);
            if (step.Changes)
                changed.Add(task);
        }

        foreach (var task in changed)
            Record(plane, task, actor.Agent);
        var unblocked = Unblocked(plane.Board, changed);
        return Outcome<VerifiedTasks>.Done(
            Answer(named, unblocked, actor.Agent),
            [.. unblocked.Take(3).Select(id => new NextAction(
                "task.show", $"lodestar task show {ShellWord.Quote(id.Value)}", "It can be claimed now"))],
            warnings);
    }

    private void Record(PlaneChange plane, TaskDefinition task, AgentId? by)
    {
        var now = StoreTime.Rounded(plane.Now.Wall);

        // A task that is done by its spec alone has no row yet; who finished it stands there.
        var before = plane.Board.StateOf(task.Id);
        plane.Store.SetTaskState(plane.Project, new(task.Id, TaskStatus.Verified, DefinitionHash.Of(task), now)
        {
            CompletedBy = before is null ? task.CompletedBy : before.CompletedBy,
            CompletedAt = before is null ? task.CompletedAt : before.CompletedAt,
            VerifiedBy = by?.Value,
            VerifiedAt = now,
        });
        if (plane.Board.LeaseOf(task.Id) is { } lease)
            plane.Store.EndLease(lease.Id, "verified");
        plane.Append(new("task.verified") { Agent = by, Task = task.Id, Data = Note is null ? [] : new() { ["note"] = Note } });
    }

    /// <summary>Dependents of the tasks accepted now that wait for nothing any more.</summary>
    private static ImmutableArray<TaskId> Unblocked(TaskBoard board, List<TaskDefinition> accepted)
    {
        var dependents = new SortedSet<int>();
        foreach (var task in accepted)
            dependents.UnionWith(board.Spec.DependentsAt(board.Spec.PlaceOf(task.Id)).ToArray());
        return [.. dependents.Where(board.IsReadyAt).Select(board.Spec.IdAt)];
    }

    private static VerifiedTasks Answer(List<TaskDefinition> tasks, ImmutableArray<TaskId> unblocked, AgentId? by) =>
        new(tasks[0].Id, StatusText.Of(TaskStatus.Verified), unblocked, [.. tasks.Select(task => task.Id)]) { VerifiedBy = by };
}

/// <summary>Accepted tasks.</summary>
/// <param name="TaskId">The first of them.</param>
/// <param name="Status"><c>verified</c>.</param>
/// <param name="Unblocked">Tasks that waited for nothing else, in file order.</param>
/// <param name="TaskIds">All of them.</param>
public sealed record VerifiedTasks(TaskId TaskId, string Status, ImmutableArray<TaskId> Unblocked, ImmutableArray<TaskId> TaskIds)
{
    /// <summary>Who accepted them, when somebody said so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentId? VerifiedBy { get; init; }
}
