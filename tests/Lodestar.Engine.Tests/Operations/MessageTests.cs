using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class MessageTests : IDisposable
{
    private static readonly TimeSpan Ages = TimeSpan.FromMinutes(2);

    private readonly PlaneProject project = new(
        """
          F001: {title: First}
          F002: {title: Second}
        """);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task A_direct_message_reaches_one_agent_and_a_broadcast_all_but_its_sender()
    {
        var (ada, bob, eve) = (await project.JoinAsync(), await project.JoinAsync(), await project.JoinAsync());
        await SayAsync(ada, "for bob", to: $"agent:{bob}");
        await SayAsync(ada, "for all", to: "all");

        Assert.Equal([], await UnreadAsync(ada));
        Assert.Equal(["for bob", "for all"], await UnreadAsync(bob));
        Assert.Equal(["for all"], await UnreadAsync(eve));
    }

    [Fact]
    public async Task Who_joins_later_is_not_met_by_old_broadcasts()
    {
        await SayAsync(await project.JoinAsync(), "long ago", to: "all");
        project.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(await UnreadAsync(await project.JoinAsync()));
    }

    [Fact]
    public async Task Counting_an_inbox_counts_all_that_fits_whatever_the_limit_and_goes_on_behind_it()
    {
        var (ada, bob, eve) = (await project.JoinAsync(), await project.JoinAsync(), await project.JoinAsync());
        foreach (var from in new[] { ada, ada, eve })
            await SayAsync(from, "hello", to: $"agent:{bob}");

        var all = await project.DoneAsync(new ReadInbox(bob, Limit: 1) { CountOnly = true }.ExecuteAsync);
        var some = await project.DoneAsync(new ReadInbox(bob, Limit: 1) { CountOnly = true, From = ada }.ExecuteAsync);
        var later = await project.DoneAsync(new ReadInbox(bob) { CountOnly = true, Since = some.Cursor }.ExecuteAsync);

        Assert.Equal((3, 2, 1), (all.Count, some.Count, later.Count));
        Assert.Empty(all.Messages);
    }

    [Fact]
    public async Task A_message_to_an_agent_that_never_joined_is_refused()
    {
        var ada = await project.JoinAsync();

        Assert.Equal("agent-unknown", await project.RefusedAsync(new SendMessage(null, ada, "x") { To = "agent:A0000000F" }.ExecuteAsync));
    }

    [Fact]
    public async Task An_unknown_thread_sender_or_severity_is_warned_of_and_the_message_stays()
    {
        var sent = await project.RunAsync(new SendMessage("NOTASK", "somebody", "x") { Severity = "odd" }.ExecuteAsync);
        var thread = await project.RunAsync(new ReadThread("NOTASK").ExecuteAsync);

        Assert.Equal(["agent-unknown", "task-unknown", "severity-unknown"], sent.Warnings.Select(warning => warning.Code));
        Assert.Equal("somebody", Assert.Single(thread.Data!.Messages).FromAgentId.Value);
        Assert.Equal("odd", thread.Data!.Messages[0].Meta.Severity);
        Assert.Equal(["task-unknown"], thread.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public async Task A_known_severity_is_kept_in_one_spelling_and_others_can_be_refused()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new SendMessage("F001", ada, "x") { Severity = "BLOCKER" }.ExecuteAsync);

        Assert.Equal("blocker", (await ReadAsync(new ReadThread("F001")))[0].Meta.Severity);
        Assert.Equal(
            "severity-unknown",
            await project.RefusedAsync(new SendMessage("F001", ada, "x") { Severity = "odd", KnownSeverityOnly = true }.ExecuteAsync));
    }

    [Fact]
    public async Task A_cursor_neither_skips_nor_repeats_though_all_messages_have_the_same_time()
    {
        var ada = await project.JoinAsync();
        for (var number = 1; number <= 7; number++)
            await SayAsync(ada, $"{number}", task: "F001");

        var seen = new List<string>();
        string? cursor = null;
        while (true)
        {
            var page = await project.DoneAsync(new ReadThread("F001", 3) { Since = cursor }.ExecuteAsync);
            if (page.Count == 0)
                break;
            seen.AddRange(page.Messages.Select(message => message.Text));
            cursor = page.Cursor;
        }

        Assert.Equal(["1", "2", "3", "4", "5", "6", "7"], seen);
        Assert.Equal(cursor, (await project.DoneAsync(new ReadThread("F001") { Since = cursor }.ExecuteAsync)).Cursor);
    }

    [Fact]
    public async Task A_clock_set_back_hides_no_message_from_a_cursor()
    {
        var ada = await project.JoinAsync();
        await SayAsync(ada, "before", task: "F001");
        var cursor = (await project.DoneAsync(new ReadThread("F001").ExecuteAsync)).Cursor;

        project.Clock.SetWall(TimeSpan.FromHours(-3));
        await SayAsync(ada, "after", task: "F001");

        Assert.Equal(["after"], (await ReadAsync(new ReadThread("F001") { Since = cursor })).Select(message => message.Text));
    }

    [Fact]
    public async Task Unread_messages_are_looked_for_before_the_limit()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        for (var number = 1; number <= 5; number++)
            await SayAsync(ada, $"{number}", task: "F001");
        var first = (await ReadAsync(new ReadThread("F001", 4))).Select(message => message.MessageId.Value);
        await project.DoneAsync(new MarkRead("F001", bob, [.. first]).ExecuteAsync);

        var unread = await ReadAsync(new ReadThread("F001", 1) { Unread = true, Agent = bob });

        Assert.Equal(["5"], unread.Select(message => message.Text));
    }

    [Fact]
    public async Task Receipts_tell_who_read_what_when_and_marking_twice_is_once()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await SayAsync(ada, "x", task: "F001");
        var first = await project.DoneAsync(new MarkRead("F001", bob, []).ExecuteAsync);
        project.Clock.Advance(TimeSpan.FromMinutes(1));
        var again = await project.DoneAsync(new MarkRead("F001", bob, []).ExecuteAsync);
        await project.DoneAsync(new MarkRead("F001", ada, []).ExecuteAsync);

        var message = Assert.Single(await ReadAsync(new ReadThread("F001") { Receipts = true }));

        Assert.Equal((1, 0), (first.MessagesMarked, again.MessagesMarked));
        Assert.Equal<string>([bob, ada], message.ReadBy);
        Assert.Equal<MessageReceipt>(
            [new MessageReceipt(bob, TestClock.Noon), new MessageReceipt(ada, TestClock.Noon + TimeSpan.FromMinutes(1))], message.Receipts!.Value);
    }

    [Fact]
    public async Task A_long_thread_read_at_once_is_one_event_that_counts_all_and_names_some()
    {
        var agent = await project.JoinAsync();
        using (var session = project.Open())
        {
            await session.Store.DecideAsync<object>(
                store =>
                {
                    for (var number = 0; number < 300; number++)
                        store.AddMessage(ProjectId.Parse("01JZ0000000000000000000000"), new MessageDraft(new("F001"), null, new(agent), "x"));
                    return Outcome<object>.Done(store);
                },
                CancellationToken.None);
        }

        await project.DoneAsync(new MarkRead("F001", agent, []).ExecuteAsync);
        var unknown = await project.RunAsync(new MarkRead("F999", agent, []).ExecuteAsync);

        var read = Assert.Single((await project.DoneAsync(new ListEvents { Types = ["message.read"] }.ExecuteAsync)).Events);
        Assert.Equal((300, 200), (read.Data["count"]!.GetValue<int>(), read.Data["message_ids"]!.AsArray().Count));
        Assert.Equal("task-unknown", Assert.Single(unknown.Warnings).Code);
    }

    [Fact]
    public async Task Readers_that_mark_at_once_lose_no_mark()
    {
        var ada = await project.JoinAsync();
        await SayAsync(ada, "x", task: "F001");
        var readers = new List<string>();
        for (var number = 0; number < 8; number++)
            readers.Add(await project.JoinAsync());

        await Task.WhenAll(readers.Select(reader => Task.Run(() => project.DoneAsync(new MarkRead("F001", reader, []).ExecuteAsync))));

        Assert.Equal(readers.Order(), (await ReadAsync(new ReadThread("F001")))[0].ReadBy.Order());
    }

    [Fact]
    public async Task A_new_holder_is_told_the_newest_handoff_however_much_was_said_since()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await SayAsync(ada, "old hand-off", "F001", severity: "handoff");
        await SayAsync(ada, "hand-off", "F001", severity: "handoff");
        for (var number = 0; number < 12; number++)
            await SayAsync(ada, "chat", "F001");
        await SayAsync(bob, "my own", "F001");

        var claim = await project.DoneAsync(new ClaimTask("F001", bob, TimeSpan.FromMinutes(5)).ExecuteAsync);

        Assert.Equal(("hand-off", 14), (claim.HandoffMessage?.Text, claim.UnreadCount));
    }

    [Theory]
    [InlineData("BUG", "a bug here", true)]
    [InlineData("ug he", "a bug here", true)]
    [InlineData("%", "100 %", true)]
    [InlineData("%", "a bug here", false)]
    [InlineData("a_b", "a_b", true)]
    [InlineData("a_b", "axb", false)]
    [InlineData("say \"hi\" now", "Say \"Hi\" now", true)]
    [InlineData("bug OR here", "a bug here", false)]
    [InlineData("x'; drop table messages; --", "nothing", false)]
    [InlineData("é", "café", true)]
    [InlineData("headline", "only in the subject", true)]
    public async Task A_keyword_is_found_anywhere_and_nothing_in_it_is_special(string keyword, string text, bool found)
    {
        await SayAsync(await project.JoinAsync(), text, "F001", subject: "A Headline");

        Assert.Equal(found ? 1 : 0, (await project.DoneAsync(new SearchMessages { Keyword = keyword }.ExecuteAsync)).Count);
    }

    [Fact]
    public async Task A_search_finds_the_same_with_and_without_the_index()
    {
        var ada = await project.JoinAsync();
        foreach (var text in new[] { "Alpha beta", "alphabet", "beta", "ALPHA" })
            await SayAsync(ada, text, "F001");
        var indexed = await project.DoneAsync(new SearchMessages { Keyword = "alpha" }.ExecuteAsync);

        using (var session = project.Open())
            await session.Store.WriteAsync(DropIndex, CancellationToken.None);
        var scanned = await project.DoneAsync(new SearchMessages { Keyword = "alpha" }.ExecuteAsync);
        await SayAsync(ada, "Alphorn? alpha!", "F001");
        var indexedAnew = await project.DoneAsync(new SearchMessages { Keyword = "alpha" }.ExecuteAsync);

        Assert.Equal(["ALPHA", "alphabet", "Alpha beta"], indexed.Messages.Select(message => message.Text));
        Assert.Equal(indexed.Messages.Select(message => message.Text), scanned.Messages.Select(message => message.Text));
        Assert.Equal(["Alphorn? alpha!", .. scanned.Messages.Select(message => message.Text)], indexedAnew.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task Pages_of_a_search_neither_skip_nor_repeat()
    {
        var ada = await project.JoinAsync();
        for (var number = 1; number <= 5; number++)
            await SayAsync(ada, $"note {number}", "F001");

        var first = await project.DoneAsync(new SearchMessages(2) { Keyword = "note" }.ExecuteAsync);
        var second = await project.DoneAsync(new SearchMessages(2) { Keyword = "note", Before = first.Cursor }.ExecuteAsync);
        var third = await project.DoneAsync(new SearchMessages(2) { Keyword = "note", Before = second.Cursor }.ExecuteAsync);

        Assert.Equal(
            ["note 5", "note 4", "note 3", "note 2", "note 1"],
            first.Messages.Concat(second.Messages).Concat(third.Messages).Select(message => message.Text));
        Assert.Null(third.Cursor);
    }

    [Fact]
    public async Task A_search_for_nothing_is_refused() =>
        Assert.Equal("filter-needed", await project.RefusedAsync(new SearchMessages().ExecuteAsync));

    [Fact]
    public async Task Who_waits_is_woken_by_a_message_and_may_acknowledge_it()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        var waiting = Task.Run(() => project.DoneAsync(new WaitForMessages(bob, Ages) { Acknowledge = true }.ExecuteAsync));

        await SayAsync(ada, "hello", to: bob);

        var awaited = await waiting;
        Assert.True(awaited is { Received: true, Timeout: false, Count: 1 });
        Assert.Empty(await UnreadAsync(bob));
    }

    [Fact]
    public async Task A_wait_after_a_cursor_gives_what_came_later_even_if_it_was_read()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await SayAsync(ada, "one", to: bob);
        var cursor = (await project.DoneAsync(new ReadInbox(bob, Acknowledge: true).ExecuteAsync)).Cursor;
        await SayAsync(ada, "two", to: bob);
        await project.DoneAsync(new ReadInbox(bob, Acknowledge: true).ExecuteAsync);

        var awaited = await project.DoneAsync(new WaitForMessages(bob, Ages) { Since = cursor }.ExecuteAsync);

        Assert.Equal(["two"], awaited.Messages.Select(message => message.Text));
    }

    [Fact]
    public async Task A_wait_in_vain_ends_well_and_says_so()
    {
        var bob = await project.JoinAsync();

        var awaited = await project.DoneAsync(new WaitForMessages(bob, TimeSpan.FromMilliseconds(1)).ExecuteAsync);

        Assert.True(awaited is { Received: false, Timeout: true, Count: 0 });
    }

    [Theory]
    [InlineData("nobody", 1, null, "agent-unknown")]
    [InlineData(null, 1, null, "agent-unknown")]
    [InlineData("bob", 1, "soon", "time-invalid")]
    [InlineData("bob", 100_000, null, "timeout-out-of-range")]
    public async Task A_wait_that_makes_no_sense_is_refused_at_once(string? agent, int seconds, string? since, string code)
    {
        var bob = await project.JoinAsync();

        Assert.Equal(
            code,
            await project.RefusedAsync(new WaitForMessages(agent == "bob" ? bob : agent, TimeSpan.FromSeconds(seconds)) { Since = since }.ExecuteAsync));
    }

    private static bool DropIndex(StoreTransaction store)
    {
        store.Database.Execute("drop table messages_text");
        store.Database.Execute("delete from meta where name = 'messages_indexed'");
        return true;
    }

    private Task<SentMessage> SayAsync(
        string from, string text, string? task = null, string? to = null, string? severity = null, string? subject = null) =>
        project.DoneAsync(new SendMessage(task, from, text) { To = to, Severity = severity, Subject = subject }.ExecuteAsync);

    private async Task<IReadOnlyList<MessageLine>> ReadAsync(ReadThread read) => (await project.DoneAsync(read.ExecuteAsync)).Messages;

    private async Task<IEnumerable<string>> UnreadAsync(string agent) =>
        (await project.DoneAsync(new ReadInbox(agent).ExecuteAsync)).Messages.Select(message => message.Text);
}
