using Lodestar.Core.Runs;

namespace Lodestar.Core.Lanes;

/// <summary>Finds how much work waits behind each task.</summary>
internal static class CriticalPath
{
    /// <summary>Length of the longest chain of dependents of each task, itself included.</summary>
    /// <remarks>Walks without recursion, so that a chain of any length can be planned.</remarks>
    internal static Dictionary<TaskId, int> Lengths(IReadOnlyCollection<PlannedTask> tasks)
    {
        var byId = tasks.ToDictionary(task => task.Id);
        var dependents = byId.Keys.ToDictionary(id => id, _ => 0);
        foreach (var needed in tasks.SelectMany(task => task.DependsOn.Where(byId.ContainsKey).Distinct()))
            dependents[needed]++;

        var lengths = byId.Keys.ToDictionary(id => id, _ => 1);
        var open = new Stack<TaskId>(dependents.Where(entry => entry.Value == 0).Select(entry => entry.Key));
        var seen = 0;
        while (open.TryPop(out var id))
        {
            seen++;
            foreach (var needed in byId[id].DependsOn.Where(byId.ContainsKey).Distinct())
            {
                lengths[needed] = Math.Max(lengths[needed], lengths[id] + 1);
                if (--dependents[needed] == 0)
                    open.Push(needed);
            }
        }

        return seen == byId.Count ? lengths : throw new ArgumentException("The dependencies form a cycle.", nameof(tasks));
    }
}
