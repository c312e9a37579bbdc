using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>A registered agent.</summary>
internal sealed record JoinAnswer(
    AgentId AgentId,
    string DisplayName,
    ImmutableArray<string> Capabilities,
    DateTimeOffset RegisteredAt,
    IReadOnlyDictionary<string, string> SessionMeta,
    JoinAnswer.Lease LeaseDefaults,
    DateTimeOffset ServerTime,
    ImmutableArray<string> Notes,
    bool Resumed,
    ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>The answer for an agent that joined.</summary>
    public static JoinAnswer Of(Outcome<JoinedAgent> outcome, TimeSpan term, DateTimeOffset now) => Of(outcome.Data!, outcome.Warnings, term, now);

    private static JoinAnswer Of(JoinedAgent joined, IReadOnlyList<Warning> warnings, TimeSpan term, DateTimeOffset now) => new(
        joined.AgentId,
        joined.DisplayName ?? "",
        joined.Capabilities,
        joined.RegisteredAt,
        joined.SessionMeta,
        new((long)term.TotalSeconds),
        now,
        [$"{joined.Claimable} tasks available to claim", "Use task_next to find claimable tasks", "Remember to renew leases before they expire"],
        joined.Resumed,
        ToolWarning.Of(warnings));

    /// <summary>How long its leases last when it does not say.</summary>
    internal sealed record Lease(long TtlSeconds);
}

/// <summary>An agent seen now.</summary>
internal sealed record HeartbeatAnswer(
    AgentId AgentId, bool Updated, DateTimeOffset ExpiresAt, ImmutableArray<ToolWarning> Warnings);

/// <summary>An agent that has left.</summary>
internal sealed record LeaveAnswer(
    AgentId AgentId, bool MarkedOffline, string? Reason, ImmutableArray<TaskId> ReleasedTaskIds, ImmutableArray<ToolWarning> Warnings);

/// <summary>Agents, and how present they are.</summary>
internal sealed record AgentsAnswer(
    ImmutableArray<AgentsAnswer.Line> Agents, int Count, int TotalCount, SortedDictionary<string, int> ByStatus)
{
    /// <summary>The answer for a list.</summary>
    public static AgentsAnswer Of(AgentList list) => new(
        [.. list.Agents.Select(Line.Of)],
        list.Agents.Length,
        list.Agents.Length,
        new(list.Agents.CountBy(agent => agent.Status).ToDictionary(), StringComparer.Ordinal));

    /// <summary>One agent.</summary>
    internal sealed record Line(
        AgentId AgentId,
        string DisplayName,
        string? Role,
        string Status,
        ImmutableArray<string> Capabilities,
        DateTimeOffset LastSeenAt,
        DateTimeOffset CreatedAt,
        ImmutableArray<TaskId> TaskIds)
    {
        /// <summary>Model and client; absent when it named neither.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyDictionary<string, string>? SessionMeta { get; init; }

        /// <summary>The line for an agent.</summary>
        public static Line Of(AgentLine agent) => new(
            agent.AgentId,
            agent.DisplayName ?? "",
            agent.Role,
            agent.Status,
            agent.Capabilities,
            agent.LastSeenAt,
            agent.RegisteredAt,
            agent.Tasks)
        {
            SessionMeta = agent.SessionMeta.Count == 0 ? null : agent.SessionMeta,
        };
    }
}
