using System.Collections.Immutable;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>All tasks of a project at one moment: definitions from the spec, states and live leases from the runtime.</summary>
/// <remarks>A question about a few tasks looks at these alone; from some number of looks on, or when the answer needs all
/// tasks, everything is read once and kept.</remarks>
/// <param name="spec">The definitions.</param>
/// <param name="records">What the runtime recorded.</param>
public sealed class TaskBoard(SpecIndex spec, ITaskRecords records)
{
    private const int SingleLooks = 200;

    private TaskStatus[]? statuses;
    private Dictionary<int, Lease>? held;
    private ILookup<AgentId, Lease>? byAgent;
    private List<int>? claimable;
    private int looks;

    /// <summary>Lays two planes in memory over each other.</summary>
    /// <param name="spec">The definitions.</param>
    /// <param name="states">What the runtime recorded.</param>
    /// <param name="leases">Live leases only.</param>
    public TaskBoard(
        ProjectSpec spec, IReadOnlyDictionary<TaskId, TaskState> states, IReadOnlyDictionary<TaskId, Lease> leases)
        : this(new ParsedSpecIndex(spec), new TaskRecords(states, leases))
    {
    }

    /// <summary>The definitions, piece by piece.</summary>
    public SpecIndex Spec => spec;

    /// <summary>All definitions in file order, deleted ones included. Reads the whole spec.</summary>
    public ImmutableArray<TaskDefinition> Tasks => spec.Spec.Tasks;

    /// <summary>All live leases of tasks that the spec has, in file order.</summary>
    public IEnumerable<Lease> Leases => Held.OrderBy(entry => entry.Key).Select(entry => entry.Value);

    /// <summary>How many tasks are held now.</summary>
    public int LeaseCount => Held.Count;

    /// <summary>The places of the claimable tasks, most urgent first, then by id.</summary>
    public IReadOnlyList<int> ClaimablePlaces => claimable ??= FindClaimable();

    private Dictionary<int, Lease> Held => held ??= ReadLeases();

    private TaskStatus[] Statuses => statuses ??= ReadStatuses();

    /// <summary>A definition by its exact id; null when the spec has none.</summary>
    public TaskDefinition? Find(TaskId task) => spec.PlaceOf(task) is var place and not SpecIndex.Nowhere ? spec[place] : null;

    /// <summary>What the runtime recorded of a task, or null.</summary>
    public TaskState? StateOf(TaskId task) => records.StateOf(task);

    /// <summary>The live lease of a task, or null.</summary>
    public Lease? LeaseOf(TaskId task) => held is null && looks++ < SingleLooks
        ? records.LeaseOf(task)
        : spec.PlaceOf(task) is var place and not SpecIndex.Nowhere ? Held.GetValueOrDefault(place) : records.LeaseOf(task);

    /// <summary>The live leases an agent holds, of tasks that the spec has, in file order.</summary>
    public IEnumerable<Lease> LeasesOf(AgentId agent) => (byAgent ??= Leases.ToLookup(lease => lease.Agent))[agent];

    /// <summary>The effective status: the runtime's, else the spec's, else ready. Deleted in the spec overrides.</summary>
    public TaskStatus StatusOf(TaskDefinition task) => spec.PlaceOf(task.Id) is var place and not SpecIndex.Nowhere
        ? StatusAt(place)
        : Effective(task.Status, StateOf(task.Id)?.Status);

    /// <summary>The effective status of the task at a place.</summary>
    public TaskStatus StatusAt(int place) => statuses is null && looks++ < SingleLooks
        ? Effective(spec.StatusAt(place), StateOf(spec.IdAt(place))?.Status)
        : Statuses[place];

    /// <summary>How many tasks have each effective status.</summary>
    public Dictionary<TaskStatus, int> CountByStatus() => Statuses.CountBy(status => status).ToDictionary();

    /// <summary>The dependencies that are not verified, in the order written. One that the spec does not have, or that was
    /// deleted, is never met.</summary>
    public ImmutableArray<TaskId> UnmetOf(TaskDefinition task) =>
        [.. task.DependsOn.Where(id => spec.PlaceOf(id) is var place && !IsMet(place))];

    /// <summary>True when the task could be worked on, whoever may hold it.</summary>
    public bool IsReady(TaskDefinition task) => StatusOf(task) == TaskStatus.Ready && UnmetOf(task).IsEmpty;

    /// <summary>True when the task at a place could be worked on, whoever may hold it.</summary>
    public bool IsReadyAt(int place)
    {
        if (StatusAt(place) != TaskStatus.Ready)
            return false;
        foreach (var dependency in spec.DependenciesAt(place))
        {
            if (!IsMet(dependency))
                return false;
        }

        return true;
    }

    /// <summary>True when the task is ready and nobody holds it.</summary>
    public bool IsClaimable(TaskDefinition task) => LeaseOf(task.Id) is null && IsReady(task);

    /// <summary>The claimable tasks, most urgent first, then by id; each is read when it is reached.</summary>
    public IEnumerable<TaskDefinition> Claimable() => ClaimablePlaces.Select(place => spec[place]);

    /// <summary>The tasks that name this one as a dependency, in file order; deleted ones left out.</summary>
    public IEnumerable<TaskDefinition> DependentsOf(TaskId task)
    {
        var place = spec.PlaceOf(task);
        int[] dependents = place == SpecIndex.Nowhere ? [] : [.. spec.DependentsAt(place)];
        return dependents.Where(other => StatusAt(other) != TaskStatus.Deleted).Select(other => spec[other]);
    }

    private static TaskStatus Effective(TaskStatus? written, TaskStatus? recorded) =>
        written == TaskStatus.Deleted ? TaskStatus.Deleted : recorded ?? written ?? TaskStatus.Ready;

    private bool IsMet(int dependency) => dependency != SpecIndex.Nowhere && StatusAt(dependency) == TaskStatus.Verified;

    private List<int> FindClaimable()
    {
        var all = Statuses;
        var found = new List<int>();
        foreach (var place in spec.ByUrgency)
        {
            if (all[place] == TaskStatus.Ready && IsReadyAt(place) && !Held.ContainsKey(place))
                found.Add(place);
        }

        return found;
    }

    private TaskStatus[] ReadStatuses()
    {
        var all = new TaskStatus[spec.Count];
        for (var place = 0; place < all.Length; place++)
            all[place] = spec.StatusAt(place) ?? TaskStatus.Ready;
        records.Overlay(spec, all);
        foreach (var place in spec.Deleted)
            all[place] = TaskStatus.Deleted;
        return all;
    }

    private Dictionary<int, Lease> ReadLeases() => records.Leases()
        .Select(lease => (Place: spec.PlaceOf(lease.Task), Lease: lease))
        .Where(entry => entry.Place != SpecIndex.Nowhere)
        .ToDictionary(entry => entry.Place, entry => entry.Lease);
}
