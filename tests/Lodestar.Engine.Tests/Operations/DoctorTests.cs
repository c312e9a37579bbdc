using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>What doctor finds and what <c>--fix</c> makes of it.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly PlaneProject project = new("  F001: {title: First}\n  F002: {title: Second}");

    private string State => Path.Combine(project.Root, ".lodestar");

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task A_task_that_waits_for_a_deleted_one_is_named_with_the_way_out()
    {
        project.Define("  F001: {title: First, status: deleted}\n  F002: {title: Second, depends_on: [F001]}\n  F003: {title: Third, status: verified, depends_on: [F001]}");

        var found = Assert.Single(await CheckAsync(), check => check.Status == "warn" && check.Name == "dependencies");

        Assert.Contains("F002 waits for F001", found.Message);
        Assert.Equal("lodestar task update F002 --remove-depends-on F001", found.Fix);
    }

    [Fact]
    public async Task Ids_that_only_letter_case_tells_apart_are_named_before_a_run_refuses_them()
    {
        project.Define("  F001: {title: First}\n  f001: {title: Second}");

        Assert.Contains("F001 and f001", Assert.Single(await CheckAsync(), check => check is { Name: "task-ids", Status: "warn" }).Message);
    }

    [Fact]
    public async Task A_charter_that_cannot_be_used_fails_with_its_place()
    {
        File.WriteAllText(Path.Combine(State, "charter.yaml"), "policy:\n  lnaes: 4\n");

        Assert.Contains("2", Assert.Single(await CheckAsync(), check => check is { Name: "charter.yaml", Status: "fail" }).Message);
    }

    [Theory]
    [InlineData("  F002: {title: Second}", "not in the spec")]
    [InlineData("  F001: {title: First, status: deleted}", "deleted")]
    public async Task Leases_that_lead_to_nothing_are_named_and_ended_by_the_fix(string later, string why)
    {
        var agent = await ClaimAsync();
        project.Define(later);

        var found = Assert.Single(await CheckAsync(), check => check is { Name: "leases", Status: "warn" });
        Assert.Contains(why, found.Message);
        Assert.Contains(await CheckAsync(fix: true), check => check.Name == "leases" && check.Message.Contains(agent, StringComparison.Ordinal));

        Assert.DoesNotContain(await CheckAsync(), check => check is { Name: "leases", Status: "warn" });
    }

    [Fact]
    public async Task A_definition_that_changed_under_its_holder_is_named()
    {
        await ClaimAsync();
        project.Define("  F001: {title: Something else}");

        Assert.Contains(await CheckAsync(), check => check.Name == "task-redefined" && check.Fix!.StartsWith("lodestar task renew F001 --agent A", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_page_costs_its_rows_and_nothing_else()
    {
        await ClaimAsync();
        for (var number = 0; number < 400; number++)
            await project.JoinAsync($"agent {number} with a name that takes some room");
        var before = DamagePage("events");

        Assert.Contains(await CheckAsync(), check => check is { Name: "runtime.sqlite", Status: "fail", Fix: "lodestar doctor --fix" });
        var repaired = Assert.Single(await CheckAsync(fix: true), check => check.Name == "runtime.sqlite");

        Assert.Contains("401 of agents", repaired.Message);
        Assert.Contains("1 of leases", repaired.Message);
        Assert.Contains("Not read to the end: events", repaired.Message);
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(State, "backups"), "damaged-*.sqlite"));
        Assert.Equal(before, File.ReadAllBytes(kept));
        Assert.DoesNotContain(await CheckAsync(), check => check.Status == "fail");
        Assert.Equal(401, (await project.DoneAsync(new ListAgents().ExecuteAsync)).Agents.Length);
        Assert.Equal("task-claimed", await project.RefusedAsync(new ClaimTask("F001", await project.JoinAsync(), TimeSpan.FromMinutes(1)).ExecuteAsync));
    }

    [Fact]
    public async Task An_index_that_lost_a_row_is_built_anew()
    {
        await ClaimAsync();
        using (var raw = SqliteConnection.Open(project.Database, SqliteAccess.Write, TimeSpan.Zero))
        {
            raw.Execute("pragma writable_schema = on");
            raw.Execute("update sqlite_master set sql = 'create index leases_expiry on leases (expires_boot_ms, boot_id) where ended_at is null' where name = 'leases_expiry'");
        }

        Assert.Contains(await CheckAsync(), check => check is { Name: "runtime.sqlite", Status: "fail" });
        var repaired = (await CheckAsync(fix: true)).Single(check => check.Name == "runtime.sqlite");
        Assert.Equal("pass", repaired.Status);
        Assert.DoesNotContain(await CheckAsync(), check => check.Status == "fail");
        Assert.Single(Directory.GetFiles(Path.Combine(State, "backups"), "before-repair-*.sqlite"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_set_aside_whole_and_one_of_another_program_left_alone()
    {
        File.WriteAllText(project.Database, new string('x', 5000));
        Assert.Contains(await CheckAsync(fix: true), check => check is { Name: "runtime.sqlite", Status: "warn" });
        Assert.Equal(new string('x', 5000), File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(State, "backups"), "damaged-*"))));
        await project.JoinAsync();

        foreach (var file in Directory.GetFiles(State, "runtime.sqlite*"))
            File.Delete(file);
        using (var raw = SqliteConnection.Open(project.Database, SqliteAccess.Create, TimeSpan.Zero))
            raw.Execute("create table theirs (id integer)");
        var before = File.ReadAllBytes(project.Database);
        Assert.Contains(await CheckAsync(fix: true), check => check is { Name: "runtime.sqlite", Status: "fail", Fix: null });
        Assert.Equal(before, File.ReadAllBytes(project.Database));
    }

    [Fact]
    public async Task A_directory_in_the_stores_place_is_said_to_be_one()
    {
        Directory.CreateDirectory(project.Database);

        Assert.Contains(await CheckAsync(fix: true), check => check is { Name: "runtime.sqlite", Status: "fail" } && check.Message.Contains("directory", StringComparison.Ordinal));
        Assert.Equal("store-unreadable", (await Assert.ThrowsAsync<EnvironmentException>(() => project.JoinAsync())).Code);
    }

    [Fact]
    public async Task Temporary_files_of_dead_writers_go_with_the_fix_and_those_of_living_ones_stay()
    {
        var dead = Path.Combine(State, ".spec.yaml.999999999-1.tmp");
        var living = Path.Combine(State, $".spec.yaml.{Environment.ProcessId}-1.tmp");
        var theirs = Path.Combine(State, "notes.tmp");
        foreach (var file in new[] { dead, living, theirs })
            File.WriteAllText(file, "x");

        Assert.Single(await CheckAsync(), check => check is { Name: "leftovers", Status: "warn" });
        await CheckAsync(fix: true);

        Assert.Equal([false, true, true], new[] { dead, living, theirs }.Select(File.Exists));
    }

    [Fact]
    public async Task A_store_of_the_python_program_is_told_and_not_touched()
    {
        PredecessorDatabase.First(project.Database).Agent("AAAAAAAA1").Dispose();
        var before = File.ReadAllBytes(project.Database);

        var found = await CheckAsync(fix: true);

        Assert.Contains(found, check => check is { Name: "runtime.sqlite", Status: "info" } && check.Message.Contains("Python", StringComparison.Ordinal));
        Assert.Equal(before, File.ReadAllBytes(project.Database));
    }

    [Fact]
    public async Task Without_the_fix_nothing_is_written()
    {
        await ClaimAsync();
        project.Define("  F002: {title: Second}");
        var before = Contents();

        await CheckAsync();

        Assert.Equal(before, Contents());
    }

    private async Task<string> ClaimAsync()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        return agent;
    }

    private async Task<IReadOnlyList<HealthCheck>> CheckAsync(bool fix = false)
    {
        using var session = project.Open();
        return (await new CheckHealth(session, fix).ExecuteAsync(CancellationToken.None)).Data!.Checks;
    }

    /// <summary>Overwrites an inner page of a table and gives the file as it is then.</summary>
    private byte[] DamagePage(string table)
    {
        long page;
        using (var raw = SqliteConnection.Open(project.Database, SqliteAccess.Write, TimeSpan.Zero))
        {
            raw.Execute("pragma wal_checkpoint(truncate)");
            page = raw.QueryInt64("select pageno from dbstat where name = ? and pagetype = 'leaf' order by pageno limit 1 offset 3", table);
        }

        var bytes = File.ReadAllBytes(project.Database);
        Array.Fill(bytes, (byte)0x5a, (int)(page - 1) * 4096, 4096);
        File.WriteAllBytes(project.Database, bytes);
        return bytes;
    }

    private string[] Contents() =>
        [.. Directory.GetFiles(State, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Order()
            .Select(file => $"{file} {Convert.ToHexString(File.ReadAllBytes(file))}")];
}
