using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core.Runs;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Schemas;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Schemas;

/// <summary>Files as runs write them, and as hands and accidents leave them.</summary>
public sealed class ValidateFileTests : IDisposable
{
    private const string Command = """{"kind":"command","message_id":"cmd-0123abcd","correlation_id":"c1","task_id":"F001","idempotency_key":"ik:0000000000000000000000000000000000000000000000000000000000000000","to":{"agent_type":"reviewer"},"action":"review","inputs":{"attempt":1,"round":1},"expected_outputs":[],"version":{"snapshot_id":"snap-0123456789ab"},"deadline":"2031-05-14T12:00:00Z","retry":{"attempt":0,"max_attempts":3},"priority":5}""";
    private const string Answer = """{"kind":"event","message_id":"evt-1","correlation_id":"c1","task_id":"F001","from":{"agent_type":"reviewer"},"event":"review.completed","status":"approved","payload":{"summary":"Fine."},"artifacts":[{"path":"a/b","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":3}],"observed_version":{"snapshot_id":"snap-0123456789ab"},"occurred_at":"2031-05-14T12:00:00Z"}""";
    private const string Beat = """{"kind":"heartbeat","agent":{"agent_type":"reviewer","agent_id":"A1"},"seq":1,"status":"busy","pid":7,"uptime_s":1,"last_activity_at":"2031-05-14T12:00:00Z"}""";
    private const string Log = """{"kind":"log","level":"info","message":"hello","timestamp":"2031-05-14T12:00:00Z"}""";

    private static readonly SimulatedWorld World = Lived();
    private readonly ScratchDirectory scratch = new();

