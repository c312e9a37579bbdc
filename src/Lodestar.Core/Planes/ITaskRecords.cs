using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>What the runtime plane recorded of a project's tasks, asked for one task or for all.</summary>
public interface ITaskRecords
{
    /// <summary>The recorded state of a task, or null.</summary>
    TaskState? StateOf(TaskId task);

    /// <summary>The live lease of a task, or null.</summary>
    Lease? LeaseOf(TaskId task);

    /// <summary>All live leases, also those of tasks that the spec does not have.</summary>
    IReadOnlyCollection<Lease> Leases();

    /// <summary>Writes every recorded status of a task that the spec has into its place.</summary>
    void Overlay(SpecIndex spec, Span<TaskStatus> statuses);
}
