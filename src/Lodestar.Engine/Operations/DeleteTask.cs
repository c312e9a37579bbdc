using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Takes a task out of the plan. Its definition stays in the file, marked, and can be restored.</summary>
/// <param name="Task">The task.</param>
/// <param name="Cascade">Whether everything that depends on it goes too.</param>
/// <param name="Agent">Who does it, for the record; null for nobody in particular.</param>
public sealed record DeleteTask(string Task, bool Cascade = false, string? Agent = null)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<DeletedTasks>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task delete") is { } refusal)
            return refusal;
        ImmutableArray<TaskDefinition> gone = [];
        return await session.ChangePlanAsync(
            document =>
            {
                var chosen = Choose(document.Spec);
                if (chosen.Data is not { } found)
                    return chosen.Refusal!;
                gone = found.Tasks;
                return SpecEditor.SetStatuses(document, gone.Select(task => task.Id), TaskStatus.Deleted);
            },
            (plane, _) => Record(plane, gone),
            cancellation).ConfigureAwait(false);
    }

    private Outcome<Chosen> Choose(ProjectSpec spec)
    {
        var id = new TaskId(Task);
        var byId = spec.Tasks.ToDictionary(task => task.Id);
        if (!byId.TryGetValue(id, out var task))
            return PlaneView.Unknown(Task);
        if (task.Status == TaskStatus.Deleted)
            return new Refusal("task-deleted", $"Task {id} is deleted already.", $"lodestar task show {ShellWord.Quote(Task)}") { Details = new() { ["task_id"] = Task } };
        var graph = TaskGraph.Of(spec);
        var dependents = (Cascade ? graph.AllDependentsOf(id) : graph.DependentsOf(id)).Select(other => byId[other]).Where(other => other.Status != TaskStatus.Deleted).ToArray();
        return Cascade || dependents.Length == 0 ? new Chosen([task, .. dependents]) : HasDependents(id, dependents);
    }

    private static Refusal HasDependents(TaskId task, TaskDefinition[] dependents)
    {
        var first = string.Join(", ", dependents.Take(5).Select(other => other.Id));
        return new(
            "task-has-dependents",
            $"Task {task} is what {first}{(dependents.Length > 5 ? $" and {dependents.Length - 5} more" : "")} depend{(dependents.Length == 1 ? "s" : "")} on.",
            $"lodestar task show {ShellWord.Quote(dependents[0].Id.Value)}")
        {
            Details = new()
            {
                ["task_id"] = task.Value,
                ["count"] = dependents.Length,
                ["dependents"] = new JsonArray([.. dependents.Take(100).Select(other => (JsonNode)other.Id.Value)]),
            },
        };
    }

    private Outcome<DeletedTasks> Record(PlaneChange plane, ImmutableArray<TaskDefinition> gone)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        var warnings = new List<Warning>();
        foreach (var task in gone)
        {
            plane.Append(new("task.delete") { Agent = actor.Agent, Task = task.Id, Data = task.Id.Value == Task ? [] : new() { ["cascade_of"] = Task } });
            if (plane.EndedOnOpening.FirstOrDefault(lease => lease.Task == task.Id) is { } lease)
                warnings.Add(new("lease-ended", $"Task {task.Id} was held by {lease.Agent}; that lease has ended."));
        }

        return Outcome<DeletedTasks>.Done(
            new([.. gone.Select(task => new NamedTask(task.Id, task.Title))], gone.Length),
            [new("task.restore", "lodestar task restore " + string.Join(' ', gone.Take(20).Select(task => ShellWord.Quote(task.Id.Value))), "Take it back")],
            warnings);
    }

    private sealed record Chosen(ImmutableArray<TaskDefinition> Tasks);
}

/// <summary>Tasks that are out of the plan.</summary>
/// <param name="Deleted">The task, then what depended on it, nearest first.</param>
/// <param name="Count">How many.</param>
public sealed record DeletedTasks(ImmutableArray<NamedTask> Deleted, int Count);

/// <summary>A task by name.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
public sealed record NamedTask(TaskId Id, string Title);
