using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Engine.Agents;
using Lodestar.Engine.Schemas;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Schemas;

/// <summary>What is published in <c>schemas/v1</c> is what is written, no more and no less.</summary>
public sealed class PublishedSchemaTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly SimulatedWorld[] Worlds = [.. Enumerable.Range(1, 12).Select(Lived)];

    public static TheoryData<string> Generated => [.. GeneratedSchemas.All.Keys];

    /// <summary><c>LODESTAR_UPDATE_SCHEMAS=1</c> writes the files anew.</summary>
    [Theory]
    [MemberData(nameof(Generated))]
    public void A_published_schema_is_that_of_the_type_that_is_written(string name)
    {
        var path = SourceTree.PathOf("schemas", "v1", name + ".json");
        var made = GeneratedSchemas.All[name].ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable("LODESTAR_UPDATE_SCHEMAS") is { Length: > 0 })
            File.WriteAllText(path, made);

        Assert.True(File.ReadAllText(path) == made, $"{path} is not the schema of its type; LODESTAR_UPDATE_SCHEMAS=1 writes it, then review the change.");
    }

    [Fact]
    public void The_program_carries_every_published_schema_and_no_other()
    {
        var files = Directory.GetFiles(SourceTree.PathOf("schemas", "v1")).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

        Assert.Equal(files, PublishedSchema.Names);
        Assert.All(PublishedSchema.Names, name => Assert.Equal(
            "https://json-schema.org/draft/2020-12/schema", PublishedSchema.Of(name)["$schema"]!.GetValue<string>()));
    }

    [Fact]
    public void Every_line_of_every_ledger_fits_and_no_damaged_one_does()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Worlds.SelectMany(world => world.Ledger).Select(line => JsonNode.Parse(line)!))
        {
            Fits("ledger-line", line);
            // The first of each kind is damaged in every way; the others would only take longer.
            if (seen.Add(line["type"]!.GetValue<string>() + line["data"]!["effect"]?["kind"] + (line["data"]!["result"] as JsonObject)?["kind"]))
                NoDamageFits("ledger-line", line);
        }

        Assert.InRange(seen.Count, 25, 100);
    }

    [Fact]
    public void Receipts_plans_and_views_of_runs_fit_and_no_damaged_one_does()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var world in Worlds)
        {
            foreach (var receipt in Receipts(world))
            {
                Fits("receipt", receipt);
                if (seen.Add(receipt["step"]!.GetValue<string>()))
                    NoDamageFits("receipt", receipt);
            }

            Fits("plan", JsonSerializer.SerializeToNode(world.State.Plan, PlanJson.Default.RunPlan)!);
            Fits("run-state", JsonSerializer.SerializeToNode(RunView.Of(world.State), RunViewJson.Default.RunView)!);
        }

        Assert.Superset(new HashSet<string> { "implement", "check", "review", "merge" }, seen);
        NoDamageFits("plan", JsonSerializer.SerializeToNode(Worlds[0].State.Plan, PlanJson.Default.RunPlan)!);
        NoDamageFits("run-state", JsonSerializer.SerializeToNode(RunView.Of(Worlds[0].State), RunViewJson.Default.RunView)!);
    }

    [Fact]
    public void Snapshots_and_briefings_fit_and_no_damaged_one_does()
    {
        var snapshot = SnapshotManifest.Of([new("a b", "100644", new('a', 64), 3), new("lib", "160000", new('b', 64), 0)]);
        var plan = Worlds[0].State.Plan;
        var briefing = Briefing.ForBuilder(plan, plan.Tasks[0].Id, new AttemptFacts(2, 1)
        {
            Notes = ["Mind the gap."],
            Problems = ["It did not build."],
            FailedChecks = [new("tests", "1 failed")],
            Conflict = new(plan.BaseCommit, ["a.txt"]),
        });

        foreach (var (name, value) in new[]
        {
            ("snapshot", JsonSerializer.SerializeToNode(snapshot, PlanJson.Default.SnapshotManifest)!),
            ("briefing", JsonNode.Parse(briefing.ToJson())!),
        })
        {
            Fits(name, value);
            NoDamageFits(name, value);
        }
    }

    [Theory]
    [InlineData("receipt", "task_id", "a\nb")]
    [InlineData("receipt", "round", 0)]
    [InlineData("receipt", "step", "verify")]
    [InlineData("receipt", "finished_at", "yesterday")]
    [InlineData("receipt", "idempotency_key", "ik:0")]
    [InlineData("receipt", "commit", "HEAD")]
    [InlineData("plan", "snapshot_id", "snap-1")]
    [InlineData("plan", "pipeline", "merge")]
    [InlineData("run-state", "status", "done")]
    [InlineData("run-state", "run_id", "run-1")]
    public void A_value_of_the_right_type_and_a_wrong_form_does_not_fit(string name, string member, object value)
    {
        var whole = (name switch
        {
            "receipt" => Receipts(Worlds[0]).First(),
            "plan" => JsonSerializer.SerializeToNode(Worlds[0].State.Plan, PlanJson.Default.RunPlan)!,
            _ => JsonSerializer.SerializeToNode(RunView.Of(Worlds[0].State), RunViewJson.Default.RunView)!,
        }).DeepClone();
        whole[member] = value is int number ? JsonValue.Create(number) : JsonValue.Create((string)value);

        Assert.Equal([$"$.{member}"], JsonSchemaCheck.Problems(PublishedSchema.Of(name), whole).Select(problem => problem.At));
    }

    [Fact]
    public void Every_key_of_policy_is_in_the_schema_of_the_charter()
    {
        var policy = PublishedSchema.Of("charter")["properties"]!["policy"]!["properties"]!.AsObject();
        var named = policy.Where(key => key.Key != "budget").Select(key => key.Key)
            .Concat(policy["budget"]!["properties"]!.AsObject().Select(key => "budget_" + key.Key));

        Assert.Equal(PolicyKey.All.Select(key => key.Name).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    internal static IEnumerable<JsonObject> Receipts(SimulatedWorld world) =>
        world.Ledger.Select(line => (JsonNode.Parse(line)!["data"]!["result"] as JsonObject)?["receipt"]).OfType<JsonObject>();

    internal static void Fits(string name, JsonNode value)
    {
        var problems = JsonSchemaCheck.Problems(PublishedSchema.Of(name), value);
        Assert.True(problems.Count == 0, $"{name}: {string.Join('\n', problems)}\n{value.ToJsonString(Indented)}");
    }

    private static void NoDamageFits(string name, JsonNode value) =>
        Assert.Equal([], JsonSchemaMutations.Unnoticed(PublishedSchema.Of(name), value));

    private static SimulatedWorld Lived(int seed)
    {
        var world = new SimulatedWorld(seed);
        world.Live();
        return world;
    }
}
