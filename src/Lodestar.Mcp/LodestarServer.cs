using Lodestar.Engine;
using Lodestar.Mcp.Tools;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lodestar.Mcp;

/// <summary>Serves one project to one client: tools, resources and prompts over the same operations as the command line.</summary>
/// <remarks>The protocol library reads and answers messages; what is here says what there is, and does it. It knows no
/// transport: the program that starts it brings one.</remarks>
public sealed class LodestarServer
{
    private const string Instructions =
        "Tasks, leases and messages of this repository. Join once (lodestar_agent_join), take work with lodestar_task_next and "
        + "lodestar_task_claim, finish it with lodestar_task_done. A refused call has error.code and a hint. "
        + "The resource lodestar://schema/TOOL has the schema of a result.";

    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    private readonly ToolDesk desk;
    private readonly ServerLog log;
    private readonly string version;

    /// <summary>Prepares to serve the project a directory belongs to. It may have no valid spec yet: then every tool says so.</summary>
    /// <param name="directory">The directory acted from.</param>
    /// <param name="world">Clock, ids and variables.</param>
    /// <param name="log">Where it is told what happens.</param>
    /// <param name="version">The program's version.</param>
    public LodestarServer(string directory, SessionWorld world, ServerLog log, string version)
    {
        desk = new ToolDesk(directory, world, log);
        this.log = log;
        this.version = version;
    }

    /// <summary>Serves until the client goes or the token is cancelled. What a client asked before it closed its side is still
    /// answered, for a while; waits end at once.</summary>
    /// <param name="transport">The client's line.</param>
    /// <param name="letGo">Told when everything that was asked is answered and the end of the input may be seen.</param>
    /// <param name="cancellation">Ends the server.</param>
    public async Task RunAsync(ITransport transport, Action letGo, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var leaving = new CancellationTokenSource();
        desk.Leaving = leaving.Token;
        var resources = new ResourceDesk(desk);
        var options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "lodestar", Version = version },
            ServerInstructions = Instructions,
            Capabilities = new ServerCapabilities
            {
                Tools = new ToolsCapability { ListChanged = false },
                Prompts = new PromptsCapability { ListChanged = false },
                Resources = new ResourcesCapability { Subscribe = true, ListChanged = true },
                Logging = new LoggingCapability(),
            },
            Handlers = Handlers(resources, ending.Token),
        };
        var answering = new AnsweringTransport(transport, desk.World.Clock, leaving.Cancel, letGo);
        var passing = answering.PassOnAsync(ending.Token);
        var server = McpServer.Create(answering, options, log);
        await using (server.ConfigureAwait(false))
        {
            var news = new NewsDesk(desk, resources, server, log).RunAsync(ending.Token);
            await server.RunAsync(cancellation).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);

            // A client that reads no more, yet keeps the pipe, must not keep us.
            await Task.WhenAny(Task.WhenAll(news, passing), Task.Delay(LastWord, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private McpServerHandlers Handlers(ResourceDesk resources, CancellationToken ending) => new()
    {
        ListToolsHandler = (_, _) => ValueTask.FromResult(ToolDescriptions.All),
        CallToolHandler = (request, token) => CallAsync(request, ending, token),
        ListResourcesHandler = (request, token) => resources.ListAsync(request.Params?.Cursor, token),
        ListResourceTemplatesHandler = (_, _) => ValueTask.FromResult(ResourceDesk.Templates),
        ReadResourceHandler = (request, token) => resources.ReadAsync(request.Params?.Uri, token),
        SubscribeToResourcesHandler = (request, _) => resources.Subscribe(request.Params?.Uri),
        UnsubscribeFromResourcesHandler = (request, _) => resources.Unsubscribe(request.Params?.Uri),
        ListPromptsHandler = (_, _) => ValueTask.FromResult(PromptDesk.All),
        GetPromptHandler = (request, _) => ValueTask.FromResult(PromptDesk.Get(request.Params?.Name)),
    };

    private async ValueTask<CallToolResult> CallAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken ending, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ending, cancellation);
        var asked = request.Params;
        var sent = asked?.Arguments?.AsReadOnly() ?? EmptyArguments;
        var answer = await desk.AnswerAsync(
            asked?.Name ?? "", sent, new CallTeller(request.Server, asked?.ProgressToken), both.Token).ConfigureAwait(false);
        return ToolDescriptions.Result(answer, request.Server.NegotiatedProtocolVersion);
    }

    private static IReadOnlyDictionary<string, System.Text.Json.JsonElement> EmptyArguments { get; } =
        new Dictionary<string, System.Text.Json.JsonElement>();
}
