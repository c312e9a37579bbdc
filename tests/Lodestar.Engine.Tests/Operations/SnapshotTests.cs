using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class SnapshotTests : IDisposable
{
    private const string Tasks = "  F001: {title: First, mine: kept} # a remark\n  F002:\n    title: Second\n    depends_on: [F001]\nfeatures:\n  login: [F001]\nextra: [1, two]";

    private readonly PlaneProject project = new(Tasks);
    private readonly PlaneProject target = new("  {}");

    public void Dispose()
    {
        project.Dispose();
        target.Dispose();
    }

    /// <summary>Each byte chooses one thing to do; what is refused changes nothing, which is fine too.</summary>
    [Fact]
    public void What_is_exported_and_imported_is_exported_the_same() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(8).WithEndSize(30), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), RoundTrip));

    private static void RoundTrip(byte[] deeds)
    {
        using var from = new PlaneProject(Tasks);
        using var to = new PlaneProject("  {}");
        LiveAsync(from, deeds).GetAwaiter().GetResult();

        var before = Export(from, messages: true);
        Import(from, to, before);
        to.Clock.Advance(from.Clock.GetUtcNow() - TestClock.Noon);
        var after = Export(to, messages: true);

        Assert.Equal(Plain(before), Plain(after));
    }

    [Fact]
    public async Task A_snapshot_has_the_fields_scripts_know_and_every_byte_of_the_spec()
    {
        var agent = await project.JoinAsync("Ada");
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);

        var snapshot = Export(project, messages: false);

        Assert.Equal("ready", snapshot["spec"]!["tasks"]!["F002"]!["status"]!.GetValue<string>());
        Assert.Equal("""["F001"]""", snapshot["spec"]!["features"]!["login"]!.ToJsonString());
        Assert.Equal(agent, snapshot["runtime"]!["active_leases"]![0]!["agent_id"]!.GetValue<string>());
        Assert.Equal(File.ReadAllText(Path.Combine(project.Root, ".lodestar", "spec.yaml")), snapshot["spec"]!["source"]!.GetValue<string>());
        Assert.False(snapshot["runtime"]!.AsObject().ContainsKey("messages"));
    }

    [Fact]
    public void A_project_without_a_store_has_no_runtime_to_export_and_stays_without()
    {
        Assert.Null(Export(project, messages: true)["runtime"]);
        Assert.False(File.Exists(project.Database));
    }

    [Fact]
    public async Task The_restored_lease_keeps_others_out_and_later_fences_are_higher()
    {
        var agent = await project.JoinAsync();
        var claimed = await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        Import(project, target, Export(project, messages: false));

        Assert.Equal("task-claimed", await target.RefusedAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync));
        await target.DoneAsync(new ReleaseTask("F001", agent).ExecuteAsync);
        Assert.True((await target.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync)).Fence > claimed.Fence);
    }

    [Fact]
    public async Task Nothing_is_put_over_definitions_or_a_runtime_that_are_there()
    {
        await project.JoinAsync();
        var file = Write(project, Export(project, messages: false));
        using var other = new PlaneProject("  X1: {title: Theirs}");

        Assert.Equal("import-not-empty", await other.RefusedAsync(new ImportSnapshot(file).ExecuteAsync));
        Assert.Equal("import-not-empty", await project.RefusedAsync(new ImportSnapshot(file).ExecuteAsync));
        Assert.False(File.Exists(other.Database));
        Assert.Contains("X1", File.ReadAllText(Path.Combine(other.Root, ".lodestar", "spec.yaml")));
    }

    [Fact]
    public async Task A_lost_runtime_is_restored_beside_the_same_definitions()
    {
        var agent = await project.JoinAsync();
        var file = Write(project, Export(project, messages: false));
        await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync);

        await project.DoneAsync(new ImportSnapshot(file).ExecuteAsync);

        Assert.Equal(agent, Assert.Single((await project.DoneAsync(new ListAgents().ExecuteAsync)).Agents).AgentId.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"format": 2}""")]
    [InlineData("""{"\ud800": 1}""")]
    [InlineData("""{"format": 1, "timestamp": "\ud800"}""")]
    [InlineData("""{"format": 1, "timestamp": "x"}""")]
    public async Task What_is_no_snapshot_is_refused(string text)
    {
        var file = Path.Combine(project.Root, "snapshot.json");
        File.WriteAllText(file, text);

        Assert.Equal("snapshot-invalid", await target.RefusedAsync(new ImportSnapshot(file).ExecuteAsync));
        Assert.Equal("snapshot-missing", await target.RefusedAsync(new ImportSnapshot(file + ".none").ExecuteAsync));
    }

    [Theory]
    [InlineData("agents", "agent_id", "robert")]
    [InlineData("agents", "last_seen_at", "yesterday")]
    [InlineData("agents", "capabilities", "{}")]
    [InlineData("agents", "registered_at", null)]
    [InlineData("leases", "agent_id", "A00000000")]
    [InlineData("events", "data", "[]")]
    public async Task Rows_that_no_store_could_hold_are_refused_and_nothing_is_made(string table, string column, string? value)
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        var snapshot = Export(project, messages: false);
        var rows = snapshot["runtime"]!["store"]!["tables"]![table]!;
        var index = rows["columns"]!.AsArray().Index().First(named => named.Item!.GetValue<string>() == column).Index;
        rows["rows"]![0]![index] = value;

        Assert.Equal("snapshot-invalid", await target.RefusedAsync(new ImportSnapshot(Write(project, snapshot)).ExecuteAsync));
        Assert.Equal(["spec.lock", "spec.yaml"], Names(target).Except(["runtime.sqlite.lock"]));
    }

    [Fact]
    public void Every_table_of_the_schema_is_copied_or_left_out_on_purpose()
    {
        using var blank = StoreSchema.Blank();
        var tables = blank.Query(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!' and name not like 'message_words%'", row => row.Text(0));

        Assert.Equal([.. StoreCopy.Tables.Concat(StoreCopy.LeftOut).Order()], tables.Order());
    }

    private static async Task LiveAsync(PlaneProject project, byte[] deeds)
    {
        var agents = new List<string> { await project.JoinAsync("Zoë", "c#", "\"quoted\"") };
        foreach (var deed in deeds)
        {
            var agent = agents[deed % agents.Count];
            var task = deed % 2 == 0 ? "F001" : "F002";
            _ = (deed / 4 % 7) switch
            {
                0 => (await project.RunAsync(new ClaimTask(task, agent, TimeSpan.FromMinutes(1 + (deed % 9))).ExecuteAsync)).Refusal,
                1 => (await project.RunAsync(new ReleaseTask(task, agent).ExecuteAsync)).Refusal,
                2 => (await project.RunAsync(new CompleteTask(task, agent).ExecuteAsync)).Refusal,
                3 => (await project.RunAsync(new VerifyTask([task], agent).ExecuteAsync)).Refusal,
                4 => (await project.RunAsync(new HeartbeatAgent(agent).ExecuteAsync)).Refusal,
                5 => (await project.RunAsync(new LeaveAgent(agent).ExecuteAsync)).Refusal,
                _ => null,
            };
            if (deed % 5 == 0)
                agents.Add(await project.JoinAsync());
            project.Clock.Advance(TimeSpan.FromSeconds(deed));
        }
    }

    private static JsonObject Export(PlaneProject project, bool messages)
    {
        var snapshot = project.DoneAsync(new ExportSnapshot(messages).ExecuteAsync).GetAwaiter().GetResult();
        return JsonSerializer.SerializeToNode(snapshot, PlaneJson.Default.ProjectSnapshot)!.AsObject();
    }

    private static void Import(PlaneProject from, PlaneProject to, JsonObject snapshot) =>
        to.DoneAsync(new ImportSnapshot(Write(from, snapshot)).ExecuteAsync).GetAwaiter().GetResult();

    private static string Write(PlaneProject beside, JsonObject snapshot)
    {
        var file = Path.Combine(beside.Root, "snapshot.json");
        File.WriteAllText(file, snapshot.ToJsonString());
        return file;
    }

    private static string Plain(JsonObject snapshot)
    {
        var copy = snapshot.DeepClone().AsObject();
        copy.Remove("timestamp");
        return copy.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static IEnumerable<string?> Names(PlaneProject project) =>
        Directory.GetFileSystemEntries(Path.Combine(project.Root, ".lodestar")).Select(Path.GetFileName).Order();
}
