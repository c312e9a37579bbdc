using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Notes that an agent is at work now.</summary>
/// <param name="Agent">The agent; null when the caller named nobody.</param>
public sealed record HeartbeatAgent(string? Agent)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<SeenAgent>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "agent heartbeat") is { } refusal
            ? Task.FromResult<Outcome<SeenAgent>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<SeenAgent> Decide(PlaneChange plane)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } agent)
            return AgentIds.Needed("lodestar agent heartbeat");
        plane.Store.TouchAgent(agent);
        return new SeenAgent(agent, true, StoreTime.Rounded(plane.Now.Wall));
    }
}

/// <summary>An agent seen now.</summary>
public sealed record SeenAgent(AgentId AgentId, bool Updated, DateTimeOffset LastSeenAt);
