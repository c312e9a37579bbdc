using System.Collections.Immutable;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>All tasks of a project at one moment: definitions from the spec, states and live leases from the runtime.</summary>
public sealed class TaskBoard
{
    private readonly Dictionary<TaskId, TaskDefinition> definitions = [];
    private readonly IReadOnlyDictionary<TaskId, TaskState> states;
    private readonly IReadOnlyDictionary<TaskId, Lease> leases;

    /// <summary>Lays the two planes over each other.</summary>
    /// <param name="spec">The definitions.</param>
    /// <param name="states">What the runtime recorded.</param>
    /// <param name="leases">Live leases only.</param>
    public TaskBoard(
        ProjectSpec spec, IReadOnlyDictionary<TaskId, TaskState> states, IReadOnlyDictionary<TaskId, Lease> leases)
    {
        Tasks = spec.Tasks;
        foreach (var task in spec.Tasks)
            definitions.TryAdd(task.Id, task);
        this.states = states;
        this.leases = leases;
    }

    /// <summary>All definitions in file order, deleted ones included.</summary>
    public ImmutableArray<TaskDefinition> Tasks { get; }

    /// <summary>A definition by its exact id; null when the spec has none.</summary>
    public TaskDefinition? Find(TaskId task) => definitions.GetValueOrDefault(task);

    /// <summary>What the runtime recorded of a task, or null.</summary>
    public TaskState? StateOf(TaskId task) => states.GetValueOrDefault(task);

    /// <summary>The live lease of a task, or null.</summary>
    public Lease? LeaseOf(TaskId task) => leases.GetValueOrDefault(task);

    /// <summary>All live leases of tasks that the spec has, in file order.</summary>
    public IEnumerable<Lease> Leases => Tasks.Select(task => LeaseOf(task.Id)).OfType<Lease>();

    /// <summary>The effective status: the runtime's, else the spec's, else ready. Deleted in the spec overrides.</summary>
    public TaskStatus StatusOf(TaskDefinition task) => task.Status == TaskStatus.Deleted
        ? TaskStatus.Deleted
        : StateOf(task.Id)?.Status ?? task.Status ?? TaskStatus.Ready;

    /// <summary>The dependencies that are not verified, in the order written. One that the spec does not have, or that was
    /// deleted, is never met.</summary>
    public ImmutableArray<TaskId> UnmetOf(TaskDefinition task) =>
        [.. task.DependsOn.Where(id => Find(id) is not { } dependency || StatusOf(dependency) != TaskStatus.Verified)];

    /// <summary>True when the task could be worked on, whoever may hold it.</summary>
    public bool IsReady(TaskDefinition task) => StatusOf(task) == TaskStatus.Ready && UnmetOf(task).IsEmpty;

    /// <summary>True when the task is ready and nobody holds it.</summary>
    public bool IsClaimable(TaskDefinition task) => LeaseOf(task.Id) is null && IsReady(task);

    /// <summary>The claimable tasks, most urgent first, then by id.</summary>
    public ImmutableArray<TaskDefinition> Claimable() =>
        [.. Tasks.Where(IsClaimable).OrderBy(task => task.Priority).ThenBy(task => task.Id)];

    /// <summary>The tasks that name this one as a dependency, in file order; deleted ones left out.</summary>
    public IEnumerable<TaskDefinition> DependentsOf(TaskId task) =>
        Tasks.Where(other => other.DependsOn.Contains(task) && StatusOf(other) != TaskStatus.Deleted);
}
