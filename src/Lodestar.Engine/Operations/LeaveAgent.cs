using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Notes that an agent has left and gives back the tasks it held outside of runs.</summary>
/// <param name="Agent">The agent; null when the caller named nobody.</param>
/// <param name="Reason">Why, for the record.</param>
public sealed record LeaveAgent(string? Agent, string? Reason = null)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<LeftAgent>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "agent leave") is { } refusal
            ? Task.FromResult<Outcome<LeftAgent>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<LeftAgent> Decide(PlaneChange plane)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } agent)
            return AgentIds.Needed("lodestar agent leave");

        // A lease of a run is the run's: its engine sees the agent end and decides what becomes of the task.
        var held = plane.Store.LiveLeases(plane.Project).Values
            .Where(lease => lease.Agent == agent && lease.Run is null)
            .OrderBy(lease => lease.Task)
            .ToList();
        foreach (var lease in held)
        {
            plane.Store.EndLease(lease, "released");
            plane.Append(new("task.release")
            {
                Agent = agent,
                Task = lease.Task,
                Data = new JsonObject { ["lease_id"] = lease.Id.Value, ["reason"] = "agent left" },
            });
        }

        plane.Store.SetAgentLeft(agent);
        plane.Append(new("agent.leave") { Agent = agent, Data = Reason is null ? [] : new JsonObject { ["reason"] = Reason } });
        return new LeftAgent(agent, true, [.. held.Select(lease => lease.Task)]);
    }
}

/// <summary>An agent that has left.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Left">True.</param>
/// <param name="Released">The tasks it gave back.</param>
public sealed record LeftAgent(AgentId AgentId, bool Left, ImmutableArray<TaskId> Released);
