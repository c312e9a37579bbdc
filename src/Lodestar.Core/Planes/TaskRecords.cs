using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>Records in memory.</summary>
/// <param name="states">What was recorded.</param>
/// <param name="leases">Live leases only.</param>
public sealed class TaskRecords(
    IReadOnlyDictionary<TaskId, TaskState> states, IReadOnlyDictionary<TaskId, Lease> leases) : ITaskRecords
{
    /// <inheritdoc/>
    public TaskState? StateOf(TaskId task) => states.GetValueOrDefault(task);

    /// <inheritdoc/>
    public Lease? LeaseOf(TaskId task) => leases.GetValueOrDefault(task);

    /// <inheritdoc/>
    public IReadOnlyCollection<Lease> Leases() => [.. leases.Values];

    /// <inheritdoc/>
    public void Overlay(SpecIndex spec, Span<TaskStatus> statuses)
    {
        foreach (var (task, state) in states)
        {
            if (spec.PlaceOf(task) is var place and not SpecIndex.Nowhere)
                statuses[place] = state.Status;
        }
    }
}
