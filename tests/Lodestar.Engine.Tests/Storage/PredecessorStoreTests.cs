using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>Stores of the Python Lodestar: every shape its releases wrote, and the damage their defects did.</summary>
public sealed class PredecessorStoreTests : IDisposable
{
    private const string Ada = "AAAAAAAA1";
    private const string Bob = "ABBBBBBB2";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ProjectId Project = new("01JZ0000000000000000000000");

    private readonly ScratchDirectory directory = new();
    private readonly TestClock clock = new();

    private string Database => directory.PathOf("runtime.sqlite");

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Agents_leases_and_events_of_every_release_are_taken_over(int shape)
    {
        using (var old = Create(shape))
        {
            old.Agent(Ada, "Ada", """["python"]""", """{"model": "m", "turns": 3}""")
                .Agent(Bob)
                .Lease("L00000001", "F1", Ada, -60, -50)
                .Lease("L00000002", "F1", Bob, -5, 10)
                .Event(4, "task.verify", Bob, "F1", """{"note": "ok"}""")
                .Event(9, "message.send", null, "F1");
        }

        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        var (agents, lease, events) = await store.ReadAsync(
            view => (view.Agents(), view.LiveLease(view.Project(Project), new("F1")), view.Events(view.Project(Project), new())), None);
        var ada = agents.Single(agent => agent.Id.Value == Ada);
        Assert.Equal(("Ada", "builder"), (ada.Profile.DisplayName, ada.Profile.Role));
        Assert.Equal("python", Assert.Single(ada.Profile.Capabilities));
        Assert.Equal("3", ada.Profile.SessionMeta["turns"]);
        Assert.Null(agents.Single(agent => agent.Id.Value == Bob).Profile.DisplayName);
        Assert.Equal((Bob, PredecessorDatabase.Time(10)), (lease!.Agent.Value, Text(lease.Expiry.Wall)));
        Assert.Equal(["task.verified", "message.sent", "store.taken_over"], events.Select(happened => happened.Event.Type));
        Assert.Equal([4, 9], events.Take(2).Select(happened => happened.Seq));
    }

    [Fact]
    public async Task The_live_lease_has_the_highest_fence_of_its_task_and_ends_by_the_wall_clock()
    {
        using (var old = Create(3))
            old.Agent(Ada).Lease("L00000001", "F1", Ada, -5, 10).Lease("L00000002", "F1", Ada, -4, -3);
        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        var (lease, last) = await store.ReadAsync(
            view => (view.LiveLease(view.Project(Project), new("F1")), view.LastFence(view.Project(Project), new("F1"))), None);
        clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(lease!.Fence, last);
        Assert.False(LeaseRules.IsRedefined(new(new("F1"), "Title", "", [], [], [], [], 100, null), lease.DefinitionHash));
        Assert.Null(await store.ReadAsync(view => view.LiveLease(view.Project(Project), new("F1")), None));
    }

    [Fact]
    public async Task Of_two_agents_that_both_won_a_task_the_one_that_was_shown_keeps_it()
    {
        using (var old = Create(3))
            old.Agent(Ada).Agent(Bob).Lease("L00000001", "F1", Ada, -5, 10).Lease("L00000002", "F1", Bob, -6, 11);
        using var store = Open();

        await store.WriteAsync(transaction => transaction.NextFence(), None);

        Assert.Equal(Bob, (await store.ReadAsync(view => view.LiveLeases(view.Project(Project)), None)).Values.Single().Agent.Value);
        Assert.Equal("double-claim", Cell("select end_reason from leases where lease_id = 'L00000001'"));
    }

    [Fact]
    public async Task A_lease_of_an_agent_that_never_joined_ends_and_says_why()
    {
        using (var old = Create(2))
            old.Lease("L00000001", "F1", "ADEADBEE0", -5, 10);
        using var store = Open();

        await store.WriteAsync(transaction => transaction.NextFence(), None);

        Assert.Empty(await store.ReadAsync(view => view.LiveLeases(view.Project(Project)), None));
        Assert.Equal("agent-unknown", Cell("select end_reason from leases"));
        Assert.Empty((await store.DiagnoseAsync(None)).Findings);
    }

