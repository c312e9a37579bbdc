using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Lists agents, most recently seen first; with filters it finds them. All filters must hold.</summary>
/// <param name="Capability">Only agents with this capability, exactly; null for all.</param>
/// <param name="Role">Only agents of this role, exactly; null for all.</param>
public sealed record ListAgents(string? Capability = null, string? Role = null)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<AgentList>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "agent list") is { } refusal)
            return Task.FromResult<Outcome<AgentList>>(refusal);
        var limits = PresenceVariables.Read(session.World.Variable);
        return limits.Refusal is { } bad
            ? Task.FromResult<Outcome<AgentList>>(bad)
            : session.QueryAsync<AgentList>(plane => List(plane, limits.Limits), cancellation);
    }

    private AgentList List(PlaneView plane, PresenceLimits limits)
    {
        var agents = plane.Store.Agents()
            .Where(agent => Capability is null || agent.Profile.Capabilities.Contains(Capability))
            .Where(agent => Role is null || agent.Profile.Role == Role)
            .Select(agent => AgentLine.Of(agent, plane, limits))
            .ToImmutableArray();
        return new(agents, agents.Length);
    }
}

/// <summary>Agents in a list.</summary>
public sealed record AgentList(ImmutableArray<AgentLine> Agents, int Count);

/// <summary>An agent as listed.</summary>
/// <param name="AgentId">Its id.</param>
/// <param name="DisplayName">For people; empty when it has none.</param>
/// <param name="Role">Its role; empty when it has none.</param>
/// <param name="Status"><c>active</c>, <c>idle</c> or <c>offline</c>.</param>
/// <param name="Capabilities">Words to find it by.</param>
/// <param name="LastSeenAt">When it last did anything.</param>
/// <param name="RegisteredAt">When it joined.</param>
/// <param name="SessionMeta">Model, tool and the like.</param>
/// <param name="Tasks">What it holds now.</param>
public sealed record AgentLine(
    AgentId AgentId,
    string DisplayName,
    string Role,
    string Status,
    ImmutableArray<string> Capabilities,
    DateTimeOffset LastSeenAt,
    DateTimeOffset RegisteredAt,
    IReadOnlyDictionary<string, string> SessionMeta,
    ImmutableArray<TaskId> Tasks)
{
    /// <summary>When it left; absent while it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeftAt { get; init; }

    internal static AgentLine Of(Agent agent, PlaneView plane, PresenceLimits limits) => new(
        agent.Id,
        agent.Profile.DisplayName ?? "",
        agent.Profile.Role ?? "",
        WordFor(agent.Presence(plane.Now.Wall, limits)),
        agent.Profile.Capabilities,
        agent.LastSeenAt,
        agent.RegisteredAt,
        agent.Profile.SessionMeta,
        [.. plane.Board.LeasesOf(agent.Id).Select(lease => lease.Task)])
    {
        LeftAt = agent.LeftAt,
    };

    internal static string WordFor(AgentPresence presence) => presence switch
    {
        AgentPresence.Active => "active",
        AgentPresence.Idle => "idle",
        AgentPresence.Offline => "offline",
        _ => throw new ArgumentOutOfRangeException(nameof(presence), presence, "Not a presence."),
    };
}
