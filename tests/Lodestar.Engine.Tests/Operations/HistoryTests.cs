using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>What the runtime forgets after <c>keep_history</c>, and what it never does.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly PlaneProject project = new("  F001: {title: First}\n  F002: {title: Second}");

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task Old_events_and_leases_go_with_the_next_write_and_the_first_event_left_is_known()
    {
        var agent = await project.JoinAsync();
        for (var round = 0; round < 3; round++)
        {
            await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(1)).ExecuteAsync);
            await project.DoneAsync(new ReleaseTask("F001", agent).ExecuteAsync);
        }

        project.Clock.Advance(TimeSpan.FromDays(91));
        await project.JoinAsync("late");

        Assert.Equal((1L, 1L), (Count("events"), Count("leases")));
        using var session = project.Open();
        var (first, events) = await session.Store.ReadAsync(view => (view.FirstEvent(), view.Events(view.Project(null), new())), CancellationToken.None);
        Assert.Equal(first, Assert.Single(events).Seq);
        Assert.Equal(8, first);
    }

    [Fact]
    public async Task Within_a_day_of_a_sweep_no_other_is_made()
    {
        await project.JoinAsync();
        project.Clock.Advance(TimeSpan.FromDays(89.5));
        await project.JoinAsync();
        project.Clock.Advance(TimeSpan.FromHours(23));
        await project.JoinAsync();
        Assert.Equal(3, Count("events"));

        project.Clock.Advance(TimeSpan.FromHours(2));
        await project.JoinAsync();
        Assert.Equal(3, Count("events"));
    }

    [Fact]
    public async Task One_write_forgets_a_bounded_slice_and_doctor_all()
    {
        var agent = await project.JoinAsync();
        Fill(1_700, agent);
        project.Clock.Advance(TimeSpan.FromDays(91));

        await project.JoinAsync();
        Assert.Equal(1_700 + 2 - HistoryTable.Slice, Count("events"));
        using var session = project.Open();
        var report = (await new CheckHealth(session, Fix: true).ExecuteAsync(CancellationToken.None)).Data!;

        Assert.Contains("1201 events", report.Checks.Single(check => check.Name == "history").Message);
        Assert.Equal(1, Count("events"));
    }

    [Theory]
    [InlineData(false, false, 1)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 1)]
    [InlineData(true, true, 0)]
    public async Task A_message_goes_when_its_task_is_verified_and_everybody_concerned_has_read_it(bool isVerified, bool isRead, long left)
    {
        var (ada, bob) = (await project.JoinAsync("Ada"), await project.JoinAsync("Bob"));
        await SayAsync(ada, "hello");
        await SayAsync(bob, "here");
        await MarkReadAsync(ada);
        if (isRead)
            await MarkReadAsync(bob);
        if (isVerified)
        {
            await project.DoneAsync(new CompleteTask("F001", null).ExecuteAsync);
            await project.DoneAsync(new VerifyTask(["F001"], null).ExecuteAsync);
        }

        project.Clock.Advance(TimeSpan.FromDays(91));
        await project.JoinAsync();

        Assert.Equal(left, Count("messages where text = 'hello'"));
    }

    [Fact]
    public async Task Nothing_of_a_run_that_can_go_on_is_forgotten()
    {
        var agent = await project.JoinAsync();
        Fill(3, agent);
        using (var raw = SqliteConnection.Open(project.Database, SqliteAccess.Write, TimeSpan.Zero))
        {
            raw.Execute(
                """
                insert into runs (run_id, project, mission_id, mission, status, base_branch, base_commit, created_at, last_seq, last_hash)
                values ('run-20310514-120000-00000000', 'p', 'm', 'm', 'paused', 'main', 'c', '2031-05-14T12:00:00.000000Z', 0, '')
                """);
            raw.Execute("update events set run_id = 'run-20310514-120000-00000000' where seq = 2");
        }

        project.Clock.Advance(TimeSpan.FromDays(91));
        await project.JoinAsync();

        Assert.Equal(4, Count("events"));
    }

    [Theory]
    [InlineData("policy: {keep_history: 100d}\n", 2)]
    [InlineData("policy: {keep_history: 1h}\n", 1)]
    [InlineData("policy: {kepe_history: 1h}\n", 2)]
    public async Task The_charter_says_how_long_and_one_that_cannot_be_read_forgets_nothing(string charter, long left)
    {
        await project.JoinAsync();
        File.WriteAllText(Path.Combine(project.Root, ".lodestar", "charter.yaml"), charter);
        project.Clock.Advance(TimeSpan.FromDays(91));

        await project.JoinAsync();

        Assert.Equal(left, Count("events"));
    }

    [Fact]
    public async Task Pages_of_forgotten_rows_are_given_back()
    {
        var agent = await project.JoinAsync();
        Fill(HistoryTable.Slice - 1, agent, new string('x', 2_000));
        project.Clock.Advance(TimeSpan.FromDays(91));
        var before = Pages();

        await project.JoinAsync();

        Assert.True(Pages() < before / 2, $"{Pages()} pages of {before} are left");
    }

    private async Task SayAsync(string agent, string text)
    {
        using var session = project.Open();
        await session.Store.WriteAsync(
            store => store.AddMessage(store.ClaimProject(new("01JZ0000000000000000000000")), new(new TaskId("F001"), null, new(agent), text)), CancellationToken.None);
    }

    private async Task MarkReadAsync(string agent)
    {
        using var session = project.Open();
        await session.Store.WriteAsync(
            store =>
            {
                foreach (var message in store.Thread(new("01JZ0000000000000000000000"), new("F001"), new ThreadFilter(100)))
                    store.MarkRead(message.Id, new(agent));
                return true;
            },
            CancellationToken.None);
    }

    private void Fill(int events, string agent, string text = "")
    {
        using var raw = SqliteConnection.Open(project.Database, SqliteAccess.Write, TimeSpan.Zero);
        raw.Execute("begin");
        for (var number = 0; number < events; number++)
            raw.Execute("insert into events (at, type, project, agent_id, data) select at, type, project, ?, json_object('text', ?) from events where seq = 1", agent, text);
        raw.Execute("commit");
    }

    private long Count(string table) => Ask($"select count(*) from {table}");

    private long Pages() => Ask("pragma page_count");

    private long Ask(string query)
    {
        using var raw = SqliteConnection.Open(project.Database, SqliteAccess.Read, TimeSpan.FromSeconds(5));
        return raw.QueryInt64(query);
    }
}
