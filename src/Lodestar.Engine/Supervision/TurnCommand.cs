using System.Text.Json.Nodes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Agents;

namespace Lodestar.Engine.Supervision;

/// <summary>The one command a native agent is sent for a turn.</summary>
/// <remarks>Everything but the deadline follows from the ledger, so a turn that is taken again after a crash is asked for in
/// the same words under the same key.</remarks>
internal static class TurnCommand
{
    private const int Priority = 5;

    internal static string Of(
        RunState state, IdempotencyKey key, Effect.RunTurn turn, string briefing, DateTimeOffset deadline)
    {
        var digest = key.Value[^8..];
        return AgentProtocol.Line(new AgentCommand(
            "command",
            $"cmd-{digest}",
            $"corr-{digest}",
            turn.Task.Value,
            key.Value,
            new AgentAddress(AgentRoles.Name(turn.Role)),
            turn.Role switch
            {
                AgentRole.Builder => turn.Round == 1 ? "implement" : "implement_changes",
                AgentRole.Reviewer => "review",
                AgentRole.SpecMaintainer => "update_spec",
                _ => throw new InvalidOperationException($"Role {turn.Role} takes no turns."),
            },
            Inputs(state, turn, briefing),
            [],
            new ObservedVersion(state.Plan.SnapshotId.Value),
            deadline,
            new RetryState(turn.Attempt - 1, state.Plan.Policy.MaxAttempts.Value),
            Priority));
    }

    private static JsonObject Inputs(RunState state, Effect.RunTurn turn, string briefing)
    {
        var attempt = state.Tasks[turn.Task].Current!;
        var inputs = new JsonObject
        {
            ["run_id"] = state.Run.Value,
            ["attempt"] = turn.Attempt,
            ["round"] = turn.Round,
            ["base"] = turn.Base.Value,
            ["from"] = turn.From.Value,
            ["briefing"] = briefing,
        };
        switch (turn.Role)
        {
            case AgentRole.Builder when attempt.ReviewFindings is { } findings:
                (inputs["findings"], inputs["findings_sha256"]) = (findings, Sha256Text.Of(findings));
                break;
            case AgentRole.Reviewer:
                inputs["head"] = turn.From.Value;
                inputs["head_tree"] = attempt.Tree?.Value;
                var task = state.Plan.Tasks.First(task => task.Id == turn.Task);
                inputs["acceptance_criteria"] = new JsonArray([.. task.AcceptanceCriteria.Select(one => (JsonNode)one)]);
                break;
            case AgentRole.SpecMaintainer:
                inputs["head"] = turn.From.Value;
                inputs["head_tree"] = attempt.CandidateTree!.Value.Value;
                inputs["documents"] = new JsonObject([.. state.Plan.SpecDocuments.Select(document =>
                    KeyValuePair.Create<string, JsonNode?>(document.Path, new JsonArray([.. document.Sections.Select(one => (JsonNode)one)])))]);
                break;
            default:
                break;
        }

        return inputs;
    }
}
