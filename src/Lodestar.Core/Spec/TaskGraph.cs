using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>The dependency graph of a spec's tasks. All walks are loops, so chains of any length are safe, and all answers
/// follow from ids and file order alone.</summary>
public sealed class TaskGraph
{
    private readonly ImmutableArray<TaskDefinition> tasks;
    private readonly Func<TaskId, int> placeOf;
    private readonly TaskLinks dependencies;
    private readonly TaskLinks dependents;
    private readonly SortedDictionary<TaskId, ImmutableArray<TaskId>> missing = [];

    private TaskGraph(ParsedSpecIndex index)
    {
        tasks = index.Spec.Tasks;
        placeOf = index.PlaceOf;
        dependencies = index.Dependencies.Existing();
        dependents = index.Dependents;
        for (var place = 0; place < tasks.Length; place++)
        {
            if (index.DependenciesAt(place).Contains(SpecIndex.Nowhere))
                missing[tasks[place].Id] = [.. tasks[place].DependsOn.Where(id => placeOf(id) == SpecIndex.Nowhere).Distinct().Order()];
        }
    }

    /// <summary>Dependencies that name no task, by the task that has them; ordered.</summary>
    public IReadOnlyDictionary<TaskId, ImmutableArray<TaskId>> Missing => missing;

    /// <summary>Builds the graph. Of tasks with one id the first counts.</summary>
    public static TaskGraph Of(ProjectSpec spec) => new(new ParsedSpecIndex(spec));

    /// <summary>As the other, from what was looked up already.</summary>
    public static TaskGraph Of(ParsedSpecIndex spec) => new(spec);

    /// <summary>Builds the graph of some tasks; dependencies outside are missing ones.</summary>
    public static TaskGraph Of(IReadOnlyList<TaskDefinition> tasks) => Of(new ProjectSpec(new(null, "", ""), [], [.. tasks]));

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
        var waits = new int[tasks.Length];
        var free = new PriorityQueue<int, int>();
        for (var index = 0; index < tasks.Length; index++)
        {
            waits[index] = dependencies[index].Length;
            if (waits[index] == 0)
                free.Enqueue(index, index);
        }

        var order = ImmutableArray.CreateBuilder<TaskId>(tasks.Length);
        while (free.TryDequeue(out var index, out _))
        {
            order.Add(tasks[index].Id);
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
        var seen = new bool[tasks.Length + 1];
        var cycles = ImmutableArray.CreateBuilder<ImmutableArray<TaskId>>();
        for (var index = 0; index < tasks.Length; index++)
        {
            // Most knots are single tasks that wait for nothing of their own.
            if (seen[knots[index]])
                continue;
            seen[knots[index]] = true;
            if (LeadsInto(knots[index], index, knots) && ClosedPath(index, knots) is { IsEmpty: false } path)
                cycles.Add(path);
        }

        return cycles.ToImmutable();
    }

    private bool LeadsInto(int knot, int index, int[] knots)
    {
        foreach (var next in dependencies[index])
        {
            if (knots[next] == knot)
                return true;
        }

        return false;
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
        var path = new List<TaskId> { tasks[first].Id };
        for (var index = cameFrom[first]; index != first; index = cameFrom[index])
            path.Add(tasks[index].Id);
        path.Add(tasks[first].Id);
        path.Reverse();
        return [.. path];
    }

    private ImmutableArray<TaskId> Named(TaskId task, TaskLinks edges)
    {
        if (placeOf(task) is var index && index == SpecIndex.Nowhere)
            return [];
        var named = ImmutableArray.CreateBuilder<TaskId>(edges[index].Length);
        foreach (var other in edges[index])
            named.Add(tasks[other].Id);
        return named.MoveToImmutable();
    }

    private ImmutableArray<TaskId> Reach(TaskId task, TaskLinks edges)
    {
        if (placeOf(task) is var start && start == SpecIndex.Nowhere)
            return [];
        var seen = new HashSet<int> { start };
        var reached = ImmutableArray.CreateBuilder<TaskId>();
        var queue = new Queue<int>([start]);
        while (queue.TryDequeue(out var index))
        {
            foreach (var next in edges[index])
            {
                if (!seen.Add(next))
                    continue;
                reached.Add(tasks[next].Id);
                queue.Enqueue(next);
            }
        }

        return reached.ToImmutable();
    }
}
