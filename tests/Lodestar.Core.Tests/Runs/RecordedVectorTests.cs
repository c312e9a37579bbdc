using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.TestKit;

namespace Lodestar.Core.Tests.Runs;

/// <summary>Values recorded from the system this one follows (<c>tests/Vectors</c>). Ours are the same byte for byte, except where
/// theirs are wrong; each exception is named with its reason.</summary>
public sealed class RecordedVectorTests
{
    private static readonly JsonNode Recorded = JsonNode.Parse(SourceTree.Read("tests/Vectors/recorded.json"))!;

    /// <summary>Canonical JSON is RFC 8785 here; there it was what one library printed. Null: refused.</summary>
    private static readonly Dictionary<string, string?> OtherForms = new(StringComparer.Ordinal)
    {
        ["html-escape"] = """{"<k>":"&","goal":"a<b && c>d"}""",
        ["key-order-bytes-vs-utf16"] = """{"😀":1,"｡":2}""",
        ["dup-key-last-wins"] = null,
    };

    /// <summary>Keys over inputs whose canonical form differs, or over names that could be split in two ways. Null: refused.</summary>
    private static readonly string[] OtherKeys = ["unicode-html", "outputs"];

    private static readonly string[] RefusedKeys = ["collision-a", "collision-b"];

    public static TheoryData<string> Forms => Names("canonical_json");

    public static TheoryData<string> Keys => Names("idempotency_keys");

    public static TheoryData<int> Prefixes => [.. Enumerable.Range(0, Recorded["next_steps"]!.AsArray().Count)];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Canonical_forms_are_the_recorded_ones(string name)
    {
        var row = Row("canonical_json", name);
        var source = Encoding.UTF8.GetBytes(Text(row, "source_json"));
        if (OtherForms.TryGetValue(name, out var other) && other is null)
        {
            Assert.ThrowsAny<JsonException>(() => CanonicalJson.Bytes(source));
            return;
        }

        var bytes = CanonicalJson.Bytes(source);
        Assert.Equal(other ?? Text(row, "canonical"), Encoding.UTF8.GetString(bytes));
        if (other is null)
            Assert.Equal(Text(row, "sha256"), Sha256Text.Of(bytes));
    }

    [Fact]
    public void Digests_are_the_recorded_ones()
    {
        foreach (var row in Recorded["checksum"]!.AsArray())
        {
            var content = row!["content_utf8"] is { } text
                ? Encoding.UTF8.GetBytes(text.GetValue<string>())
                : [.. Enumerable.Repeat(Convert.FromHexString(Text(row["content_repeat"]!, "byte"))[0], row["content_repeat"]!["count"]!.GetValue<int>())];
            Assert.Equal(Text(row, "value"), "sha256:" + Sha256Text.Of(content));
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Keys_are_the_recorded_ones(string name)
    {
        var row = Row("idempotency_keys", name);
        if (RefusedKeys.Contains(name))
        {
            Assert.Throws<ArgumentException>(() => Key());
            return;
        }

        // A different form of the same inputs is a different key; nothing but the form may be the reason.
        Assert.Equal(!OtherKeys.Contains(name), Text(row, "idempotency_key") == Key().Value);
        var same = Encoding.UTF8.GetString(CanonicalJson.Bytes(Encoding.UTF8.GetBytes(Text(row, "inputs_canonical"))))
            + Encoding.UTF8.GetString(CanonicalJson.Bytes(Encoding.UTF8.GetBytes(Text(row, "expected_outputs_canonical"))))
            == Text(row, "inputs_canonical") + Text(row, "expected_outputs_canonical");
        Assert.Equal(!OtherKeys.Contains(name), same);

        IdempotencyKey Key() => IdempotencyKey.For(
            Text(row, "action"), new(Text(row, "task_id")), new(Text(row, "snapshot_id")), Parsed("inputs_canonical"), Parsed("expected_outputs_canonical"));

        JsonElement Parsed(string member) => JsonDocument.Parse(Text(row, member)).RootElement;
    }

    [Fact]
    public void Paths_stand_in_the_recorded_order()
    {
        string[] order = [.. Recorded["path_order"]!.AsArray().Select(path => path!.GetValue<string>())];
        var files = SnapshotManifest.Of(order.Reverse().Select(path => new SnapshotFile(path, "100644", new('0', 64), 1))).Files;

        Assert.Equal(order, files.Select(file => file.Path));
    }

    /// <summary>Half of these were taken for a finished run there.</summary>
    [Theory]
    [MemberData(nameof(Prefixes))]
    public void After_every_prefix_of_a_run_comes_the_right_step(int index)
    {
        var row = Recorded["next_steps"]![index]!;
        var plan = GivenPlan.Of(GivenRun.Task("A"));
        var run = GivenRun.Begun(plan with
        {
            SpecMaintainer = GivenPlan.Builder with { Name = Charter.SpecMaintainerProfile },
            SpecDocuments = [new("SPEC.md", ["## Changelog"])],
            Policy = RunPolicy.Resolve(new PolicyLayer(SettingSource.Flag, new PolicyValues { ReviewRounds = 9 })),
        });
        foreach (var step in row["so_far"]!.AsArray().Where(step => step![0]!.GetValue<string>() == "event"))
            Happened(run, step![1]!.GetValue<string>(), step[2]!.GetValue<string>());

        // A run that is told again from its ledger wants the same.
        var told = RunFold.All(GivenRun.Id, run.Ledger);
        Assert.Equal(row["next"]!.GetValue<string>(), Next(run.State));
        Assert.Equal(row["next"]!.GetValue<string>(), Next(told));
    }

    private static void Happened(GivenRun run, string what, string status)
    {
        switch (what)
        {
            case "builder.completed":
                run.Built("A").Collected("A").Checked("A");
                break;
            case "review.completed" when status == "approved":
                run.Reviewed("A", Verdict.Approved).Merged("A");
                break;
            case "review.completed":
                run.Reviewed("A", Verdict.ChangesRequested);
                break;
            case "spec.changes_requested":
                run.Maintained("A", Verdict.ChangesRequested).SpecCollected("A");
                break;
            default:
                run.Maintained("A", Verdict.Updated).SpecCollected("A").Checked("A").Published("A").Closed();
                break;
        }
    }

    private static string Next(RunState state) =>
        state.InFlight.Values.Select(pending => pending.Effect).OfType<Effect.RunTurn>().SingleOrDefault() is not { } turn
            ? (state.Outcome == RunOutcome.Completed ? "complete" : "nothing")
            : turn.Role switch
            {
                AgentRole.Builder => turn.Round == 1 ? "implement" : "implement_changes",
                AgentRole.Reviewer => "review",
                _ => "update_spec",
            };

    private static TheoryData<string> Names(string section) => [.. Recorded[section]!.AsArray().Select(row => Text(row!, "name"))];

    private static JsonNode Row(string section, string name) => Recorded[section]!.AsArray().Single(row => Text(row!, "name") == name)!;

    private static string Text(JsonNode row, string member) => row[member]!.GetValue<string>();
}
