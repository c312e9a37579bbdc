using System.Text.Json.Nodes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Runs;

/// <summary>Holds a choice of tasks against their dependencies: each is verified in the project or chosen as well.</summary>
internal sealed class DependencyRules(
    IReadOnlyDictionary<TaskId, TaskDefinition> spec, Func<TaskDefinition, TaskStatus> statusOf)
{
    /// <summary>Refuses what can never run; where nobody chose the tasks, leaves out those that cannot run now.</summary>
    internal Refusal? Hold(List<TaskDefinition> taken, List<LeftOutTask> leftOut, bool mayLeaveOut)
    {
        foreach (var task in taken)
        {
            if (task.DependsOn.Where(needed => !spec.ContainsKey(needed)).ToList() is [var unknown, ..])
                return new("dependency-unknown", $"Task {task.Id} depends on {unknown}, which does not exist.", $"lodestar task show {task.Id}")
                {
                    Details = new() { ["task"] = task.Id.Value, ["dependency"] = unknown.Value },
                };
        }

        var chosen = taken.Select(task => task.Id).ToHashSet();
        var stuck = new Queue<(TaskDefinition Task, TaskId Needed)>(taken
            .Select(task => (task, task.DependsOn.Where(needed => !chosen.Contains(needed) && !IsVerified(needed)).ToList()))
            .Where(entry => entry.Item2.Count > 0)
            .Select(entry => (entry.task, entry.Item2[0])));
        if (stuck.Count > 0 && !mayLeaveOut)
            return NotSelected(stuck.Peek().Task.Id, stuck.Peek().Needed);
        LeaveOut(stuck, taken, chosen, leftOut);

        return TaskGraph.Of(taken).Cycles() is [var cycle, ..]
            ? new("dependency-cycle", $"These tasks wait for each other: {string.Join(" -> ", cycle)}.", $"lodestar task show {cycle[0]}")
            {
                Details = new() { ["cycle"] = new JsonArray([.. cycle.Select(id => (JsonNode)id.Value)]) },
            }
            : null;
    }

    // Whoever waits for a task that was left out is left out as well.
    private void LeaveOut(
        Queue<(TaskDefinition Task, TaskId Needed)> stuck,
        List<TaskDefinition> taken,
        HashSet<TaskId> chosen,
        List<LeftOutTask> leftOut)
    {
        var dependents = taken
            .SelectMany(task => task.DependsOn.Select(needed => (task, needed)))
            .ToLookup(entry => entry.needed, entry => entry.task);
        while (stuck.TryDequeue(out var next))
        {
            if (!chosen.Remove(next.Task.Id))
                continue;
            leftOut.Add(new(next.Task.Id, statusOf(next.Task), $"It waits for {next.Needed}, which is {Why(next.Needed)}."));
            foreach (var dependent in dependents[next.Task.Id])
                stuck.Enqueue((dependent, next.Task.Id));
        }

        taken.RemoveAll(task => !chosen.Contains(task.Id));
    }

    private bool IsVerified(TaskId task) => statusOf(spec[task]) is TaskStatus.Verified;

    private string Why(TaskId needed) => statusOf(spec[needed]) is TaskStatus.Ready
        ? "left out"
        : StatusText.Of(statusOf(spec[needed]));

    private Refusal NotSelected(TaskId task, TaskId needed)
    {
        var status = statusOf(spec[needed]);
        return new(
            "dependency-not-selected",
            $"Task {task} depends on {needed}, which is {StatusText.Of(status)} and not part of the run.",
            status switch
            {
                TaskStatus.Done => $"lodestar task verify {needed}",
                TaskStatus.Deleted => $"lodestar task restore {needed}",
                TaskStatus.Todo or TaskStatus.Blocked => $"lodestar task update {needed} --status ready",
                _ => $"add --task {needed}",
            })
        {
            Details = new() { ["task"] = task.Value, ["dependency"] = needed.Value, ["status"] = StatusText.Of(status) },
        };
    }
}
