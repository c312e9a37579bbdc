using System.IO.Pipes;
using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Engine;
using Lodestar.Mcp;
using Lodestar.TestKit;
using ModelContextProtocol.Server;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>A server, and the bare lines that go to it and come back.</summary>
internal sealed class McpWire : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource ending = new();
    private readonly AnonymousPipeServerStream toServer = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream fromServer = new(PipeDirection.In);
    private readonly MemoryStream log = new();
    private readonly StreamReader answers;
    private readonly Task served;

    /// <summary>Serves a project.</summary>
    public McpWire(PlaneProject project)
    {
        var input = new AnonymousPipeClientStream(PipeDirection.In, toServer.ClientSafePipeHandle);
        var output = new AnonymousPipeClientStream(PipeDirection.Out, fromServer.ClientSafePipeHandle);
        answers = new StreamReader(fromServer);
        served = ServeAsync(project, input, output);
    }

    /// <summary>The notifications that came before the last answer, in order.</summary>
    public List<JsonObject> Notifications { get; } = [];

    /// <summary>What the server wrote to its log.</summary>
    public string LogText => Encoding.UTF8.GetString(log.ToArray());

    /// <summary>Greets the server in a version of the protocol.</summary>
    public async Task InitializeAsync(string protocol = "2025-06-18")
    {
        await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"?","capabilities":{},"clientInfo":{"name":"wire","version":"1"}}}"""
            .Replace("?", protocol, StringComparison.Ordinal));
        await AnswerAsync(1);
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
    }

    /// <summary>Sends a line.</summary>
    public async Task SendAsync(string line) => await toServer.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Closes the client's side; answers can still be read.</summary>
    public ValueTask CloseAsync() => toServer.DisposeAsync();

    /// <summary>Reads to the answer with an id.</summary>
    public Task<JsonObject> AnswerAsync(JsonNode id) => ReadAsync(id);

    /// <summary>Reads to the next answer, whichever it is.</summary>
    public Task<JsonObject> AnyAnswerAsync() => ReadAsync(null);

    private async Task<JsonObject> ReadAsync(JsonNode? id)
    {
        while (await answers.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            var message = JsonNode.Parse(line)!.AsObject();
            if (message["method"] is null && (id is null || JsonNode.DeepEquals(message["id"], id)))
                return message;
            if (message["method"] is not null)
                Notifications.Add(message);
        }

        throw new InvalidOperationException($"The server ended.\n{LogText}");
    }

    /// <inheritdoc/>
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
        await using var bounded = new LingeringStream(
            new BoundedLineStream(input, BoundedLineStream.Usual, dropped => told.Note("warning", $"A line was cut; {dropped} bytes are lost.")));
        await using var whole = new ClosingStream(output, ending.Cancel);
        await using var transport = new StreamServerTransport(bounded, whole, "lodestar", told);
        await new LodestarServer(project.Root, new SessionWorld(project.Clock, new IdSource(), _ => null), told, "1").RunAsync(transport, bounded.LetGo, ending.Token);
    }
}
