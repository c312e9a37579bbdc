using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>Answers for callers that did not say who they are, or named somebody nobody knows.</summary>
internal static class AgentIds
{
    /// <summary>The refusal of a verb that needs an agent.</summary>
    /// <param name="command">The command as it was given, without the agent.</param>
    internal static Refusal Needed(string command) => new(
        "agent-unknown",
        $"\"{command}\" needs to know which agent acts.",
        "Give --agent, or set LODESTAR_AGENT_ID.")
    {
        Details = new() { ["agent_id"] = null },
        Next = [new("agent.join", "lodestar agent join", "Register and get an agent id")],
    };

    /// <summary>The refusal of a verb about an agent that never joined.</summary>
    internal static Refusal Unknown(string agent) => new("agent-unknown", $"No agent {agent} has joined.", "lodestar agent list")
    {
        Details = new() { ["agent_id"] = agent },
    };
}
