using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>The server as clients start it: a process, its streams and its end.</summary>
public sealed class ServeTests : IDisposable
{
    private const string Hello =
        """
        {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
        {"jsonrpc":"2.0","method":"notifications/initialized"}
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;

    public ServeTests()
    {
        program = new LodestarProgram(scratch);
        scratch.Write("p/.lodestar/spec.yaml", "tasks:\n  F1: {title: a}\n");
        scratch.Write("p/said", $$"""
            {{Hello}}
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"lodestar_agent_join","arguments":{"name":"ada"} } }
            {"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"lodestar_task_get","arguments":{"task_id":"\u001b[31mNOPE\n"} } }

            """);
    }

    [Fact]
    public async Task Standard_output_holds_the_protocol_alone_and_the_log_goes_where_it_was_asked_for()
    {
        var run = await ThroughAsync("exec \"$@\" < said", "mcp", "serve", "--log-file", "log", "--json-logs", "--dev", "--port", "8000");

        Assert.True(run.ExitCode == 0, run.ToString());
        var messages = Lines(run.Output).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(messages, message => Assert.Equal("2.0", message["jsonrpc"]!.GetValue<string>()));
        Assert.Equal([1, 2, 3], messages.Where(message => message["method"] is null).Select(message => message["id"]!.GetValue<int>()).Order());
        var log = Lines(await File.ReadAllTextAsync(scratch.PathOf("p", "log"))).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Contains(log, line => line["tool"]?.GetValue<string>() == "lodestar_task_get" && line["code"]!.GetValue<string>() == "task-unknown");
        Assert.Equal(2, log.Count(line => line["message"]!.GetValue<string>().Contains("has no effect", StringComparison.Ordinal)));
        Assert.Equal(Lines(run.Error), Lines(await File.ReadAllTextAsync(scratch.PathOf("p", "log"))));
    }

    [Fact]
    public async Task A_server_that_is_asked_to_end_ends_in_order_in_the_middle_of_a_wait()
    {
        var agent = (await program.RunAsync(scratch.PathOf("p"), "agent", "join", "--json")).MustSucceed().Data["agent_id"]!.GetValue<string>();
        scratch.Write("p/wait", $$"""
            {{Hello}}
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"lodestar_message_wait","arguments":{"agent_id":"{{agent}}","timeout_seconds":3600} } }

            """);

        await using var started = program.StartThrough(scratch.PathOf("p"), """mkfifo in; exec 3<>in; cat wait >&3; exec "$@" <&3""", "mcp", "serve");
        Assert.True(await Waiting.UntilAsync(() => started.Errors.Contains("serves", StringComparison.Ordinal), Patience));
        started.Signal("TERM");
        var run = await started.EndAsync(Patience);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("The client has gone", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("p", "transport-unknown", "--transport", "http")]
    [InlineData("", "not-initialized")]
    public async Task What_cannot_be_served_is_said_before_the_protocol_begins(string directory, string code, params string[] options)
    {
        var run = await program.RunAsync(scratch.PathOf(directory), ["mcp", "serve", .. options, "--json"]);

        Assert.Equal((1, code), (run.ExitCode, run.Code));
    }

    public void Dispose() => scratch.Dispose();

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<ProgramRun> ThroughAsync(string script, params string[] arguments)
    {
        await using var started = program.StartThrough(scratch.PathOf("p"), script, arguments);
        return await started.EndAsync(Patience);
    }
}
