using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Which task a caller acts on, and who that is.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">The caller; null without an identity.</param>
internal sealed record TaskActor(TaskDefinition Task, AgentId? Agent)
{
    /// <summary>Asks what every verb of a worker begins with: is there such a task, has the caller joined, is the fence the last one?</summary>
    internal static Outcome<TaskActor> Find(PlaneView plane, string id, string? agent, long? fence)
    {
        var found = plane.Task(id);
        if (found.Data is not { } task)
            return found.Refusal!;
        var actor = plane.Actor(agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        return LeaseRules.Fence(task.Id, fence, plane.Store.LastFence(plane.Project, task.Id)) is { } stale
            ? stale
            : new TaskActor(task, actor.Agent);
    }
}
