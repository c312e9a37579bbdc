using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Runs;

/// <summary>Which tasks a run takes, and which of those it was shown it leaves.</summary>
/// <param name="Mission">The mission the run belongs to, or null for the implicit one.</param>
/// <param name="Tasks">Selected tasks in file order; their dependencies are selected or verified, and form no cycle.</param>
/// <param name="LeftOut">Tasks not taken, with the reason.</param>
public sealed record TaskSelection(
    MissionDefinition? Mission, ImmutableArray<TaskDefinition> Tasks, ImmutableArray<LeftOutTask> LeftOut)
{
    /// <summary>Chooses the tasks of a run.</summary>
    /// <param name="spec">The committed definitions.</param>
    /// <param name="statusOf">Effective status of a task of the spec.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="selection">The choice; null when refused.</param>
    /// <returns>Null, or why there is nothing that can be run as asked.</returns>
    public static Refusal? Choose(
        ProjectSpec spec, Func<TaskDefinition, TaskStatus> statusOf, RunRequest request, out TaskSelection? selection)
    {
        selection = null;
        if (Collision(spec) is { } collision)
            return collision;
        if (FindMission(spec, request.Mission, out var mission) is { } unknown)
            return unknown;
        if (Wanted(spec, request, mission, out var wanted) is { } missing)
            return missing;

        var leftOut = new List<LeftOutTask>();
        var taken = new List<TaskDefinition>();
        foreach (var task in wanted)
        {
            var status = statusOf(task);
            if (status is TaskStatus.Ready)
                taken.Add(task);
            else if (request.Tasks.Contains(task.Id) && status is TaskStatus.Todo or TaskStatus.Blocked or TaskStatus.Deleted)
                return NotReady(task.Id, status);
            else
                leftOut.Add(new(task.Id, status, $"It is {StatusText.Of(status)}."));
        }

        var byId = spec.Tasks.ToDictionary(task => task.Id);
        var refusal = new DependencyRules(byId, statusOf).Hold(taken, leftOut, mayLeaveOut: request.IsOpen);
        if (refusal is not null)
            return refusal;
        if (taken.Count == 0)
            return Nothing(leftOut);

        selection = new(mission, [.. taken], [.. leftOut]);
        return null;
    }

    /// <summary>The first two tasks whose ids only letter case tells apart. Lane folders and references live on file systems
    /// that may not tell such ids apart at all.</summary>
    /// <returns>Null, or the refusal <c>task-ids-collide</c>.</returns>
    public static Refusal? Collision(ProjectSpec spec)
    {
        var folded = new Dictionary<string, TaskId>(spec.Tasks.Length, StringComparer.OrdinalIgnoreCase);
        foreach (var task in spec.Tasks)
        {
            if (folded.TryGetValue(task.Id.Value, out var other))
                return new(
                    "task-ids-collide",
                    $"Tasks {other} and {task.Id} differ only in upper and lower case.",
                    "rename one of them in .lodestar/spec.yaml")
                {
                    Details = new() { ["tasks"] = new JsonArray(other.Value, task.Id.Value) },
                };
            folded[task.Id.Value] = task.Id;
        }

        return null;
    }

    private static Refusal? FindMission(ProjectSpec spec, string? selector, out MissionDefinition? mission)
    {
        mission = null;
        if (selector is null)
            return null;

        var found = spec.Missions.Where(each => each.Slug == selector || each.Id.Value == selector).ToList();
        if (found is [var only])
        {
            mission = only;
            return null;
        }

        return found.Count == 0
            ? new("mission-unknown", $"There is no mission \"{selector}\".", "lodestar mission list")
            : new("mission-ambiguous", $"\"{selector}\" names {found.Count} missions.", "name the mission by its id")
            {
                Details = new() { ["missions"] = new JsonArray([.. found.Select(each => (JsonNode)each.Id.Value)]) },
            };
    }

    private static Refusal? Wanted(
        ProjectSpec spec, RunRequest request, MissionDefinition? mission, out IReadOnlyList<TaskDefinition> wanted)
    {
        wanted = [];
        var named = new HashSet<TaskId>(request.Tasks);
        if (mission is not null)
            named.UnionWith(mission.Tasks);
        var known = spec.Tasks.Select(task => task.Id).ToHashSet();
        if (named.Where(id => !known.Contains(id)).Order().ToList() is [var unknown, ..])
            return new("task-unknown", $"There is no task {unknown}.", "lodestar task list")
            {
                Details = new() { ["task"] = unknown.Value },
            };

        // A label narrows what a mission or a list names, and chooses by itself where nothing is named.
        wanted = [.. spec.Tasks
            .Where(task => named.Count == 0 && mission is null || named.Contains(task.Id))
            .Where(task => request.Label is null || task.Labels.Contains(request.Label))];
        return null;
    }

    private static Refusal NotReady(TaskId task, TaskStatus status) => new(
        "task-not-ready",
        $"Task {task} is {StatusText.Of(status)}.",
        status is TaskStatus.Deleted ? $"lodestar task restore {task}" : $"lodestar task update {task} --status ready")
    {
        Details = new() { ["task"] = task.Value, ["status"] = StatusText.Of(status) },
    };

    private static Refusal Nothing(List<LeftOutTask> leftOut) => new(
        "nothing-to-run",
        leftOut.Count == 0 ? "No task matches." : $"Nothing is left to run: {leftOut.Count} {(leftOut.Count == 1 ? "task is" : "tasks are")} left out.",
        "lodestar task list")
    {
        Details = new()
        {
            ["left_out"] = new JsonArray([.. leftOut.Take(100).Select(each => (JsonNode)new JsonObject
            {
                ["task"] = each.Task.Value, ["status"] = StatusText.Of(each.Status), ["reason"] = each.Reason,
            })]),
        },
    };
}

/// <summary>A task that was looked at and not taken.</summary>
/// <param name="Task">The task.</param>
/// <param name="Status">Its status in the project.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record LeftOutTask(TaskId Task, TaskStatus Status, string Reason);
