using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Registers an agent under a new id, or lets one that joined before go on. Names need not be unique.</summary>
/// <param name="Profile">What the agent says of itself; what it does not say stays as it was.</param>
public sealed record JoinAgent(AgentProfile Profile)
{
    private const int LongestWord = 200;

    /// <summary>The agent that goes on; null when the caller named nobody.</summary>
    public string? Named { get; init; }

    /// <summary>The agent the environment names; it goes on if it ever joined.</summary>
    public string? Remembered { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<JoinedAgent>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "agent join") is { } refusal
            ? Task.FromResult<Outcome<JoinedAgent>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<JoinedAgent> Decide(PlaneChange plane)
    {
        string?[] words = [Profile.DisplayName, Profile.Role, .. Profile.Capabilities, .. Profile.SessionMeta.Values];
        if (words.FirstOrDefault(word => word is not null && (word.Length > LongestWord || word.Any(char.IsControl))) is { } bad)
        {
            return new Refusal(
                "agent-profile-invalid",
                $"\"{(bad.Length > 20 ? bad[..20] + "..." : bad)}\" cannot stand in an agent's profile.",
                $"Use at most {LongestWord} characters and no line breaks.");
        }

        var known = (Named ?? Remembered) is { Length: > 0 } id ? plane.Store.FindAgent(new AgentId(id)) : null;
        if (Named is not null && known is null)
            return AgentIds.Unknown(Named);
        var agent = known is null ? plane.Store.AddAgent(Profile) : Resume(plane, known);
        Record(plane, agent, known is not null);
        Warning[] warnings = known is null && !string.IsNullOrEmpty(Remembered)
            ? [new("agent-unknown", $"LODESTAR_AGENT_ID names {Remembered}, which never joined here; a new agent was registered.")]
            : [];
        return Outcome<JoinedAgent>.Done(Answer(plane, agent) with { Resumed = known is not null }, Next(agent.Id), warnings);
    }

    private Agent Resume(PlaneChange plane, Agent known)
    {
        var before = known.Profile;
        var profile = new AgentProfile(
            Profile.DisplayName ?? before.DisplayName,
            Profile.Role ?? before.Role,
            Profile.Capabilities.IsEmpty ? before.Capabilities : Profile.Capabilities,
            Profile.SessionMeta.Count == 0 ? before.SessionMeta : Profile.SessionMeta);
        plane.Store.SetProfile(known.Id, profile);
        plane.Store.TouchAgent(known.Id);
        return known with { Profile = profile };
    }

    private static void Record(PlaneChange plane, Agent agent, bool resumed)
    {
        var data = new JsonObject();
        if (agent.Profile.DisplayName is not null)
            data["display_name"] = agent.Profile.DisplayName;
        if (agent.Profile.Role is not null)
            data["role"] = agent.Profile.Role;
        if (resumed)
            data["resumed"] = true;
        plane.Append(new("agent.join") { Agent = agent.Id, Data = data });
    }

    private static JoinedAgent Answer(PlaneChange plane, Agent agent) => new(
        agent.Id,
        agent.Profile.DisplayName ?? "",
        agent.Profile.Role ?? "",
        agent.Profile.Capabilities,
        agent.RegisteredAt,
        agent.Profile.SessionMeta,
        plane.Board.ClaimablePlaces.Count);

    private static NextAction[] Next(AgentId agent) =>
    [
        new("task.next", $"lodestar task next --agent {agent}", "See what can be claimed"),
        new("task.list", "lodestar task list", "See all tasks"),
        new("status", "lodestar status", "See where the project stands"),
    ];
}

/// <summary>A registered agent.</summary>
/// <param name="AgentId">Its id from now on.</param>
/// <param name="DisplayName">For people; empty when it has none.</param>
/// <param name="Role">For example builder; empty when it has none.</param>
/// <param name="Capabilities">Words to find it by.</param>
/// <param name="RegisteredAt">When it first joined.</param>
/// <param name="SessionMeta">Model, tool and the like.</param>
/// <param name="Claimable">How many tasks it could claim now.</param>
public sealed record JoinedAgent(
    AgentId AgentId,
    string DisplayName,
    string Role,
    ImmutableArray<string> Capabilities,
    DateTimeOffset RegisteredAt,
    IReadOnlyDictionary<string, string> SessionMeta,
    int Claimable)
{
    /// <summary>Whether it had joined before and goes on under its id.</summary>
    public bool Resumed { get; init; }
}
