using System.Text.Json.Nodes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The one command a native agent is sent for a turn (agent protocol v1).</summary>
internal static class TurnCommand
{
    internal static string Of(
        RunState state, IdempotencyKey key, Effect.RunTurn turn, string briefing, DateTimeOffset deadline)
    {
        var isBuilder = turn.Role == AgentRole.Builder;
        var digest = key.Value[^8..];
        return new JsonObject
        {
            ["kind"] = "command",
            ["message_id"] = $"cmd-{digest}",
            ["correlation_id"] = $"corr-{digest}",
            ["task_id"] = turn.Task.Value,
            ["idempotency_key"] = key.Value,
            ["to"] = new JsonObject { ["agent_type"] = isBuilder ? "builder" : "reviewer" },
            ["action"] = isBuilder ? turn.Round == 1 ? "implement" : "implement_changes" : "review",
            ["inputs"] = new JsonObject
            {
                ["run_id"] = state.Run.Value,
                ["attempt"] = turn.Attempt,
                ["round"] = turn.Round,
                ["base"] = turn.Base.Value,
                ["from"] = turn.From.Value,
                ["briefing"] = briefing,
            },
            ["expected_outputs"] = new JsonArray(),
            ["version"] = new JsonObject { ["snapshot_id"] = state.Plan.SnapshotId.Value },
            ["deadline"] = deadline.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"),
            ["retry"] = new JsonObject
            {
                ["attempt"] = turn.Attempt, ["max_attempts"] = state.Plan.Policy.MaxAttempts.Value,
            },
            ["priority"] = 5,
        }.ToJsonString();
    }
}
