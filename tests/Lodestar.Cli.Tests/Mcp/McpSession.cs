using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Engine;
using Lodestar.Mcp;
using Lodestar.TestKit;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>The server of a project and a real client of it, joined by pipes of the operating system.</summary>
internal sealed class McpSession : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly AnonymousPipeServerStream toServer = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream fromServer = new(PipeDirection.In);
    private readonly Task served;

    private McpSession(string root, EngineClock clock, Func<string, string?> variable)
    {
        var input = new AnonymousPipeClientStream(PipeDirection.In, toServer.ClientSafePipeHandle);
        var output = new AnonymousPipeClientStream(PipeDirection.Out, fromServer.ClientSafePipeHandle);
        served = ServeAsync(root, new SessionWorld(clock, new IdSource(), variable), input, output);
    }

    /// <summary>The client.</summary>
    public McpClient Client { get; private set; } = null!;

    /// <summary>Every notification the client got, in order.</summary>
    public NotificationLog Notifications { get; } = new();

    /// <summary>What the server wrote to its log.</summary>
    public MemoryStream Log { get; } = new();

    /// <summary>Serves a project and connects a client.</summary>
    public static Task<McpSession> OpenAsync(PlaneProject project, params (string Name, string Value)[] variables) =>
        OpenAsync(project.Root, project.Clock, name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    /// <summary>Calls a tool with arguments given as JSON.</summary>
    public async Task<McpAnswer> CallAsync(string tool, string arguments = "{}", CancellationToken cancellation = default)
    {
        var request = new JsonRpcRequest
        {
            Method = "tools/call",
            Params = new JsonObject { ["name"] = tool, ["arguments"] = JsonNode.Parse(arguments) },
        };
        var response = await Client.SendRequestAsync(request, cancellation);
        return new McpAnswer(response.Result!.AsObject());
    }

    /// <summary>Calls a tool that must do what was asked, and gives the structured result.</summary>
    public async Task<JsonObject> DoneAsync(string tool, string arguments = "{}")
    {
        var answer = await CallAsync(tool, arguments);
        return answer.IsError ? throw new InvalidOperationException($"{tool}: {answer.Text}") : answer.Structured;
    }

    /// <summary>Calls a tool that must be refused, and gives the code.</summary>
    public async Task<string?> RefusedAsync(string tool, string arguments = "{}") => (await CallAsync(tool, arguments)).Code;

    /// <summary>Joins, and gives the agent's id.</summary>
    public async Task<string> JoinAsync(string name = "ada") =>
        (await DoneAsync("lodestar_agent_join", $$"""{"name":"{{name}}","new":true}"""))["agentId"]!.GetValue<string>();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await toServer.DisposeAsync();
        await ending.CancelAsync();
        await served.WaitAsync(TimeSpan.FromSeconds(30));
        await fromServer.DisposeAsync();
        ending.Dispose();
    }

    private static async Task<McpSession> OpenAsync(string root, EngineClock clock, Func<string, string?> variable)
    {
        var session = new McpSession(root, clock, variable);
        var transport = new StreamClientTransport(session.toServer, session.fromServer);
        session.Client = await McpClient.CreateAsync(transport, new McpClientOptions
        {
            ClientInfo = new() { Name = "test", Version = "1" },
            ProtocolVersion = "2025-06-18",
            Handlers = new()
            {
                NotificationHandlers =
                [
                    .. new[] { "notifications/message", "notifications/progress", "notifications/resources/updated", "notifications/resources/list_changed" }
                        .Select(method => KeyValuePair.Create<string, Func<JsonRpcNotification, CancellationToken, ValueTask>>(method, (got, _) =>
                        {
                            session.Notifications.Add(got);
                            return ValueTask.CompletedTask;
                        })),
                ],
            },
        });
        return session;
    }

    private async Task ServeAsync(string root, SessionWorld world, Stream input, Stream output)
    {
        using var log = new ServerLog(world.Clock, asJson: false, Log);
        await using (input)
        await using (output)
        {
            var whole = new LingeringStream(input);
            await using var transport = new StreamServerTransport(whole, output, "lodestar", log);
            await new LodestarServer(root, world, log, "1.2.3").RunAsync(transport, whole.LetGo, ending.Token);
        }
    }
}

/// <summary>What a tool answered.</summary>
/// <param name="Result">The result as the protocol carried it.</param>
internal sealed record McpAnswer(JsonObject Result)
{
    /// <summary>The structured part.</summary>
    public JsonObject Structured => Result["structuredContent"]!.AsObject();

    /// <summary>The line of text.</summary>
    public string Text => Result["content"]![0]!["text"]!.GetValue<string>();

    /// <summary>Whether the call was refused.</summary>
    public bool IsError => Result["isError"]?.GetValue<bool>() == true;

    /// <summary>The refusal's code.</summary>
    public string? Code => Structured["error"]?["code"]?.GetValue<string>();

    /// <summary>The bytes of the whole result.</summary>
    public int Bytes => Encoding.UTF8.GetByteCount(Result.ToJsonString());
}

/// <summary>Notifications as they came.</summary>
internal sealed class NotificationLog
{
    private readonly Lock gate = new();
    private readonly List<JsonRpcNotification> all = [];
    private TaskCompletionSource came = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds one.</summary>
    public void Add(JsonRpcNotification notification)
    {
        lock (gate)
        {
            all.Add(notification);
            came.TrySetResult();
            came = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>What they said, as <c>method payload</c>.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. all.Select(one => $"{one.Method["notifications/".Length..]} {one.Params?["uri"] ?? one.Params?["data"] ?? one.Params?["progress"]}".Trim())];
        }
    }

    /// <summary>Waits until one of them says this.</summary>
    public async Task UntilAsync(string line)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task next;
            lock (gate)
                next = came.Task;
            if (Lines.Contains(line))
                return;
            await next.WaitAsync(enough.Token);
        }
    }
}
