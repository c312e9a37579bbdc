using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine;
using Lodestar.Mcp;
using Lodestar.TestKit;
using ModelContextProtocol.Server;

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
    public async Task After_a_line_that_is_no_good_the_server_still_answers(string line)
    {
        await using var wire = new Wire(project);
        await wire.InitializeAsync();

        await wire.SendAsync(line);
        await wire.SendAsync("""{"jsonrpc":"2.0","id":99,"method":"ping"}""");

        Assert.NotNull((await wire.AnswerAsync(99))["result"]);
    }

    [Fact]
    public async Task A_line_without_end_is_cut_and_the_next_one_is_read()
    {
        await using var wire = new Wire(project);
        await wire.InitializeAsync();

        await wire.SendAsync("""{"jsonrpc":"2.0","id":50,"method":"ping","params":{"x":" """ + new string('x', 3 * BoundedLineStream.Usual) + "\"}}");
        await wire.SendAsync("""{"jsonrpc":"2.0","id":99,"method":"ping"}""");

        Assert.NotNull((await wire.AnswerAsync(99))["result"]);
        Assert.Contains("A line was cut", wire.LogText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_client_gets_the_data_as_text()
    {
        await using var wire = new Wire(project);
        await wire.InitializeAsync("2024-11-05");

        await wire.SendAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"lodestar_task_next","arguments":{}}}""");

        var text = (await wire.AnswerAsync(3))["result"]!["content"]![0]!["text"]!.GetValue<string>();
        Assert.Equal(1, JsonNode.Parse(text)!["totalClaimable"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_server_ends_when_its_client_goes_in_the_middle_of_calls()
    {
        var wire = new Wire(project);
        await wire.InitializeAsync();
        for (var n = 0; n < 50; n++)
            await wire.SendAsync("""{"jsonrpc":"2.0","id":"?","method":"tools/call","params":{"name":"lodestar_agent_join","arguments":{}}}""".Replace("?", $"call {n}", StringComparison.Ordinal));

        var started = Stopwatch.GetTimestamp();
        await wire.DisposeAsync();

        Assert.True(Stopwatch.GetElapsedTime(started) < Patience);
        var list = await project.DoneAsync(new Engine.Operations.ListAgents().ExecuteAsync);
        Assert.InRange(list.Agents.Length, 0, 50);
    }

    [Fact]
    public async Task No_input_ends_the_server_or_gets_something_that_is_no_message()
    {
        await using var wire = new Wire(project);
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

    /// <summary>A server, and the bare lines that go to it and come back.</summary>
    private sealed class Wire : IAsyncDisposable
    {
        private readonly CancellationTokenSource ending = new();
        private readonly AnonymousPipeServerStream toServer = new(PipeDirection.Out);
        private readonly AnonymousPipeServerStream fromServer = new(PipeDirection.In);
        private readonly MemoryStream log = new();
        private readonly StreamReader answers;
        private readonly Task served;

        public Wire(PlaneProject project)
        {
            var input = new AnonymousPipeClientStream(PipeDirection.In, toServer.ClientSafePipeHandle);
            var output = new AnonymousPipeClientStream(PipeDirection.Out, fromServer.ClientSafePipeHandle);
            answers = new StreamReader(fromServer);
            served = ServeAsync(project, input, output);
        }

        public string LogText => Encoding.UTF8.GetString(log.ToArray());

        public async Task InitializeAsync(string protocol = "2025-06-18")
        {
            await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"?","capabilities":{},"clientInfo":{"name":"wire","version":"1"}}}"""
                .Replace("?", protocol, StringComparison.Ordinal));
            await AnswerAsync(1);
            await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        }

        public async Task SendAsync(string line) => await toServer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

        public async Task<JsonObject> AnswerAsync(JsonNode id)
        {
            while (await answers.ReadLineAsync().WaitAsync(Patience) is { } line)
            {
                var message = JsonNode.Parse(line)!.AsObject();
                if (JsonNode.DeepEquals(message["id"], id) && message["method"] is null)
                    return message;
            }

            throw new InvalidOperationException($"The server ended.\n{LogText}");
        }

        public async ValueTask DisposeAsync()
        {
            await toServer.DisposeAsync();
            await served.WaitAsync(Patience);
            await fromServer.DisposeAsync();
            ending.Dispose();
        }

        private async Task ServeAsync(PlaneProject project, Stream input, Stream output)
        {
            using var told = new ServerLog(project.Clock, asJson: false, log);
            await using var bounded = new BoundedLineStream(input, BoundedLineStream.Usual, dropped => told.Note("warning", $"A line was cut; {dropped} bytes are lost."));
            await using (output)
            {
                await using var transport = new StreamServerTransport(bounded, output, "lodestar", told);
                await new LodestarServer(project.Root, new SessionWorld(project.Clock, new IdSource(), _ => null), told, "1").RunAsync(transport, ending.Token);
            }
        }
    }
}
