using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>The dependency graph of a spec's tasks. All walks are loops, so chains of any length are safe, and all answers
/// follow from ids and file order alone.</summary>
public sealed class TaskGraph
{
    private readonly ImmutableArray<TaskId> ids;
    private readonly Dictionary<TaskId, int> indexes;
    private readonly int[][] dependencies;
    private readonly int[][] dependents;
    private readonly SortedDictionary<TaskId, ImmutableArray<TaskId>> missing = [];

    private TaskGraph(IReadOnlyList<TaskDefinition> tasks)
    {
        ids = [.. tasks.Select(task => task.Id)];
        indexes = new(ids.Length);
        for (var index = 0; index < ids.Length; index++)
            indexes.TryAdd(ids[index], index);

        dependencies = new int[ids.Length][];
        var incoming = new int[ids.Length];
        for (var index = 0; index < ids.Length; index++)
        {
            dependencies[index] = Existing(tasks[index].DependsOn);
            if (dependencies[index].Length < tasks[index].DependsOn.Length
                && tasks[index].DependsOn.Where(id => !indexes.ContainsKey(id)).Distinct().Order().ToImmutableArray() is { IsEmpty: false } gone)
            {
                missing[ids[index]] = gone;
            }

            foreach (var dependency in dependencies[index])
                incoming[dependency]++;
        }

        dependents = [.. incoming.Select(count => new int[count])];
        for (var index = ids.Length - 1; index >= 0; index--)
        {
            foreach (var dependency in dependencies[index])
                dependents[dependency][--incoming[dependency]] = index;
        }
    }

    /// <summary>Dependencies that name no task, by the task that has them; ordered.</summary>
    public IReadOnlyDictionary<TaskId, ImmutableArray<TaskId>> Missing => missing;

    /// <summary>Builds the graph. Of tasks with one id the first counts.</summary>
    public static TaskGraph Of(ProjectSpec spec) => new(spec.Tasks);

    /// <summary>Builds the graph of some tasks; dependencies outside are missing ones.</summary>
    public static TaskGraph Of(IReadOnlyList<TaskDefinition> tasks) => new(tasks);

    /// <summary>The tasks a task waits for, as far as they exist, in the order written. Empty for an unknown task.</summary>
    public ImmutableArray<TaskId> DependenciesOf(TaskId task) => Named(task, dependencies);

    /// <summary>The tasks that wait for a task, in file order.</summary>
    public ImmutableArray<TaskId> DependentsOf(TaskId task) => Named(task, dependents);

    /// <summary>All tasks that wait for a task directly or through others: breadth first, without the task itself.</summary>
    public ImmutableArray<TaskId> AllDependentsOf(TaskId task) => Reach(task, dependents);

    /// <summary>All tasks a task waits for directly or through others: breadth first, without the task itself.</summary>
    public ImmutableArray<TaskId> AllDependenciesOf(TaskId task) => Reach(task, dependencies);

    /// <summary>What still keeps a task from starting: its missing dependencies and those that are not met, ordered by id.</summary>
    public ImmutableArray<TaskId> UnmetDependencies(TaskId task, Func<TaskId, bool> isMet)
    {
        var unmet = DependenciesOf(task).Where(dependency => !isMet(dependency));
        return [.. unmet.Concat(missing.GetValueOrDefault(task, [])).Order()];
    }

    /// <summary>Dependencies before dependents; among tasks that are free at the same time, file order decides.</summary>
    /// <returns>All tasks that are on no cycle and behind none. Shorter than the spec exactly when there is a cycle.</returns>
    public ImmutableArray<TaskId> TopologicalOrder()
    {
        var waits = dependencies.Select(list => list.Length).ToArray();
        var free = new PriorityQueue<int, int>();
        for (var index = 0; index < ids.Length; index++)
        {
            if (waits[index] == 0)
                free.Enqueue(index, index);
        }

        var order = ImmutableArray.CreateBuilder<TaskId>(ids.Length);
        while (free.TryDequeue(out var index, out _))
        {
            order.Add(ids[index]);
            foreach (var dependent in dependents[index])
            {
                if (--waits[dependent] == 0)
                    free.Enqueue(dependent, dependent);
            }
        }

        return order.ToImmutable();
    }

    /// <summary>One cycle for every knot of tasks that wait for each other, as a path along dependencies that ends where it
    /// began. It starts at the knot's first task in the file; knots come in file order.</summary>
    public ImmutableArray<ImmutableArray<TaskId>> Cycles()
    {
        var knots = StrongComponents.Of(dependencies);
        var seen = new bool[ids.Length + 1];
        var cycles = ImmutableArray.CreateBuilder<ImmutableArray<TaskId>>();
        for (var index = 0; index < ids.Length; index++)
        {
            // Most knots are single tasks that wait for nothing of their own.
            if (seen[knots[index]])
                continue;
            seen[knots[index]] = true;
            if (dependencies[index].Any(next => knots[next] == knots[index]) && ClosedPath(index, knots) is { IsEmpty: false } path)
                cycles.Add(path);
        }

        return cycles.ToImmutable();
    }

    /// <summary>The places of those of some ids that are there, each once, in the order written.</summary>
    private int[] Existing(ImmutableArray<TaskId> named)
    {
        var found = named.Length == 0 ? [] : new int[named.Length];
        var count = 0;
        foreach (var id in named)
        {
            if (indexes.TryGetValue(id, out var index) && !found.AsSpan(0, count).Contains(index))
                found[count++] = index;
        }

        return count == found.Length ? found : found[..count];
    }

    /// <summary>The shortest way from a task back to itself inside its knot; empty when there is none.</summary>
    private ImmutableArray<TaskId> ClosedPath(int first, int[] knots)
    {
        var cameFrom = new Dictionary<int, int>();
        var queue = new Queue<int>([first]);
        while (queue.TryDequeue(out var index))
        {
            foreach (var next in dependencies[index])
            {
                if (knots[next] != knots[first] || !cameFrom.TryAdd(next, index))
                    continue;
                if (next == first)
                    return PathBack(first, cameFrom);
                queue.Enqueue(next);
            }
        }

        return [];
    }

    private ImmutableArray<TaskId> PathBack(int first, Dictionary<int, int> cameFrom)
    {
        var path = new List<TaskId> { ids[first] };
        for (var index = cameFrom[first]; index != first; index = cameFrom[index])
            path.Add(ids[index]);
        path.Add(ids[first]);
        path.Reverse();
        return [.. path];
    }

    private ImmutableArray<TaskId> Named(TaskId task, int[][] edges) =>
        indexes.TryGetValue(task, out var index) ? [.. edges[index].Select(other => ids[other])] : [];

    private ImmutableArray<TaskId> Reach(TaskId task, int[][] edges)
    {
        if (!indexes.TryGetValue(task, out var start))
            return [];
        var seen = new HashSet<int> { start };
        var reached = ImmutableArray.CreateBuilder<TaskId>();
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var index))
        {
            foreach (var next in edges[index].Where(seen.Add))
            {
                reached.Add(ids[next]);
                queue.Enqueue(next);
            }
        }

        return reached.ToImmutable();
    }
}