    public static TheoryData<string> Kinds => [.. ValidateFile.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_file_of_every_kind_is_known_by_its_content_and_sound(string kind)
    {
        var checkedFile = (await CheckAsync(kind == "charter" ? "charter.yaml" : "file", Sound(kind))).Data!;

        Assert.Equal((kind, true, 0), (checkedFile.Kind, checkedFile.Valid, checkedFile.Total));
    }

    [Theory]
    [InlineData("receipt", "\"round\": 1,", "\"round\": 0,", "minimum", "$.round", 6)]
    [InlineData("receipt", "\"round\": 1,", "\"round\": 1, \"round\": 1,", "member-repeated", "round", 6)]
    [InlineData("receipt", "\"run_id\": \"run-", "\"run_id\": \"../run-", "pattern", "$.run_id", 2)]
    [InlineData("receipt", "\"round\": 1,", "\"round\": 1, \"rounds\": 2,", "additionalProperties", "$.rounds", 6)]
    [InlineData("plan", "\"base_branch\"", "\"branch\"", "required", "$", 1)]
    [InlineData("snapshot", "100755", "100644", "identity", "$", 1)]
    [InlineData("snapshot", "\"path\": \"a b\"", "\"path\": \"z\"", "order", "$", 1)]
    [InlineData("snapshot", "\"path\": \"a b\"", "\"path\": \"lib\"", "path-repeated", "$", 1)]
    [InlineData("snapshot", "\"path\": \"a b\"", "\"path\": \"../b\"", "pattern", "$.files[0].path", 5)]
    [InlineData("charter", "lanes: 2", "lanse: 2", "key-known", "$", 2)]
    public async Task What_is_wrong_is_named_with_its_line_its_place_and_its_rule(string kind, string old, string now, string rule, string at, int line)
    {
        var sound = Sound(kind);
        Assert.Contains(old, sound, StringComparison.Ordinal);

        var outcome = await CheckAsync("file", sound.Replace(old, now, StringComparison.Ordinal), kind);

        Assert.Equal("file-invalid", outcome.Refusal?.Code);
        Assert.Contains((rule, at, line), outcome.Data!.Problems.Select(problem => (problem.Rule, problem.At, (int)problem.Line)));
    }

    [Theory]
    [InlineData("torn", 3)]
    [InlineData("line-too-long", 2)]
    [InlineData("not-utf8", 2)]
    [InlineData("nul-padding", 2)]
    [InlineData("byte-order-mark", 1)]
    [InlineData("not-json", 2)]
    [InlineData("half-surrogate", 2)]
    [InlineData("kind", 2)]
    [InlineData("message-repeated", 3)]
    [InlineData("answers-nothing", 2)]
    [InlineData("task-differs", 2)]
    [InlineData("role-differs", 2)]
    [InlineData("snapshot-differs", 2)]
    public async Task A_transcript_says_which_line_breaks_which_rule(string rule, int line)
    {
        var outcome = await CheckAsync("file", Broken(rule), "transcript");

        Assert.Equal([(rule, (long)line)], outcome.Data!.Problems.Select(problem => (problem.Rule, problem.Line)));
    }

    [Fact]
    public async Task A_damaged_ledger_is_told_with_its_line_and_a_torn_one_too()
    {
        var lines = World.Ledger;

        var damaged = await CheckAsync("ledger.ndjson", string.Join('\n', [lines[0], lines[2]]) + "\n");
        var torn = await CheckAsync("ledger.ndjson", lines[0] + "\n" + lines[1][..^9]);

        Assert.Equal(("sequence-gap", 2), (damaged.Data!.Problems[0].Rule, damaged.Data.Problems[0].Line));
        Assert.Equal(("torn", 2), (torn.Data!.Problems[0].Rule, torn.Data.Problems[0].Line));
    }

    [Fact]
    public async Task Many_problems_are_counted_and_the_first_of_them_listed()
    {
        var outcome = await CheckAsync("file", string.Concat(Enumerable.Repeat("what?\n", 1000)), "transcript");

        Assert.Equal((1000, 100), (outcome.Data!.Total, outcome.Data.Problems.Length));
    }

    [Theory]
    [InlineData("", "kind-unknown")]
    [InlineData("[1, 2]", "kind-unknown")]
    [InlineData("{\"a\": 1}", "kind-unknown")]
    [InlineData("no json at all", "kind-unknown")]
    public async Task A_file_that_is_nothing_we_know_asks_for_its_kind(string text, string code) =>
        Assert.Equal(code, (await CheckAsync("file", text)).Refusal?.Code);

    [Fact]
    public async Task A_file_that_is_not_there_is_refused() =>
        Assert.Equal("file-unknown", (await Assert.ThrowsAsync<RefusedException>(
            () => new ValidateFile(scratch.PathOf("no"), null).ExecuteAsync(CancellationToken.None))).Refusal.Code);

    /// <summary>Members nobody knows are kept, so only these may be added or renamed freely.</summary>
    [Theory]
    [InlineData("command", Command)]
    [InlineData("event", Answer)]
    [InlineData("heartbeat", Beat)]
    [InlineData("log", Log)]
    public void No_damaged_message_fits_the_schema_of_its_kind(string kind, string line)
    {
        var schema = PublishedSchema.Of(kind);
        var message = JsonNode.Parse(line)!;
        var required = schema["required"]!.AsArray().Select(name => $"$.{name}").ToArray();

        PublishedSchemaTests.Fits(kind, message);
        Assert.DoesNotContain(JsonSchemaMutations.Unnoticed(schema, message), what =>
            !what.EndsWith(" with one more member", StringComparison.Ordinal)
            && (!what.EndsWith(" renamed", StringComparison.Ordinal) || required.Contains(what[..^" renamed".Length])));
    }

    [Theory]
    [InlineData("review.completed", "\"status\":\"approved\"", "\"status\":\"rejected\"")]
    [InlineData("review.completed", "\"status\":\"approved\",", "")]
    [InlineData("builder.completed", "\"summary\":\"Fine.\"", "\"summary\":\"Fine.\"")]
    [InlineData("builder.completed", "\"summary\":\"Fine.\"", "\"tests\":{\"status\":\"FAILED\"}")]
    [InlineData("error", "\"summary\":\"Fine.\"", "\"message\":\"no code\"")]
    [InlineData("review.done", "c1", "c1")]
    [InlineData("builder.progress", "\"path\":\"a/b\"", "\"path\":\"../../etc/passwd\"")]
    [InlineData("builder.progress", "\"path\":\"a/b\"", "\"path\":\"/etc/passwd\"")]
    [InlineData("builder.progress", "\"size\":3", "\"size\":-5")]
    [InlineData("builder.progress", "\"sha256\":\"0", "\"sha256\":\"md5:0")]
    public void An_event_without_what_its_name_promises_does_not_fit(string name, string old, string now)
    {
        var line = Answer.Replace("review.completed", name, StringComparison.Ordinal);
        var changed = JsonNode.Parse(line.Replace(old, now, StringComparison.Ordinal))!;

        Assert.NotEmpty(JsonSchemaCheck.Problems(PublishedSchema.Of("event"), changed));
    }

    [Fact]
    public void Every_key_a_charter_may_have_fits_its_schema_and_a_key_it_may_not_have_does_not()
    {
        var charter = YamlMapOf(Sound("charter"));

        PublishedSchemaTests.Fits("charter", charter);
        Assert.Equal([], JsonSchemaMutations.Unnoticed(PublishedSchema.Of("charter"), charter));
    }

    public void Dispose() => scratch.Dispose();

    private static JsonNode YamlMapOf(string yaml) => Lodestar.Engine.Yaml.YamlJson.Of(Lodestar.Engine.Yaml.YamlDocument.Parse(yaml).Root!)!;

    private Task<Core.Outcome<ValidatedFile>> CheckAsync(string name, string text, string? kind = null)
    {
        var path = scratch.PathOf(name);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
        return new ValidateFile(path, kind).ExecuteAsync(CancellationToken.None);
    }

    private static string Sound(string kind) => kind switch
    {
        "transcript" => string.Join('\n', [Command, Beat, Log, Answer]) + "\n",
        "ledger" => string.Join('\n', World.Ledger) + "\n",
        "receipt" => PublishedSchemaTests.Receipts(World).First().ToJsonString(new() { WriteIndented = true }),
        "snapshot" => JsonSerializer.Serialize(
            SnapshotManifest.Of([new("a b", "100755", new('a', 64), 3), new("lib", "160000", new('b', 64), 0)]), PlanJson.Default.SnapshotManifest),
        "plan" => JsonSerializer.Serialize(World.State.Plan, PlanJson.Default.RunPlan),
        "run-state" => JsonSerializer.Serialize(RunView.Of(World.State), RunViewJson.Default.RunView),
        "briefing" => Briefing.ForBuilder(World.State.Plan, World.State.Plan.Tasks[0].Id, new AttemptFacts(1, 1)).ToJson(),
        _ => """
            policy:
              lanes: 2
              lease_ttl: 15m
              budget: {usd: 2.5, tokens: 1000}
              merge_strategy: squash
            pipeline: [implement, check, review, maintain-spec, merge]
            checks:
              - {name: build, run: make, timeout: 1h30m}
            profiles:
              builder: {adapter: exec, command: [make], model: m, guidance: g, env: [HOME], timeout: 5m}
            protected_paths: [".github/**"]
            rules: ["Be kind"]
            lane: {setup: ["npm ci"], copy: [".env"]}
            on_finish: make bell
            spec_documents:
              SPEC.md: ["## Status"]
            redact: ['shop-\d{6}']
            """,
    };

    private static string Broken(string rule) => rule switch
    {
        "torn" => $"{Command}\n{Log}\n{Answer}",
        "line-too-long" => $"{Command}\n{Log.Replace("hello", new string('x', AgentProtocol.LineLimit), StringComparison.Ordinal)}\n",
        "not-utf8" => $"{Command}\n{Log.Replace("hello", "\u00ff", StringComparison.Ordinal)}\n",
        "nul-padding" => $"{Command}\n\0\0\0\0\n",
        "byte-order-mark" => $"\u00ef\u00bb\u00bf{Log}\n{Log}\n",
        "not-json" => $"{Command}\n{Log}{Log}\n",
        "half-surrogate" => $"{Command}\n{Log.Replace("hello", "\\ud800", StringComparison.Ordinal)}\n",
        "kind" => $"{Command}\n{Log.Replace("\"log\"", "\"gossip\"", StringComparison.Ordinal)}\n",
        "message-repeated" => $"{Command}\n{Answer}\n{Answer}\n",
        "answers-nothing" => $"{Command}\n{Answer.Replace("c1", "c2", StringComparison.Ordinal)}\n",
        "task-differs" => $"{Command}\n{Answer.Replace("F001", "F002", StringComparison.Ordinal)}\n",
        "role-differs" => $"{Command}\n{Answer.Replace("reviewer", "builder", StringComparison.Ordinal)}\n",
        _ => $"{Command}\n{Answer.Replace("snap-0123456789ab", "snap-ba9876543210", StringComparison.Ordinal)}\n",
    };

    private static SimulatedWorld Lived()
    {
        var world = new SimulatedWorld(3);
        world.Live();
        return world;
    }
}
