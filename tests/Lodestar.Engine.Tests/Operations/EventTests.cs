using System.Threading.Channels;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class EventTests : IDisposable
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PlaneProject project = new(
        """
          F001: {title: First}
          F002: {title: Second, depends_on: [F001]}
        """);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task Every_fact_is_one_event_under_its_stable_name()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        await project.DoneAsync(new RenewLease("F001", ada, Quarter).ExecuteAsync);
        await project.DoneAsync(new ReleaseTask("F001", ada, Reason: "tea").ExecuteAsync);
        await project.DoneAsync(new SendMessage("F001", ada, "hello").ExecuteAsync);
        await project.DoneAsync(new MarkRead("F001", ada, []).ExecuteAsync);
        await project.DoneAsync(new MarkRead("F001", ada, []).ExecuteAsync);
        await project.DoneAsync(new CompleteTask("F001", ada).ExecuteAsync);
        await project.DoneAsync(new VerifyTask(["F001"], ada).ExecuteAsync);
        await project.DoneAsync(new UpdateTask("F002") { Title = "Other" }.ExecuteAsync);
        await project.DoneAsync(new CreateTask("Third") { Id = "F003" }.ExecuteAsync);
        await project.DoneAsync(new HeartbeatAgent(ada).ExecuteAsync);
        await project.DoneAsync(new LeaveAgent(ada).ExecuteAsync);

        Assert.Equal(
            [
                "agent.join", "task.claim", "task.renew", "task.release", "message.sent", "message.read", "task.done", "task.verified",
                "task.unblocked", "task.update", "task.create", "agent.leave",
            ],
            (await ReadAsync(new ListEvents())).Events.Select(line => line.Type));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_put_on_record_once_by_the_next_writer()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        project.Clock.Advance(Quarter);

        await project.JoinAsync();
        await project.JoinAsync();

        var expired = Assert.Single((await ReadAsync(new ListEvents { Types = ["lease.expired"] })).Events);
        Assert.Equal((ada, "F001"), (expired.AgentId?.Value, expired.TaskId?.Value));
    }

    [Fact]
    public async Task A_wall_clock_set_forward_puts_no_live_lease_on_record_as_expired()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        project.Clock.SetWall(TimeSpan.FromDays(30));

        await project.DoneAsync(new HeartbeatAgent(ada).ExecuteAsync);

        Assert.Empty((await ReadAsync(new ListEvents { Types = ["lease"] })).Events);
    }

    [Fact]
    public async Task After_a_restart_the_wall_clock_decides_what_is_put_on_record()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        project.Clock.Reboot();
        await project.DoneAsync(new HeartbeatAgent(ada).ExecuteAsync);
        Assert.Empty((await ReadAsync(new ListEvents { Types = ["lease"] })).Events);

        project.Clock.SetWall(Quarter);
        await project.DoneAsync(new HeartbeatAgent(ada).ExecuteAsync);

        Assert.Single((await ReadAsync(new ListEvents { Types = ["lease"] })).Events);
    }

    [Fact]
    public async Task Pages_neither_skip_nor_repeat_and_filters_do_not_hold_the_cursor_back()
    {
        for (var number = 0; number < 5; number++)
            await project.JoinAsync();

        var first = await ReadAsync(new ListEvents(0, 2));
        var second = await ReadAsync(new ListEvents(first.Cursor, 10));
        var nothing = await ReadAsync(new ListEvents { Types = ["task"] });

        Assert.True(first.More);
        Assert.False(second.More);
        Assert.Equal([1, 2, 3, 4, 5], first.Events.Concat(second.Events).Select(line => line.Seq));
        Assert.Equal((0, 5L, false), (nothing.Count, nothing.Cursor, nothing.More));
    }

    [Theory]
    [InlineData(-1, 10)]
    [InlineData(0, 0)]
    [InlineData(0, 1001)]
    public async Task A_page_that_cannot_be_is_refused(long since, int limit) =>
        Assert.Equal("limit-out-of-range", await project.RefusedAsync(new ListEvents(since, limit).ExecuteAsync));

    [Fact]
    public async Task Who_follows_is_told_each_event_once_and_in_order()
    {
        await project.JoinAsync("before");
        var told = new List<string>();
        using var session = project.Open();
        var following = Task.Run(() => new FollowEvents(new ListEvents(1)) { Most = 20 }.ExecuteAsync(
            session, line => told.Add(line.Data["display_name"]!.GetValue<string>()), _ => { }, CancellationToken.None));

        for (var number = 1; number <= 20; number++)
            await project.JoinAsync($"{number}");

        Assert.Equal((20, 21L), ((await following).Data!.Count, (await following).Data!.Cursor));
        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"{number}"), told);
    }

    [Fact]
    public async Task Who_follows_goes_on_from_the_beginning_of_a_new_store()
    {
        for (var number = 0; number < 3; number++)
            await project.JoinAsync();
        var news = Channel.CreateUnbounded<string>();
        using var session = project.Open();
        using var end = new CancellationTokenSource();
        var following = new FollowEvents(new ListEvents(0)).ExecuteAsync(
            session, line => news.Writer.TryWrite($"{line.Seq}"), gap => news.Writer.TryWrite($"{gap}"), end.Token);
        Assert.Equal(["1", "2", "3"], await TakeAsync(news, 3));

        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(project.Database)!, "runtime.sqlite*"))
            File.Delete(file);
        await project.JoinAsync();
        Assert.Equal(["StoreReplaced", "1"], await TakeAsync(news, 2));

        await end.CancelAsync();
        Assert.Null((await following).Refusal);
    }

    [Fact]
    public async Task A_cursor_from_before_what_is_kept_is_answered_visibly()
    {
        for (var number = 0; number < 3; number++)
            await project.JoinAsync();
        project.Clock.Advance(TimeSpan.FromDays(91));
        await project.JoinAsync();

        var behind = await project.RunAsync(new ListEvents(1).ExecuteAsync);
        var exact = await project.RunAsync(new ListEvents(3).ExecuteAsync);
        var gaps = new List<EventGap>();
        using var session = project.Open();
        await new FollowEvents(new ListEvents(1)) { Most = 1 }.ExecuteAsync(session, _ => { }, gaps.Add, CancellationToken.None);

        Assert.Equal("events-forgotten", Assert.Single(behind.Warnings).Code);
        Assert.Equal((4L, 4L), (behind.Data!.First, Assert.Single(behind.Data.Events).Seq));
        Assert.Empty(exact.Warnings);
        Assert.Equal([EventGap.Forgotten], gaps);
    }

    [Fact]
    public async Task A_cursor_of_a_store_that_was_reset_is_refused_instead_of_answered_with_nothing_for_ever()
    {
        await project.JoinAsync();
        using var session = project.Open();

        var followed = await new FollowEvents(new ListEvents(500)).ExecuteAsync(session, _ => { }, _ => { }, CancellationToken.None);

        Assert.Equal("cursor-ahead", await project.RefusedAsync(new ListEvents(500).ExecuteAsync));
        Assert.Equal("cursor-ahead", followed.Refusal?.Code);
        Assert.Null((await project.RunAsync(new ListEvents(1).ExecuteAsync)).Refusal);
    }

    [Fact]
    public async Task Readers_beside_writers_see_every_event_once_and_in_order()
    {
        const int Writers = 4;
        const int Each = 15;
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
                await project.JoinAsync($"{writer}.{number}");
        })).ToArray();

        var read = new List<EventLine>();
        var cursor = 0L;
        while (true)
        {
            var last = writing.All(task => task.IsCompleted);
            var page = await ReadAsync(new ListEvents(cursor, 7));
            if (last && page.Count == 0)
                break;
            read.AddRange(page.Events);
            cursor = page.Cursor;
        }

        await Task.WhenAll(writing);
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(seq => (long)seq), read.Select(line => line.Seq));
        Assert.Equal(Writers * Each, read.Select(line => line.Data["display_name"]!.GetValue<string>()).Distinct().Count());
    }

    [Fact]
    public async Task Following_ends_when_its_time_is_up()
    {
        using var session = project.Open();

        var ended = await new FollowEvents(new ListEvents()) { Timeout = TimeSpan.FromMilliseconds(1) }.ExecuteAsync(
            session, _ => { }, _ => { }, CancellationToken.None);

        Assert.Equal((0, 0L), (ended.Data!.Count, ended.Data.Cursor));
    }

    private static async Task<List<string>> TakeAsync(Channel<string> news, int count)
    {
        var taken = new List<string>();
        while (taken.Count < count)
            taken.Add(await news.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2)));
        return taken;
    }

    private Task<EventPage> ReadAsync(ListEvents question) => project.DoneAsync(question.ExecuteAsync);
}