    [Fact]
    public async Task Messages_to_tasks_and_to_agents_of_the_first_releases_reach_the_same_readers()
    {
        using (var old = Create(1))
        {
            old.Agent(Ada).Agent(Bob).Run(
                $$"""
                insert into messages values ('M00000000000B', '{{PredecessorDatabase.Time(-1)}}', '{{Ada}}', 'task', 'F1', 'second', '{"subject": "s", "severity": "BLOCKER"}', null);
                insert into messages values ('M00000000000A', '{{PredecessorDatabase.Time(-2)}}', '{{Ada}}', 'task', 'F1', 'first', '{}', null);
                insert into messages values ('M00000000000C', '{{PredecessorDatabase.Time(-1)}}', '{{Ada}}', 'agent', '{{Bob}}', 'unread', '{}', null);
                insert into messages values ('M00000000000D', '{{PredecessorDatabase.Time(-1)}}', '{{Ada}}', 'agent', '{{Bob}}', 'read', '{}', '{{PredecessorDatabase.Time(0)}}');
                """);
        }

        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        var (thread, inbox, readers) = await store.ReadAsync(
            view => (
                view.Thread(view.Project(Project), new("F1"), new ThreadFilter(10)),
                view.Inbox(view.Project(Project), new(Bob), new InboxFilter(10)),
                view.ReceiptsOf(new("M00000000000D")).Select(receipt => receipt.AgentId)),
            None);
        Assert.Equal(["first", "second"], thread.Select(message => message.Draft.Text));
        Assert.Equal(("s", "blocker"), (thread[1].Draft.Subject, thread[1].Draft.Severity));
        Assert.Equal(["unread"], inbox.Select(message => message.Draft.Text));
        Assert.Equal([Bob], readers);
    }

    [Fact]
    public async Task Read_marks_of_the_last_releases_are_kept()
    {
        using (var old = Create(3))
        {
            old.Agent(Ada).Run(
                $$"""
                insert into messages values ('M00000000000A', '{{PredecessorDatabase.Time(-2)}}', '{{Ada}}', 'F1', 'x', '{}', '["{{Bob}}", "{{Bob}}", "somebody"]');
                """);
        }

        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        Assert.Equal([Bob, "somebody"], await store.ReadAsync(view => view.ReceiptsOf(new("M00000000000A")).Select(receipt => receipt.AgentId), None));
    }

    [Fact]
    public async Task What_cannot_be_taken_over_is_kept_as_events_counted_and_named()
    {
        using (var old = Create(3))
        {
            old.Agent(Ada, capabilities: "not json", joined: "yesterday")
                .Lease("L00000001", "F1", Ada, "soon", "later")
                .Lease("L00000002", "F1", "robert", -5, 10)
                .Event(1, "agent.join", Ada, null, "not json", "never")
                .Event(2, "agent.join", "robert", null, "[1]")
                .Run("insert into messages values ('nonsense', 'x', 'y', 'F1', 'the text', '{}', '[]')");
        }

        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        var notice = store.TakeNotice();
        var events = await store.ReadAsync(view => view.Events(view.Project(Project), new()), None);
        var left = events.Where(happened => happened.Event.Type == "store.left_over").Select(happened => happened.Event.Data).ToList();
        Assert.Equal(("store-taken-over", null), (notice?.Code, store.TakeNotice()));
        Assert.Contains("6 rows", notice!.Message);
        Assert.Equal(6, left.Count);
        Assert.Contains(left, row => row["row"]!["text"]?.GetValue<string>() == "the text");
        Assert.Equal("""{"value":[1],"agent":"robert"}""", events[0].Event.Data.ToJsonString());
        Assert.Equal(Ada, Assert.Single(await store.ReadAsync(view => view.Agents(), None)).Id.Value);
    }

    [Theory]
    [InlineData("drop table schema_version; drop table events; drop table messages")]
    [InlineData("create table alembic_version (version_num varchar(32) not null); insert into alembic_version values ('003')")]
    [InlineData("alter table events drop column correlation_id")]
    [InlineData("drop index idx_events_correlation; alter table events drop column correlation_id; alter table messages add column task_id varchar")]
    public async Task Files_of_several_releases_or_of_an_interrupted_one_are_taken_over_too(string change)
    {
        using (var old = Create(change.Contains("alter table messages", StringComparison.Ordinal) ? 2 : 3))
        {
            old.Agent(Ada);
            old.Run(change.StartsWith("alter table events", StringComparison.Ordinal) ? "drop index idx_events_correlation;" + change : change);
        }

        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        Assert.Single(await store.ReadAsync(view => view.Agents(), None));
        Assert.Empty((await store.DiagnoseAsync(None)).Findings);
        Assert.Equal("0", Cell("select count(*) from sqlite_master where name like 'predecessor%' or name like '%_version'"));
    }

