using System.Security.Cryptography;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The agents of a run: one for the run itself, one per lane and role. Their ids follow from the run's, so that a
/// resumed run has the same agents.</summary>
public static class RunAgents
{
    /// <summary>The agent in whose name the run holds leases.</summary>
    public static AgentId Holder(RunId run) => Named($"{run}\nrun");

    /// <summary>The agent of a lane in a role.</summary>
    public static AgentId Lane(RunId run, int lane, AgentRole role) => Named($"{run}\n{lane}\n{role}");

    /// <summary>The profile that takes turns in a role.</summary>
    internal static PlannedProfile Profile(RunPlan plan, AgentRole role) => role switch
    {
        AgentRole.Builder => plan.Builder,
        AgentRole.Reviewer => plan.Reviewer!,
        AgentRole.SpecMaintainer => plan.SpecMaintainer!,
        _ => throw new InvalidOperationException($"Role {role} has no profile."),
    };

    /// <summary>What every program of a run is told by its environment.</summary>
    internal static Dictionary<string, string> Variables(
        RunState state, LanePlace place, RunEvent.ProcessSpawning row, string? briefing)
    {
        var variables = new Dictionary<string, string>
        {
            ["LODESTAR_AGENT_ID"] = row.Agent.Value,
            ["LODESTAR_RUN_ID"] = state.Run.Value,
            ["LODESTAR_TASK_ID"] = place.Task.Value,
            ["LODESTAR_LANE"] = place.Lane.ToString(),
            ["LODESTAR_PROCESS"] = row.Process.Value,
        };
        if (state.Tasks[place.Task].Current?.Fence is { } fence)
            variables["LODESTAR_FENCE"] = fence.ToString();
        if (briefing is not null)
            variables["LODESTAR_BRIEFING"] = briefing;
        return variables;
    }

    private static AgentId Named(string name) =>
        new("A" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4)));
}
