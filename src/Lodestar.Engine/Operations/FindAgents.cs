using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>Finds agents by what they say of themselves, most recently seen first. All that is given must hold, exactly.</summary>
/// <param name="Capability">Only agents with this capability; null for all.</param>
/// <param name="Role">Only agents of this role; null for all.</param>
public sealed record FindAgents(string? Capability, string? Role)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<FoundAgents>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (Capability is null && Role is null)
            return new Refusal("filter-needed", "Which agents to find is not said.", "Give --capability, --role, or both.");
        var listed = await new ListAgents(Capability, Role).ExecuteAsync(session, cancellation);
        return listed.Data is { } list
            ? new FoundAgents(
                Capability is null ? new AgentSearch("role", Role!) : new AgentSearch("capability", Capability) { Role = Role },
                list.Agents,
                list.Count)
            : listed.Refusal!;
    }
}

/// <summary>Agents found.</summary>
public sealed record FoundAgents(AgentSearch Search, ImmutableArray<AgentLine> Agents, int Count);

/// <summary>What was searched for.</summary>
/// <param name="Type"><c>capability</c> or <c>role</c>.</param>
/// <param name="Term">The word.</param>
public sealed record AgentSearch(string Type, string Term)
{
    /// <summary>The role, when it was asked for besides a capability; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }
}
