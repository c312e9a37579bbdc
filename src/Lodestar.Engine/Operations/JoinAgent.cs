using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Registers an agent under a new id. Names need not be unique.</summary>
/// <param name="Profile">What the agent says of itself.</param>
public sealed record JoinAgent(AgentProfile Profile)
{
    private const int LongestWord = 200;

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

        var agent = plane.Store.AddAgent(Profile);
        var data = new JsonObject();
        if (Profile.DisplayName is not null)
            data["display_name"] = Profile.DisplayName;
        if (Profile.Role is not null)
            data["role"] = Profile.Role;
        plane.Append(new("agent.join") { Agent = agent.Id, Data = data });
        return Outcome<JoinedAgent>.Done(
            new(
                agent.Id,
                Profile.DisplayName ?? "",
                Profile.Role ?? "",
                Profile.Capabilities,
                agent.RegisteredAt,
                Profile.SessionMeta,
                plane.Board.ClaimablePlaces.Count),
            [
                new("task.next", $"lodestar task next --agent {agent.Id}", "See what can be claimed"),
                new("task.list", "lodestar task list", "See all tasks"),
                new("status", "lodestar status", "See where the project stands"),
            ]);
    }
}

/// <summary>A registered agent.</summary>
/// <param name="AgentId">Its id from now on.</param>
/// <param name="DisplayName">For people; empty when it has none.</param>
/// <param name="Role">For example builder; empty when it has none.</param>
/// <param name="Capabilities">Words to find it by.</param>
/// <param name="RegisteredAt">Now.</param>
/// <param name="SessionMeta">Model, tool and the like.</param>
/// <param name="Claimable">How many tasks it could claim now.</param>
public sealed record JoinedAgent(
    AgentId AgentId,
    string DisplayName,
    string Role,
    ImmutableArray<string> Capabilities,
    DateTimeOffset RegisteredAt,
    IReadOnlyDictionary<string, string> SessionMeta,
    int Claimable);