    [Fact]
    public async Task A_query_answers_from_the_old_file_and_leaves_every_byte_of_it()
    {
        using (var old = Create(1))
            old.Agent(Ada, "Ada").Lease("L00000001", "F1", Ada, -5, 10);
        var before = File.ReadAllBytes(Database);
        using var store = Open();

        var leases = await store.ReadAsync(view => view.LiveLeases(view.Project(Project)), None);

        Assert.Equal(Ada, leases[new("F1")].Agent.Value);
        Assert.Equal(before, File.ReadAllBytes(Database));
        Assert.False(Directory.Exists(directory.PathOf("backups")));
    }

    [Fact]
    public async Task A_refused_decision_leaves_the_old_file_as_it_is()
    {
        using (var old = Create(1))
            old.Agent(Ada);
        var before = File.ReadAllBytes(Database);
        using var store = Open();

        var outcome = await store.DecideAsync<Agent>(_ => new Refusal("no", "No."), None);

        Assert.Equal("no", outcome.Refusal?.Code);
        Assert.Equal(before, File.ReadAllBytes(Database));
        Assert.False(Directory.Exists(directory.PathOf("backups")));
    }

    [Fact]
    public async Task The_first_write_keeps_the_old_file_whole_under_a_name_of_its_own()
    {
        using (var old = Create(1))
            old.Agent(Ada).Event(1, "agent.join", Ada, null);
        using (var store = Open())
            await store.WriteAsync(transaction => transaction.NextFence(), None);
        using (var again = Open())
            await again.WriteAsync(transaction => transaction.NextFence(), None);

        var backup = Assert.Single(Directory.GetFiles(directory.PathOf("backups")));
        Assert.Equal("before-upgrade-20310514-120000.sqlite", Path.GetFileName(backup));
        using var kept = SqliteConnection.Open(backup, SqliteAccess.Read, TimeSpan.Zero);
        Assert.Equal("agent.join", kept.QueryFirst("select event_type from events", row => row.Text(0)));
    }

    [Fact]
    public async Task A_failure_in_the_middle_leaves_the_old_file_and_the_next_write_succeeds()
    {
        using (var old = Create(1))
            old.Agent(Ada);
        using (var store = new RuntimeStore(new RuntimeWritePath(Database), clock, new NoIds()))
            await Assert.ThrowsAsync<TimeoutException>(() => store.WriteAsync(transaction => transaction.NextFence(), None));

        Assert.Equal("1", Cell("select count(*) from agents where created_at is not null"));
        using var healthy = Open();
        await healthy.WriteAsync(transaction => transaction.NextFence(), None);
        Assert.Single(await healthy.ReadAsync(view => view.Agents(), None));
    }

    [Theory]
    [InlineData("insert into agents (agent_id, display_name, role, created_at, last_seen_at, capabilities, session_meta) values ('A00000009', '', '', '', '', '[]', '{}')")]
    [InlineData("insert into leases (lease_id, task_id, agent_id, created_at, expires_at) values ('L00000009', 'F1', 'AAAAAAAA1', '', '')")]
    [InlineData("update leases set expires_at = '' where lease_id = 'L00000001' and created_at < expires_at")]
    [InlineData("insert into messages (message_id, created_at, from_agent_id, task_id, text, meta, read_by) values ('M', '', '', '', '', '', '')")]
    [InlineData("insert into events (created_at, event_type, data) values ('', '', '{}')")]
    public async Task The_old_program_cannot_write_to_the_new_store(string statement)
    {
        using (var old = Create(3))
            old.Agent(Ada).Lease("L00000001", "F1", Ada, -5, 10);
        using var store = Open();
        await store.WriteAsync(transaction => transaction.NextFence(), None);

        using var python = SqliteConnection.Open(Database, SqliteAccess.Write, TimeSpan.FromSeconds(5));
        python.Execute("create table if not exists schema_version (version integer not null primary key)");
        Assert.Throws<SqliteException>(() => python.Execute(statement));

        Assert.Single(await store.ReadAsync(view => view.LiveLeases(view.Project(Project)), None));
        using var later = Open();
        await later.WriteAsync(transaction => transaction.NextFence(), None);
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'");

    private PredecessorDatabase Create(int shape) => shape switch
    {
        1 => PredecessorDatabase.First(Database),
        2 => PredecessorDatabase.Second(Database),
        _ => PredecessorDatabase.Third(Database),
    };

    private RuntimeStore Open() => new(new RuntimeWritePath(Database), clock, new IdSource());

    private string? Cell(string query)
    {
        using var raw = SqliteConnection.Open(Database, SqliteAccess.Read, TimeSpan.FromSeconds(5));
        return raw.QueryFirst(query, row => row.TextOrNull(0));
    }

    /// <summary>Fails where the conversion draws its one id: after the tables were set aside.</summary>
    private sealed class NoIds : IdSource
    {
        protected override void Fill(Span<byte> bytes) => throw new TimeoutException();
    }
}
