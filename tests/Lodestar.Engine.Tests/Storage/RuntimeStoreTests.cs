using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

public sealed class RuntimeStoreTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ProjectId Project = new("01JZ0000000000000000000000");
    private static readonly AgentProfile Somebody = new(null, null, [], new Dictionary<string, string>());

    private readonly ScratchDirectory directory = new();
    private readonly TestClock clock = new();

    private string Database => directory.PathOf("runtime.sqlite");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_store_that_does_not_exist_reads_as_empty_and_stays_missing()
    {
        using var store = Open();

        Assert.Empty(await store.ReadAsync(view => view.Agents(), None));

        Assert.Empty(Directory.GetFileSystemEntries(directory.Root));
    }

    [Fact]
    public async Task A_refused_decision_does_not_bring_a_store_into_being()
    {
        using var store = Open();

        var outcome = await store.DecideAsync<Agent>(_ => new Refusal("no", "No."), None);

        Assert.Equal("no", outcome.Refusal?.Code);
        Assert.Empty(Directory.GetFileSystemEntries(directory.Root));
    }

    [Fact]
    public async Task The_log_stays_short_behind_commands_that_open_the_store_one_after_the_other()
    {
        var wordy = Somebody with { Role = new string('x', 40_000) };
        long longest = 0;
        for (var command = 0; command < 60; command++)
        {
            using var store = Open();
            await store.WriteAsync(store => store.AddAgent(wordy), None);
            longest = Math.Max(longest, new FileInfo(Database + "-wal").Length);
        }

        Assert.InRange(longest, 50 * 4096, 150 * 4096);
        using var last = Open();
        Assert.Equal(60, (await last.ReadAsync(view => view.Agents(), None)).Count);
    }

    [Fact]
    public async Task A_reader_that_stays_makes_no_writer_wait_for_a_short_log()
    {
        var wordy = Somebody with { Role = new string('x', 600_000) };
        using (var first = Open())
            await first.WriteAsync(store => store.AddAgent(wordy), None);
        using var reading = SqliteConnection.Open(Database, SqliteAccess.Read, TimeSpan.Zero);
        using var view = reading.BeginDeferred();
        Assert.Equal(1, reading.QueryInt64("select count(*) from agents"));

        using (var second = Open())
            await second.WriteAsync(store => store.AddAgent(wordy), None);

        Assert.Equal(1, reading.QueryInt64("select count(*) from agents"));
    }

    [Fact]
    public async Task A_refused_decision_undoes_what_it_wrote()
    {
        using var store = Open();
        await store.WriteAsync(store => store.AddAgent(Somebody), None);

        await store.DecideAsync<Agent>(
            transaction =>
            {
                transaction.AddAgent(Somebody);
                return new Refusal("no", "No.");
            },
            None);

        Assert.Single(await store.ReadAsync(view => view.Agents(), None));
    }

    [Fact]
    public async Task What_throws_undoes_all_of_its_transaction()
    {
        using var store = Open();
        await store.WriteAsync(transaction => transaction.AddAgent(Somebody), None);

        await Assert.ThrowsAsync<TimeoutException>(() => store.WriteAsync<Agent>(
            transaction =>
            {
                transaction.AddAgent(Somebody);
                throw new TimeoutException();
            },
            None));

        Assert.Single(await store.ReadAsync(view => view.Agents(), None));
    }

    [Fact]
    public async Task The_first_fence_is_the_milliseconds_of_the_stores_birth_and_fences_only_rise()
    {
        using var store = Open();

        var fences = new[]
        {
            await store.WriteAsync(transaction => transaction.NextFence(), None),
            await store.WriteAsync(transaction => transaction.NextFence(), None),
        };

        var birth = TestClock.Noon.ToUnixTimeMilliseconds();
        Assert.Equal([birth, birth + 1], fences);
    }

    [Fact]
    public async Task A_fence_of_a_deleted_store_is_stale_in_its_successor()
    {
        long old;
        using (var store = Open())
            old = await store.WriteAsync(transaction => transaction.NextFence(), None);
        foreach (var file in Directory.GetFiles(directory.Root))
            File.Delete(file);
        clock.Advance(TimeSpan.FromMilliseconds(1));

        using var successor = Open();

        Assert.True(await successor.WriteAsync(transaction => transaction.NextFence(), None) > old);
    }

    [Fact]
    public async Task A_file_put_in_the_stores_place_stops_the_writer()
    {
        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);
        File.Move(Database, Database + ".old");
        using (var other = Open())
            await other.WriteAsync(transaction => transaction.NextFence(), None);

        var failure = await Assert.ThrowsAsync<EnvironmentException>(
            () => store.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal("store-replaced", failure.Code);
    }

    [Fact]
    public async Task A_store_removed_during_a_transaction_acknowledges_nothing()
    {
        using var store = Open();

        var failure = await Assert.ThrowsAsync<EnvironmentException>(() => store.WriteAsync(
            transaction =>
            {
                File.Delete(Database);
                return transaction.NextFence();
            },
            None));

        Assert.Equal("store-replaced", failure.Code);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        using (var store = Open())
            await store.WriteAsync(transaction => transaction.NextFence(), None);
        using (var raw = SqliteConnection.Open(Database, SqliteAccess.Write, TimeSpan.Zero))
            raw.Execute("pragma user_version = 999");

        using var older = Open();
        var read = await Assert.ThrowsAsync<EnvironmentException>(() => older.ReadAsync(view => view.Agents(), None));
        var write = await Assert.ThrowsAsync<EnvironmentException>(() => older.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal(("store-newer", "store-newer"), (read.Code, write.Code));
    }

    [Theory]
    [InlineData("this is not a database, but it is long enough to have a header of its own")]
    [InlineData("x")]
    public async Task A_file_that_is_no_store_is_refused_and_left_as_it_is(string content)
    {
        File.WriteAllText(Database, content);
        using var store = Open();

        var read = await Assert.ThrowsAsync<EnvironmentException>(() => store.ReadAsync(view => view.Agents(), None));
        var write = await Assert.ThrowsAsync<EnvironmentException>(() => store.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal(("store-unreadable", "store-unreadable"), (read.Code, write.Code));
        Assert.Equal(content, File.ReadAllText(Database));
    }

    [Fact]
    public async Task The_database_of_another_program_is_refused()
    {
        using (var raw = SqliteConnection.Open(Database, SqliteAccess.Create, TimeSpan.Zero))
            raw.Execute("create table theirs (id integer)");
        using var store = Open();

        var failure = await Assert.ThrowsAsync<EnvironmentException>(() => store.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal("store-unreadable", failure.Code);
    }

    [Fact]
    public async Task A_store_whose_creator_died_at_once_is_an_empty_one()
    {
        File.WriteAllBytes(Database, []);
        using var store = Open();

        Assert.Empty(await store.ReadAsync(view => view.Agents(), None));
        await store.WriteAsync(transaction => transaction.AddAgent(Somebody), None);

        Assert.Single(await store.ReadAsync(view => view.Agents(), None));
    }

    [Fact]
    public async Task A_writer_that_waits_too_long_says_the_store_is_busy()
    {
        using var holder = FileLock.TryAcquire(Database + ".lock", TimeSpan.Zero);
        using var store = new RuntimeStore(new RuntimeWritePath(Database), clock, new IdSource(), TimeSpan.FromMilliseconds(1));

        var failure = await Assert.ThrowsAsync<EnvironmentException>(() => store.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal("store-busy", failure.Code);
    }

    [Fact]
    public async Task A_reader_sees_what_others_committed_since_its_last_look()
    {
        using var reader = Open();
        using var writer = Open();
        Assert.Empty(await reader.ReadAsync(view => view.Agents(), None));

        await writer.WriteAsync(transaction => transaction.AddAgent(Somebody), None);

        Assert.Single(await reader.ReadAsync(view => view.Agents(), None));
    }

    [Fact]
    public async Task The_database_refuses_a_second_live_lease_whatever_the_code_does()
    {
        using var store = Open();

        await Assert.ThrowsAsync<EnvironmentException>(() => store.WriteAsync(
            transaction =>
            {
                var agent = transaction.AddAgent(Somebody).Id;
                Grant(transaction, agent);
                return Grant(transaction, agent);
            },
            None));

        Assert.Empty(await store.ReadAsync(view => view.LiveLeases(Project), None));
    }

    [Fact]
    public async Task Leases_that_ended_cost_a_write_nothing()
    {
        using var store = Open();
        await store.WriteAsync(transaction => transaction.AddAgent(Somebody), None);

        var plan = await store.ReadAsync(
            view => view.Database.Query("explain query plan " + LeaseTable.LapsedOfOtherBoots, row => row.Text(3), Project.Value, "boot", "2031"), None);

        Assert.Equal(2, plan.Count(step => step.Contains("leases_expiry (boot_id", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, step => step.Contains("project=?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_of_a_project_without_identity_follow_it_to_the_one_it_gets()
    {
        using var store = Open();
        await store.WriteAsync(
            transaction =>
            {
                var drawn = transaction.ClaimProject(null);
                var agent = transaction.AddAgent(Somebody).Id;
                return transaction.GrantLease(drawn, new("F001"), agent, null, "hash", TimeSpan.FromHours(1));
            },
            None);

        Assert.Single(await store.ReadAsync(view => view.LiveLeases(view.Project(Project)), None));
        await store.WriteAsync(transaction => transaction.ClaimProject(Project), None);

        Assert.Single(await store.ReadAsync(view => view.LiveLeases(Project), None));
        Assert.Single(await store.ReadAsync(view => view.LiveLeases(view.Project(null)), None));
        Assert.Empty(await store.ReadAsync(
            view => view.LiveLeases(view.Project(new ProjectId("01JZ0000000000000000000001"))), None));
    }

    [Fact]
    public async Task A_sound_store_has_no_findings_and_a_damaged_one_says_so()
    {
        using (var store = Open())
        {
            await store.WriteAsync(transaction => transaction.AddAgent(Somebody), None);
            Assert.Empty((await store.DiagnoseAsync(None)).Findings);
        }

        using (var raw = SqliteConnection.Open(Database, SqliteAccess.Write, TimeSpan.Zero))
            raw.Execute("pragma wal_checkpoint(truncate)");
        var bytes = File.ReadAllBytes(Database);
        Array.Fill(bytes, (byte)0x5a, 4096, bytes.Length - 4096);
        File.WriteAllBytes(Database, bytes);

        using var damaged = Open();
        Assert.NotEmpty((await damaged.DiagnoseAsync(None)).Findings);
        var failure = await Assert.ThrowsAsync<EnvironmentException>(() => damaged.ReadAsync(view => view.Agents(), None));
        Assert.Equal("store-unreadable", failure.Code);
    }

    private RuntimeStore Open() => new(new RuntimeWritePath(Database), clock, new IdSource());

    private static Lease Grant(StoreTransaction transaction, AgentId agent) =>
        transaction.GrantLease(Project, new("F001"), agent, null, "hash", TimeSpan.FromMinutes(15));
}
