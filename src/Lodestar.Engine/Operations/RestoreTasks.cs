using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Takes deleted tasks back into the plan, all or none; what the runtime knew of them shows again.</summary>
/// <param name="Tasks">The tasks, at least one.</param>
/// <param name="Agent">Who does it, for the record; null for nobody in particular.</param>
public sealed record RestoreTasks(ImmutableArray<string> Tasks, string? Agent = null)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<RestoredTasks>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task restore") is { } refusal)
            return refusal;
        ImmutableArray<TaskId> wanted = [.. Tasks.Distinct().Select(id => new TaskId(id))];
        return await session.ChangePlanAsync(
            document => Check(document, wanted) is { } no ? no : SpecEditor.SetStatuses(document, wanted, null),
            (plane, _) => Record(plane, wanted),
            cancellation).ConfigureAwait(false);
    }

    private static Refusal? Check(SpecDocument document, ImmutableArray<TaskId> wanted)
    {
        var byId = document.Spec.Tasks.ToDictionary(task => task.Id);
        foreach (var id in wanted)
        {
            if (!byId.TryGetValue(id, out var task))
                return PlaneView.Unknown(id.Value);
            if (task.Status != TaskStatus.Deleted)
            {
                return new("task-not-deleted", $"Task {id} is not deleted.", $"lodestar task show {ShellWord.Quote(id.Value)}")
                {
                    Details = new() { ["task_id"] = id.Value },
                };
            }
        }

        return null;
    }

    private Outcome<RestoredTasks> Record(PlaneChange plane, ImmutableArray<TaskId> wanted)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        foreach (var id in wanted)
            plane.Append(new("task.restore") { Agent = actor.Agent, Task = id });
        var board = plane.Board;
        var restored = wanted.Select(id => board.Find(id)!).ToArray();
        var waiting =
            from task in restored
            from dependency in task.DependsOn.Distinct()
            where board.Find(dependency) is { Status: TaskStatus.Deleted }
            select new Warning("dependency-deleted", $"Task {task.Id} depends on {dependency}, which is deleted.");
        return Outcome<RestoredTasks>.Done(
            new([.. restored.Select(task => new RestoredTask(task.Id, task.Title, StatusText.Of(board.StatusOf(task))))], restored.Length),
            [new("task.show", $"lodestar task show {ShellWord.Quote(restored[0].Id.Value)}", "See where it stands")],
            [.. waiting.Take(20)]);
    }
}

/// <summary>Tasks that are in the plan again.</summary>
/// <param name="Restored">The tasks in the order named.</param>
/// <param name="Count">How many.</param>
public sealed record RestoredTasks(ImmutableArray<RestoredTask> Restored, int Count);

/// <summary>A task that is in the plan again.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Status">The status it has now.</param>
public sealed record RestoredTask(TaskId Id, string Title, string Status);
