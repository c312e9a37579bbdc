using System.Collections.Immutable;

namespace Lodestar.Core.Planes;

/// <summary>An identity that works.</summary>
/// <param name="Id">The identity.</param>
/// <param name="Profile">What it says of itself.</param>
/// <param name="RegisteredAt">When it joined.</param>
/// <param name="LastSeenAt">When it last did anything.</param>
/// <param name="LeftAt">When it left; null while it has not, or is back.</param>
public sealed record Agent(
    AgentId Id, AgentProfile Profile, DateTimeOffset RegisteredAt, DateTimeOffset LastSeenAt, DateTimeOffset? LeftAt)
{
    /// <summary>How present the agent is, from when it was last seen.</summary>
    public AgentPresence Presence(DateTimeOffset now, PresenceLimits limits)
    {
        var silence = now - LastSeenAt;
        return LeftAt is not null || silence >= limits.OfflineAfter ? AgentPresence.Offline
            : silence >= limits.IdleAfter ? AgentPresence.Idle
            : AgentPresence.Active;
    }
}

/// <summary>What an agent says of itself: labels, never authority.</summary>
/// <param name="DisplayName">For people; need not be unique.</param>
/// <param name="Role">For example builder.</param>
/// <param name="Capabilities">Words to find it by.</param>
/// <param name="SessionMeta">Model, tool and the like.</param>
public sealed record AgentProfile(
    string? DisplayName, string? Role, ImmutableArray<string> Capabilities, IReadOnlyDictionary<string, string> SessionMeta);

/// <summary>How present an agent is.</summary>
public enum AgentPresence
{
    /// <summary>Seen lately.</summary>
    Active,

    /// <summary>Silent for a while.</summary>
    Idle,

    /// <summary>Silent for long, or gone.</summary>
    Offline,
}

/// <summary>How long silence may last.</summary>
/// <param name="IdleAfter">From here an agent is idle.</param>
/// <param name="OfflineAfter">From here it is offline.</param>
public readonly record struct PresenceLimits(TimeSpan IdleAfter, TimeSpan OfflineAfter)
{
    /// <summary>15 and 60 minutes.</summary>
    public static PresenceLimits Default { get; } = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60));
}
