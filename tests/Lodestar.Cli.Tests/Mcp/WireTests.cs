using System.Diagnostics;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>What comes over the wire need not be a message at all; the server says so and goes on.</summary>
public sealed class WireTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly PlaneProject project = new("  F1: {title: a}");

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"jsonrpc\":\"2.0\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":2}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":5}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":[]}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/call\",\"params\":{\"name\":5}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/call\",\"params\":{\"name\":\"lodestar_task_get\",\"arguments\":[]}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\"}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/read\",\"params\":{}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/read\",\"params\":{\"uri\":\"file:///etc/passwd\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/subscribe\",\"params\":{\"uri\":\"lodestar://task/a/b/c\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/list\",\"params\":{\"cursor\":\"?\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"prompts/get\",\"params\":{\"name\":\"nope\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"no/such\"}")]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}]")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":12,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"loud\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":77}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":\"\\ud800\"}}")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":5,\"requestId\":6}}")]
    public async Task After_a_line_that_is_no_good_the_server_still_answers(string line)
    {
        await using var wire = new McpWire(project);
        await wire.InitializeAsync();

        await wire.SendAsync(line);
        await wire.SendAsync("""{"jsonrpc":"2.0","id":99,"method":"ping"}""");

        Assert.NotNull((await wire.AnswerAsync(99))["result"]);
    }

    [Fact]
    public async Task A_line_without_end_is_cut_and_the_next_one_is_read()
    {
        await using var wire = new McpWire(project);
        await wire.InitializeAsync();

        await wire.SendAsync("""{"jsonrpc":"2.0","id":50,"method":"ping","params":{"x":" """ + new string('x', 3 * BoundedLineStream.Usual) + "\"}}");
        await wire.SendAsync("""{"jsonrpc":"2.0","id":99,"method":"ping"}""");

        Assert.NotNull((await wire.AnswerAsync(99))["result"]);
        Assert.Contains("A line was cut", wire.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_client_gets_the_data_as_text()
    {
        await using var wire = new McpWire(project);
        await wire.InitializeAsync("2024-11-05");

        await wire.SendAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"lodestar_task_next","arguments":{}}}""");

        var text = (await wire.AnswerAsync(3))["result"]!["content"]![0]!["text"]!.GetValue<string>();
        Assert.Equal(1, JsonNode.Parse(text)!["totalClaimable"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_was_asked_before_the_client_closed_its_side_is_answered_and_a_wait_ends_with_what_there_is()
    {
        var agent = await project.JoinAsync();
        var wire = new McpWire(project);
        await wire.InitializeAsync();
        await wire.SendAsync(
            """{"jsonrpc":"2.0","id":"wait","method":"tools/call","params":{"name":"lodestar_message_wait","arguments":{"agent_id":"?","timeout_seconds":3600}}}"""
                .Replace("?", agent, StringComparison.Ordinal));
        await wire.SendAsync("""{"jsonrpc":"2.0","id":"join","method":"tools/call","params":{"name":"lodestar_agent_join","arguments":{}}}""");
        await wire.SendAsync("""{"jsonrpc":"2.0","id":"gone","method":"tools/call","params":{"name":"lodestar_message_wait","arguments":{"timeout_seconds":3600,"agent_id":"?"}}}"""
            .Replace("?", agent, StringComparison.Ordinal));
        await wire.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"gone"}}""");

        await wire.CloseAsync();

        // What was called off may be answered too, when the end of the input was seen first.
        var answered = new HashSet<string>();
        while (!answered.IsSupersetOf(["join", "wait"]))
            Assert.True(answered.Add((await wire.AnyAnswerAsync())["id"]!.GetValue<string>()), "A call was answered twice.");
        Assert.Subset(new HashSet<string> { "join", "wait", "gone" }, answered);
        await wire.DisposeAsync();
    }

    [Fact]
    public async Task The_server_ends_when_its_client_goes_in_the_middle_of_calls()
    {
        var wire = new McpWire(project);
        await wire.InitializeAsync();
        for (var n = 0; n < 50; n++)
            await wire.SendAsync("""{"jsonrpc":"2.0","id":"?","method":"tools/call","params":{"name":"lodestar_agent_join","arguments":{}}}""".Replace("?", $"call {n}", StringComparison.Ordinal));

        var started = Stopwatch.GetTimestamp();
        await wire.DisposeAsync();

        Assert.True(Stopwatch.GetElapsedTime(started) < Patience);
        var list = await project.DoneAsync(new ListAgents().ExecuteAsync);
        Assert.InRange(list.Agents.Length, 0, 50);
    }

    [Fact]
    public async Task No_input_ends_the_server_or_gets_something_that_is_no_message()
    {
        await using var wire = new McpWire(project);
        await wire.InitializeAsync();
        var seeds = new[]
        {
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"lodestar_task_claim","arguments":{"task_id":"F1","agent_id":"A0"}}}""",
            """{"jsonrpc":"2.0","id":6,"method":"resources/read","params":{"uri":"lodestar://task/F1"}}""",
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5,"reason":"x"}}""",
        };
        var mutations = Gen.Choose(0, seeds.Length - 1)
            .SelectMany(_ => Gen.Choose(0, 200), (seed, at) => (Seed: seeds[seed], At: at))
            .SelectMany(_ => Gen.Elements("\"", "{", "]", ",", "\\u0000", "\\ud800", "1e999", "null", "\u00e9", " ", "-"), (place, text) =>
                place.Seed.Insert(Math.Min(place.At, place.Seed.Length), text))
            .SelectMany(_ => Gen.Choose(0, 60), (line, cut) => cut > 50 ? line[..(line.Length / 2)] : line);

        foreach (var line in mutations.Sample(400, 400))
            await wire.SendAsync(line);
        await wire.SendAsync("""{"jsonrpc":"2.0","id":"last","method":"ping"}""");

        Assert.NotNull((await wire.AnswerAsync("last"))["result"]);
        Assert.DoesNotContain(" error ", wire.LogText, StringComparison.Ordinal);
    }

    public void Dispose() => project.Dispose();
}
