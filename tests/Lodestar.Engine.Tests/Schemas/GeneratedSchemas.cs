using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Tests.Schemas;

/// <summary>The published schemas that follow from our own types, made from them: what the types do not say (forms of ids,
/// limits of numbers, closed sets of words) is said here, once.</summary>
internal static class GeneratedSchemas
{
    /// <summary>A path that leads neither up nor to a root.</summary>
    private const string Below = @"^(?!/)(?!([\s\S]*/)?\.\.(/|$))[\s\S]+$";

    private const string Digest = "^[0-9a-f]{64}$";

    private static readonly Dictionary<Type, string> Forms = new()
    {
        [typeof(AgentId)] = "^A[0-9A-F]{8}$",
        [typeof(LeaseId)] = "^L[0-9A-F]{8}$",
        [typeof(ProcessId)] = "^P[0-9A-F]{12}$",
        [typeof(RunId)] = "^run-[0-9]{8}-[0-9]{6}-[0-9a-f]{8}$",
        [typeof(MissionId)] = "^[0-9A-HJKMNP-TV-Z]{26}$",
        [typeof(ProjectId)] = "^[0-9A-HJKMNP-TV-Z]{26}$",
        [typeof(CommitId)] = "^([0-9a-f]{40}|[0-9a-f]{64})$",
        [typeof(TreeId)] = "^([0-9a-f]{40}|[0-9a-f]{64})$",
        [typeof(SnapshotId)] = "^snap-[0-9a-f]{12}$",
        [typeof(IdempotencyKey)] = "^ik:[0-9a-f]{64}$",
        [typeof(TaskId)] = @"^\S(.*\S)?$",
        [typeof(TimeSpan)] = "^(?=.)([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$",
    };

    private static readonly Dictionary<string, string[]> Words = new(StringComparer.Ordinal)
    {
        ["Receipt.step"] = ["implement", "check", "review", "maintain-spec", "merge"],
        ["Receipt.evidence"] = ["checked", "commit-only"],
        ["ReceiptCheck.status"] = ["passed", "failed", "timed_out", "not_run"],
        ["CheckResult.status"] = ["passed", "failed", "timed_out", "not_run"],
        ["SnapshotFile.mode"] = ["100644", "100755", "120000", "160000"],
        ["PlannedProfile.adapter"] = ["exec", "native", "scripted"],
        ["RunView.status"] = ["running", "paused", "completed", "failed", "aborted"],
        ["RunTaskView.status"] = ["waiting", "running", "reviewing", "merging", "integrated", "failed", "skipped", "held"],
        ["AttemptEnded.result"] = ["failed", "conflict", "lease-lost", "aborted"],
        ["ProcessEnded.status"] = ["exited", "crashed", "timed_out", "killed", "orphaned"],
        ["BriefingSelf.role"] = ["builder", "reviewer", "spec_maintainer"],
    };

    private static readonly string[] FromOne = ["attempt", "round", "number", "try", "lane", "seq"];
    private static readonly string[] FromZero = ["size", "priority", "attempts", "tokens", "cost_usd", "duration_ms", "exit_code", "fence"];

    /// <summary>Every one of them, by the name of its file.</summary>
    internal static IReadOnlyDictionary<string, JsonObject> All { get; } = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal)
    {
        ["receipt"] = Of(PlanJson.Default.Receipt, "receipt", "Proof that one step was finished: .lodestar/runs/RUN/receipts/TASK/step-N.json."),
        ["snapshot"] = Of(PlanJson.Default.SnapshotManifest, "snapshot", "The tree a run started from: .lodestar/runs/RUN/snapshot.json."),
        ["plan"] = Of(PlanJson.Default.RunPlan, "plan", "A run's frozen decision: .lodestar/runs/RUN/plan.json."),
        ["briefing"] = Of(PlanJson.Default.Briefing, "briefing", "What an agent is told: briefing.json beside briefing.md."),
        ["run-state"] = Of(RunViewJson.Default.RunView, "run state", "The fold of a run's ledger: .lodestar/runs/RUN/run.json, and the data of lodestar run show."),
        ["ledger-line"] = LedgerLine(),
    };

    private static JsonObject LedgerLine()
    {
        var definitions = new JsonObject();
        var alternatives = new JsonArray();
        foreach (var name in EventNames.All)
        {
            var shape = Of(EventNames.ShapeOf(name)!, name, null);
            shape.Remove("$schema");
            Prefix(shape, $"#/$defs/{name}");
            definitions[name] = shape;
            alternatives.Add((JsonNode)new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    ["type"] = new JsonObject { ["const"] = name },
                    ["data"] = new JsonObject { ["$ref"] = $"#/$defs/{name}" },
                },
            });
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ledger line",
            ["description"] = "One fact of a run: a line of .lodestar/runs/RUN/ledger.ndjson.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["v"] = new JsonObject { ["const"] = Lodestar.Engine.Storage.LedgerLine.Version },
                ["seq"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                ["run_id"] = Text(Forms[typeof(RunId)]),
                ["at"] = new JsonObject { ["type"] = "string", ["format"] = "date-time" },
                ["type"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. EventNames.All.Select(name => (JsonNode)name)]) },
                ["key"] = new JsonObject { ["type"] = new JsonArray("string", "null"), ["pattern"] = Forms[typeof(IdempotencyKey)] },
                ["actor"] = new JsonObject { ["type"] = "string" },
                ["data"] = new JsonObject { ["type"] = "object" },
                ["prev"] = Text(Digest),
            },
            ["required"] = new JsonArray("v", "seq", "run_id", "at", "type", "key", "actor", "data", "prev"),
            ["additionalProperties"] = false,
            ["anyOf"] = alternatives,
            ["$defs"] = definitions,
        };
    }

    private static JsonObject Of(JsonTypeInfo type, string title, string? description)
    {
        var schema = DataSchema.Of(type, title, Refine);
        if (description is not null)
            schema.Insert(2, "description", description);
        return schema;
    }

    private static JsonNode Refine(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(TimeSpan))
            return Text(Forms[type]);
        if (node is not JsonObject schema)
            return node;
        if (Forms.TryGetValue(type, out var form))
            schema["pattern"] = form;
        if (context.PropertyInfo is not { } property)
            return schema;
        if (property.Name == "path" && property.DeclaringType != typeof(Core.Policy.MaintainedDocument))
            schema["pattern"] = Below;
        else if (Words.TryGetValue($"{property.DeclaringType.Name}.{property.Name}", out var words))
            schema["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]);
        else if (type == typeof(string) && (property.Name is "sha256" or "briefing_hash" or "refs_digest"))
            schema["pattern"] = Digest;
        else if (property.Name == "definition_hash")
            schema["pattern"] = Digest.Replace("^", "^sha256:", StringComparison.Ordinal);
        else if (FromOne.Contains(property.Name) && type != typeof(string))
            schema["minimum"] = 1;
        else if (FromZero.Contains(property.Name) && type != typeof(string))
            schema["minimum"] = 0;
        return schema;
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <summary>Lets references inside a part find their aim after the part was put into a whole.</summary>
    private static void Prefix(JsonNode? part, string place)
    {
        switch (part)
        {
            case JsonObject members:
                if (members["$ref"]?.GetValue<string>() is ['#', .. var rest])
                    members["$ref"] = place + rest;
                foreach (var (_, member) in members)
                    Prefix(member, place);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Prefix(item, place);
                break;
            default:
                break;
        }
    }
}
