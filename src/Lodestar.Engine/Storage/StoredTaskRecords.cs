using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Storage;

/// <summary>What the store recorded of one project's tasks, as the view or transaction sees it.</summary>
/// <param name="store">The store.</param>
/// <param name="project">The project.</param>
internal sealed class StoredTaskRecords(StoreReader store, ProjectId project) : ITaskRecords
{
    /// <inheritdoc/>
    public TaskState? StateOf(TaskId task) => store.TaskState(project, task);

    /// <inheritdoc/>
    public Lease? LeaseOf(TaskId task) => store.LiveLease(project, task);

    /// <inheritdoc/>
    public IReadOnlyCollection<Lease> Leases() => store.LiveLeases(project).Values;

    /// <inheritdoc/>
    public void Overlay(SpecIndex spec, Span<TaskStatus> statuses) => store.OverlayStatuses(project, spec, statuses);
}
