using System.Text.Json;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>Which events end which action of the agent protocol, and what they mean. Pure.</summary>
internal static class TerminalEvents
{
    /// <summary>What an event means for the action; null when the action goes on.</summary>
    internal static TurnEnd? Read(string action, JsonElement message)
    {
        var name = AgentProtocol.Text(message, "event");
        var payload = message.TryGetProperty("payload", out var found) ? found : default;
        var end = (action, name) switch
        {
            (_, "error") => new TurnEnd(ExitStatus.Failed, Words(payload))
            {
                Problem = $"The agent reported {AgentProtocol.OptionalText(payload, "code") ?? "an error"}: "
                    + $"{AgentProtocol.OptionalText(payload, "message") ?? "no message"}",
            },
            ("implement" or "implement_changes", "builder.completed") => Built(payload),
            ("review", "review.completed") => Reviewed(AgentProtocol.OptionalText(message, "status"), payload),
            ("update_spec", "spec.updated") => new TurnEnd(ExitStatus.Completed, Words(payload)) { Verdict = "updated" },
            ("update_spec", "spec.no_changes_needed") =>
                new TurnEnd(ExitStatus.Completed, Words(payload)) { Verdict = "no_changes_needed" },
            ("update_spec", "spec.changes_requested") =>
                new TurnEnd(ExitStatus.Completed, Words(payload)) { Verdict = "changes_requested" },
            ("intake" or "task_discovery",
                "orchestration.proposed_tasks" or "orchestration.needs_clarification" or "orchestration.plan_conflict") =>
                new TurnEnd(ExitStatus.Completed, payload.ValueKind == JsonValueKind.Object ? payload.GetRawText() : ""),
            _ => null,
        };
        return end is null ? null : end with { CostUsd = Cost(payload), Tokens = Tokens(payload) };
    }

    // A builder's tests are its word, not evidence; but one that says they failed, or says nothing, has not finished.
    private static TurnEnd Built(JsonElement payload)
    {
        if (payload.ValueKind != JsonValueKind.Object
            || !payload.TryGetProperty("tests", out var tests)
            || tests.ValueKind != JsonValueKind.Object)
            return Failed(payload, "builder.completed came without its tests object.");
        var allowed = tests.TryGetProperty("allowed_failures", out var allow) && allow.ValueKind == JsonValueKind.True;
        return AgentProtocol.OptionalText(tests, "status") switch
        {
            "pass" => new TurnEnd(ExitStatus.Completed, Words(payload)) { NoChange = NoChange(payload) },
            "fail" when allowed => new TurnEnd(ExitStatus.Completed, Words(payload)) { NoChange = NoChange(payload) },
            "fail" => Failed(payload, $"The builder's own tests failed: {AgentProtocol.OptionalText(tests, "summary") ?? "no summary"}"),
            var status => Failed(payload, $"builder.completed has the test status \"{status}\"; it is pass or fail."),
        };
    }

    private static TurnEnd Reviewed(string? status, JsonElement payload) => status is "approved" or "changes_requested"
        ? new TurnEnd(ExitStatus.Completed, Words(payload)) { Verdict = status }
        : Failed(payload, $"review.completed has the status \"{status}\"; it is approved or changes_requested.");

    private static TurnEnd Failed(JsonElement payload, string problem) =>
        new(ExitStatus.Failed, Words(payload)) { Problem = problem };

    private static string Words(JsonElement payload)
    {
        foreach (var name in (string[])["findings", "summary", "message", "notes"])
        {
            if (payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out var value))
                return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        }

        return "";
    }

    private static string? NoChange(JsonElement payload) => AgentProtocol.OptionalText(payload, "no_change");

    private static decimal? Cost(JsonElement payload) =>
        Usage(payload, "cost_usd") is { } value && value.TryGetDecimal(out var cost) && cost >= 0 ? cost : null;

    private static long? Tokens(JsonElement payload) =>
        Usage(payload, "tokens") is { } value && value.TryGetInt64(out var tokens) && tokens >= 0 ? tokens : null;

    private static JsonElement? Usage(JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object
        && payload.TryGetProperty("usage", out var usage)
        && usage.ValueKind == JsonValueKind.Object
        && usage.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number
            ? value
            : null;
}
