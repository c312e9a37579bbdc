using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>A live lease that the caller may act under.</summary>
/// <param name="Task">The task.</param>
/// <param name="Lease">Its live lease.</param>
internal sealed record HeldLease(TaskDefinition Task, Lease Lease)
{
    /// <summary>Finds the lease, or says why the caller may not act under one.</summary>
    internal static Outcome<HeldLease> Find(PlaneView plane, string id, string? agent, long? fence)
    {
        var found = TaskActor.Find(plane, id, agent, fence);
        if (found.Data is not { } actor)
            return found.Refusal!;
        var task = actor.Task;
        if (plane.Board.LeaseOf(task.Id) is not { } lease)
            return LeaseRules.NotHeld(task.Id, plane.Store.RanOut(plane.Project, task.Id));
        return LeaseRules.ActFor(lease, actor.Agent) is { } refusal ? refusal : new HeldLease(task, lease);
    }
}
