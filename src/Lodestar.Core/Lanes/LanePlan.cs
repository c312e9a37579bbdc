using System.Collections.Concurrent;
using System.Collections.Immutable;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Lanes;

/// <summary>Says which tasks of a plan can start. Scheduling is dataflow: a task starts when its dependencies are
/// satisfied, its file scope overlaps no task in flight and a lane is free; longest critical path first.</summary>
public sealed class LanePlan
{
    private readonly PlannedTask[] ordered;
    private readonly int[][] dependencies;
    private readonly int[] criticalPaths;
    private readonly Dictionary<TaskId, int> positions;
    private readonly FileScope[] scopes;
    private readonly ConcurrentDictionary<(int, int), bool> overlaps = new();

    /// <summary>Orders the tasks of a plan. Dependencies on tasks outside the plan count as satisfied.</summary>
    /// <param name="tasks">Tasks whose dependencies form no cycle; the caller has refused others.</param>
    /// <exception cref="ArgumentException">The dependencies form a cycle.</exception>
    public LanePlan(IReadOnlyCollection<PlannedTask> tasks)
    {
        var given = tasks.ToArray();
        var paths = CriticalPath.Lengths(given);
        ordered = [.. given
            .OrderByDescending(task => paths[task.Id])
            .ThenBy(task => task.Priority)
            .ThenBy(task => task.Id)];
        positions = ordered.Index().ToDictionary(entry => entry.Item.Id, entry => entry.Index);
        criticalPaths = [.. ordered.Select(task => paths[task.Id])];
        scopes = [.. ordered.Select(task => FileScope.Of(task.Locks))];
        dependencies = [.. ordered.Select(Inside)];
        Order = [.. ordered.Select(task => task.Id)];
    }

    /// <summary>All tasks in start order: longest critical path first, then priority, then id.</summary>
    public ImmutableArray<TaskId> Order { get; }

    /// <summary>Length of the longest chain of dependents that begins with the task, itself included.</summary>
    public int CriticalPathOf(TaskId task) => criticalPaths[positions[task]];

    /// <summary>The dependencies of a task that are part of the plan, in start order.</summary>
    public ImmutableArray<TaskId> DependenciesOf(TaskId task) =>
        [.. dependencies[positions[task]].Select(position => Order[position])];

    /// <summary>True when the declared files of two tasks overlap.</summary>
    public bool Overlap(TaskId left, TaskId right) => Overlap(positions[left], positions[right]);

    /// <summary>Picks the tasks to start now, in start order.</summary>
    /// <param name="stateOf">Where each task of the plan stands.</param>
    /// <param name="inFlight">The tasks that hold their file scope: every one in state <see cref="LaneState.InFlight"/>.</param>
    /// <param name="freeLanes">How many may start.</param>
    public ImmutableArray<TaskId> Startable(
        Func<TaskId, LaneState> stateOf, IReadOnlyCollection<TaskId> inFlight, int freeLanes)
    {
        if (freeLanes <= 0)
            return [];

        var occupied = inFlight.Select(task => positions[task]).ToList();
        var starting = ImmutableArray.CreateBuilder<TaskId>();
        for (var position = 0; position < ordered.Length && starting.Count < freeLanes; position++)
        {
            if (stateOf(Order[position]) is not LaneState.Waiting
                || !dependencies[position].All(needed => stateOf(Order[needed]) is LaneState.Satisfied)
                || occupied.Any(other => Overlap(position, other)))
                continue;
            occupied.Add(position);
            starting.Add(Order[position]);
        }

        return starting.ToImmutable();
    }

    internal bool Overlap(int left, int right)
    {
        if (ordered[left].Locks.IsEmpty || ordered[right].Locks.IsEmpty)
            return false;
        var pair = left < right ? (left, right) : (right, left);
        return overlaps.GetOrAdd(
            pair, static (key, plan) => plan.scopes[key.Item1].Overlaps(plan.scopes[key.Item2]), this);
    }

    internal IReadOnlyList<int> DependenciesAt(int position) => dependencies[position];

    private int[] Inside(PlannedTask task) =>
        [.. task.DependsOn
            .Where(positions.ContainsKey)
            .Select(id => positions[id])
            .Distinct()
            .Order()];
}

/// <summary>Where a task stands as far as starting others is concerned.</summary>
public enum LaneState
{
    /// <summary>May be started.</summary>
    Waiting,

    /// <summary>Occupies a lane or waits for its merge; holds its file scope.</summary>
    InFlight,

    /// <summary>Opens its dependents: integrated, or skipped by decision.</summary>
    Satisfied,

    /// <summary>Neither starts nor opens anything: failed, held, or not before some time.</summary>
    Stopped,
}
