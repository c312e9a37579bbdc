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
        var warnings = new List<Warning>();
        var changed = new List<TaskActor>();
        var named = new List<TaskActor>();
        foreach (var id in Tasks.Distinct())
        {
            var found = TaskActor.Find(plane, id, Agent, Fence);
            if (found.Data is not { } actor)
                return found.Refusal!;
            var step = TaskStatusRules.Verify(plane.Board, actor.Task);
            if (step.Refusal is { } refusal)
                return refusal;
            if (step.Warning is { } warning)
                warnings.Add(warning);
            named.Add(actor);
            if (step.Changes)
                changed.Add(actor);
        }

        foreach (var actor in changed)
            Record(plane, actor, Note);
        var unblocked = Open(plane, changed.Select(actor => actor.Task.Id));
        return Outcome<VerifiedTasks>.Done(Answer(plane.Board, named, unblocked), Next(unblocked), warnings);
    }

    /// <summary>Commands that lead on to what was opened.</summary>
    internal static NextAction[] Next(ImmutableArray<TaskId> unblocked) =>
    [
        .. unblocked.Take(3).Select(id => new NextAction("task.show", $"lodestar task show {ShellWord.Quote(id.Value)}", "It can be claimed now")),
    ];

    /// <summary>Writes down that the work is accepted. A caller without an identity accepts for whoever did it.</summary>
    internal static void Record(PlaneChange plane, TaskActor actor, string? note)
    {
        var task = actor.Task;
        var now = StoreTime.Rounded(plane.Now.Wall);

        // A task that is done by its spec alone has no row yet; who finished it stands there.
        var before = plane.Board.StateOf(task.Id);
        plane.Store.SetTaskState(plane.Project, new(task.Id, TaskStatus.Verified, DefinitionHash.Of(task), now)
        {
            CompletedBy = before is null ? task.CompletedBy : before.CompletedBy,
            CompletedAt = before is null ? task.CompletedAt : before.CompletedAt,
            VerifiedBy = actor.Agent?.Value ?? (before is null ? task.CompletedBy : before.CompletedBy),
            VerifiedAt = now,
        });
        if (plane.Board.LeaseOf(task.Id) is { } lease)
            plane.Store.EndLease(lease, "verified");
        if (actor.Agent is { } agent)
            plane.Store.TouchAgent(agent);
        plane.Append(new("task.verified") { Agent = actor.Agent, Task = task.Id, Data = note is null ? [] : new() { ["note"] = note } });
    }

    /// <summary>Writes down which dependents of the tasks accepted now wait for nothing any more.</summary>
    /// <returns>Those dependents, in file order.</returns>
    internal static ImmutableArray<TaskId> Open(PlaneChange plane, IEnumerable<TaskId> accepted)
    {
        var board = plane.Board;
        var dependents = new SortedSet<int>();
        foreach (var task in accepted)
            dependents.UnionWith(board.Spec.DependentsAt(board.Spec.PlaceOf(task)).ToArray());
        ImmutableArray<TaskId> opened = [.. dependents.Where(board.IsReadyAt).Select(board.Spec.IdAt)];
        foreach (var task in opened)
            plane.Append(new("task.unblocked") { Task = task });
        return opened;
    }

    private static VerifiedTasks Answer(TaskBoard board, List<TaskActor> tasks, ImmutableArray<TaskId> unblocked) =>
        new(tasks[0].Task.Id, StatusText.Of(TaskStatus.Verified), unblocked, [.. tasks.Select(actor => actor.Task.Id)])
        {
            VerifiedBy = board.StateOf(tasks[0].Task.Id)?.VerifiedBy,
        };
}

/// <summary>Accepted tasks.</summary>
/// <param name="TaskId">The first of them.</param>
/// <param name="Status"><c>verified</c>.</param>
/// <param name="Unblocked">Tasks that waited for nothing else, in file order.</param>
/// <param name="TaskIds">All of them.</param>
public sealed record VerifiedTasks(TaskId TaskId, string Status, ImmutableArray<TaskId> Unblocked, ImmutableArray<TaskId> TaskIds)
{
    /// <summary>Who accepted the first of them, when somebody is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VerifiedBy { get; init; }
}
