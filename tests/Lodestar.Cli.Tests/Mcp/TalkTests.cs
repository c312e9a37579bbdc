using System.Text.Json.Nodes;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>Messages, waiting, and what the server tells of itself.</summary>
public sealed class TalkTests : IDisposable
{
    private readonly PlaneProject project = new("  F1: {title: a}\n  F2: {title: b, depends_on: [F1]}\n  \"a/b c\": {title: c}");

    [Fact]
    public async Task A_wait_ends_when_another_process_writes_and_a_ping_is_answered_meanwhile()
    {
        var (reader, writer) = (await project.JoinAsync(), await project.JoinAsync());
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", reader));

        var waiting = session.DoneAsync("lodestar_message_wait", """{"timeout_seconds":60}""");
        await session.Client.PingAsync();
        Assert.False(waiting.IsCompleted);
        await project.DoneAsync(new SendMessage(null, writer, "hello") { To = reader }.ExecuteAsync);

        Assert.Equal("hello", (await waiting)["messages"]![0]!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_server_at_work()
    {
        var reader = await project.JoinAsync();
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", reader));

        using var enough = new CancellationTokenSource();
        var waiting = session.CallAsync("lodestar_message_wait", """{"timeout_seconds":3600}""", enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(2, (await session.DoneAsync("lodestar_task_next"))["totalClaimable"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_waiting_server_ends_when_its_client_goes()
    {
        var reader = await project.JoinAsync();
        var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", reader));
        _ = session.CallAsync("lodestar_message_wait", """{"timeout_seconds":3600}""").ContinueWith(_ => { }, TaskScheduler.Default);
        await session.Client.PingAsync();

        await session.DisposeAsync();
    }

    [Fact]
    public async Task Every_message_is_read_once_page_by_page_however_long_it_is()
    {
        var (reader, writer) = (await project.JoinAsync(), await project.JoinAsync());
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", reader));
        for (var n = 0; n < 12; n++)
            await project.DoneAsync(new SendMessage(null, writer, $"{n} {new string('x', n * 600)}") { To = reader }.ExecuteAsync);

        var seen = new List<string>();
        string? cursor = null;
        while (true)
        {
            var page = await session.DoneAsync("lodestar_message_inbox", new JsonObject { ["cursor"] = cursor }.ToJsonString());
            if (page["count"]!.GetValue<int>() == 0)
                break;
            seen.AddRange(page["messages"]!.AsArray().Select(message => message!["text"]!.GetValue<string>().Split(' ')[0]));
            cursor = page["nextCursor"]!.GetValue<string>();
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(n => $"{n}"), seen);
    }

    [Fact]
    public async Task Acknowledged_messages_are_unread_no_more()
    {
        var (reader, writer) = (await project.JoinAsync(), await project.JoinAsync());
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", reader));
        await project.DoneAsync(new SendMessage("F1", writer, "one").ExecuteAsync);
        await project.DoneAsync(new SendMessage("F1", writer, "two").ExecuteAsync);

        var thread = await session.DoneAsync("lodestar_message_list", $$"""{"task_id":"F1","unread_by":"{{reader}}","limit":1}""");
        var first = thread["messages"]![0]!["message_id"]!.GetValue<string>();
        var marked = await session.DoneAsync("lodestar_message_ack", $$"""{"task_id":"F1","message_ids":["{{first}}"]}""");
        var left = await session.DoneAsync("lodestar_message_list", $$"""{"task_id":"F1","unread_by":"{{reader}}"}""");

        Assert.Equal(1, marked["updatedCount"]!.GetValue<int>());
        Assert.Equal("two", Assert.Single(left["messages"]!.AsArray())!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_subscriber_hears_of_changes_others_make_and_can_read_what_it_hears_of()
    {
        var agent = await project.JoinAsync();
        await using var session = await McpSession.OpenAsync(project);
        foreach (var uri in new[] { "lodestar://task/F1", "lodestar://task/F1/thread", "lodestar://status", $"lodestar://agent/{agent}/inbox" })
            await session.Client.SubscribeToResourceAsync(uri);

        await project.DoneAsync(new ClaimTask("F1", agent, TimeSpan.FromMinutes(5)).ExecuteAsync);
        await project.DoneAsync(new SendMessage("F1", agent, "x").ExecuteAsync);

        foreach (var uri in new[] { "lodestar://task/F1", "lodestar://status", "lodestar://task/F1/thread", $"lodestar://agent/{agent}/inbox" })
        {
            await session.Notifications.UntilAsync($"resources/updated {uri}");
            Assert.NotEmpty((await session.Client.ReadResourceAsync(uri)).Contents);
        }
    }

    [Fact]
    public async Task A_task_written_by_others_is_told_as_a_change_of_the_list()
    {
        await using var session = await McpSession.OpenAsync(project);
        await session.Client.SubscribeToResourceAsync("lodestar://spec");

        await project.DoneAsync(new CreateTask("new") { Id = "N1" }.ExecuteAsync);
        await project.JoinAsync();

        await session.Notifications.UntilAsync("resources/list_changed");
        await session.Notifications.UntilAsync("resources/updated lodestar://spec");
        Assert.Contains((await session.Client.ListResourcesAsync()), resource => resource.Uri == "lodestar://task/N1");
    }

    [Fact]
    public async Task A_call_tells_its_beginning_its_progress_what_changed_and_its_end()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new CompleteTask("F1", agent).ExecuteAsync);
        await using var wire = new McpWire(project);
        await wire.InitializeAsync();

        await wire.SendAsync(
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"lodestar_task_verify","arguments":{"task_id":"F1","agent_id":"?"},"_meta":{"progressToken":"p"}}}"""
                .Replace("?", agent, StringComparison.Ordinal));
        await wire.AnswerAsync(5);

        Assert.Equal(
            [
                $"message Verifying task F1 by agent {agent}",
                "progress 0",
                "resources/updated lodestar://task/F1",
                "resources/updated lodestar://task/F2",
                "progress 100",
                "message F1 is verified; ready now: F2",
            ],
            wire.Notifications
                .Select(one => (Method: one["method"]!.GetValue<string>()["notifications/".Length..], Params: one["params"]?.AsObject()))
                .Where(one => one.Method != "resources/list_changed" && one.Params?["logger"]?.GetValue<string>() != "lodestar.news")
                .Select(one => $"{one.Method} {one.Params!["uri"] ?? one.Params["data"] ?? one.Params["progress"]}"));
    }

    [Fact]
    public async Task A_batch_tells_how_far_it_is()
    {
        project.Define("  F1: {title: a, status: done}\n  F2: {title: b, status: done}\n  F3: {title: c}\n  F4: {title: d, status: done}");
        var agent = await project.JoinAsync();
        await using var wire = new McpWire(project);
        await wire.InitializeAsync();

        await wire.SendAsync(
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"lodestar_task_batch_verify","arguments":{"task_ids":["F1","F2","F3","F4"],"agent_id":"?"},"_meta":{"progressToken":7}}}"""
                .Replace("?", agent, StringComparison.Ordinal));
        await wire.AnswerAsync(5);

        Assert.Equal(
            ["0", "25", "50", "75", "100"],
            wire.Notifications.Where(one => one["method"]!.GetValue<string>() == "notifications/progress").Select(one => one["params"]!["progress"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("lodestar://task/a%2Fb%20c")]
    [InlineData("lodestar://task/a%2Fb%20c/thread")]
    [InlineData("lodestar://spec")]
    [InlineData("lodestar://status")]
    public async Task Resources_are_read_by_address_whatever_the_id_holds(string uri)
    {
        await using var session = await McpSession.OpenAsync(project);

        Assert.NotEmpty(((TextResourceContents)(await session.Client.ReadResourceAsync(uri)).Contents[0]).Text);
    }

    [Theory]
    [InlineData("lodestar://task/NOPE")]
    [InlineData("lodestar://agent/A00000000/inbox")]
    [InlineData("lodestar://schema/nope")]
    [InlineData("lodestar://nothing")]
    [InlineData("file:///etc/passwd")]
    public async Task What_is_not_there_cannot_be_read(string uri)
    {
        await using var session = await McpSession.OpenAsync(project);

        await Assert.ThrowsAsync<McpProtocolException>(() => session.Client.ReadResourceAsync(uri).AsTask());
    }

    [Fact]
    public async Task Guides_are_there_and_others_are_refused()
    {
        await using var session = await McpSession.OpenAsync(project);

        foreach (var prompt in await session.Client.ListPromptsAsync())
            Assert.NotEmpty(((TextContentBlock)(await prompt.GetAsync()).Messages[0].Content).Text);
        await Assert.ThrowsAsync<McpProtocolException>(() => session.Client.GetPromptAsync("nope").AsTask());
    }

    public void Dispose() => project.Dispose();
}
