using System.Text.Json.Nodes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Agents;

namespace Lodestar.Engine.Supervision;

/// <summary>The one command a native agent is sent for a turn.</summary>
internal static class TurnCommand
{
    private const int Priority = 5;

    internal static string Of(
        RunState state, IdempotencyKey key, Effect.RunTurn turn, string briefing, DateTimeOffset deadline)
    {
        var isBuilder = turn.Role == AgentRole.Builder;
        var digest = key.Value[^8..];
        return AgentProtocol.Line(new AgentCommand(
            "command",
            $"cmd-{digest}",
            $"corr-{digest}",
            turn.Task.Value,
            key.Value,
            new AgentAddress(isBuilder ? "builder" : "reviewer"),
            isBuilder ? turn.Round == 1 ? "implement" : "implement_changes" : "review",
            new JsonObject
            {
                ["run_id"] = state.Run.Value,
                ["attempt"] = turn.Attempt,
                ["round"] = turn.Round,
                ["base"] = turn.Base.Value,
                ["from"] = turn.From.Value,
                ["briefing"] = briefing,
            },
            [],
            new ObservedVersion(state.Plan.SnapshotId.Value),
            deadline,
            new RetryState(turn.Attempt - 1, state.Plan.Policy.MaxAttempts.Value),
            Priority));
    }
}
