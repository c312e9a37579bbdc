using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Shows one agent: what it holds, what it held before, and what waits for it.</summary>
/// <param name="Agent">The agent; null when the caller named nobody.</param>
public sealed record ShowAgent(string? Agent)
{
    private const int History = 20;

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<AgentDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "agent show") is { } refusal)
            return Task.FromResult<Outcome<AgentDetails>>(refusal);
        var limits = PresenceVariables.Read(session.World.Variable);
        return limits.Refusal is { } bad
            ? Task.FromResult<Outcome<AgentDetails>>(bad)
            : session.QueryAsync(plane => Show(plane, limits.Limits), cancellation);
    }

    private Outcome<AgentDetails> Show(PlaneView plane, PresenceLimits limits)
    {
        if (Agent is null)
            return AgentIds.Needed("lodestar agent show");
        if (plane.Store.FindAgent(new AgentId(Agent)) is not { } agent)
            return AgentIds.Unknown(Agent);
        var line = AgentLine.Of(agent, plane, limits);
        var past = plane.Store.LeasesEverOf(plane.Project, agent.Id, History)
            .Where(lease => lease.EndedAt is not null || !line.Tasks.Contains(lease.TaskId))
            .Select(lease => new HeldBefore(lease.TaskId, lease.LeaseId, lease.Fence, lease.RunId, lease.GrantedAt, lease.EndedAt ?? lease.ExpiresAt, lease.EndReason ?? "expired"));
        return new AgentDetails(
            line.AgentId,
            line.DisplayName,
            line.Role,
            line.Status,
            line.Capabilities,
            line.LastSeenAt,
            line.RegisteredAt,
            line.SessionMeta,
            line.Tasks,
            [.. plane.Board.LeasesOf(agent.Id).Select(lease => new HeldNow(lease.Task, lease.Id, lease.Fence, lease.Run, lease.GrantedAt, lease.Expiry.Wall))],
            [.. past],
            plane.Store.UnreadCount(plane.Project, agent.Id))
        {
            LeftAt = line.LeftAt,
        };
    }
}

/// <summary>Everything known of one agent.</summary>
/// <param name="AgentId">Its id.</param>
/// <param name="DisplayName">For people; empty when it has none.</param>
/// <param name="Role">Its role; empty when it has none.</param>
/// <param name="Status"><c>active</c>, <c>idle</c> or <c>offline</c>.</param>
/// <param name="Capabilities">Words to find it by.</param>
/// <param name="LastSeenAt">When it last did anything.</param>
/// <param name="RegisteredAt">When it joined.</param>
/// <param name="SessionMeta">Model, tool and the like.</param>
/// <param name="Tasks">What it holds now.</param>
/// <param name="Leases">Under which leases.</param>
/// <param name="History">What it held before, newest first, at most twenty.</param>
/// <param name="Unread">How many messages it has not read.</param>
public sealed record AgentDetails(
    AgentId AgentId,
    string DisplayName,
    string Role,
    string Status,
    ImmutableArray<string> Capabilities,
    DateTimeOffset LastSeenAt,
    DateTimeOffset RegisteredAt,
    IReadOnlyDictionary<string, string> SessionMeta,
    ImmutableArray<TaskId> Tasks,
    ImmutableArray<HeldNow> Leases,
    ImmutableArray<HeldBefore> History,
    long Unread)
{
    /// <summary>When it left; absent while it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? LeftAt { get; init; }
}

/// <summary>A live lease of an agent.</summary>
public sealed record HeldNow(TaskId TaskId, LeaseId LeaseId, long Fence, RunId? RunId, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt);

/// <summary>A lease an agent had before.</summary>
public sealed record HeldBefore(
    TaskId TaskId, LeaseId LeaseId, long Fence, RunId? RunId, DateTimeOffset GrantedAt, DateTimeOffset EndedAt, string EndReason);
