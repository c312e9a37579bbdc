using System.Text.Json;
using Lodestar.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lodestar.Mcp;

/// <summary>Tells the calling client how its call comes along: what begins and ends as log messages, progress where it gave
/// a token, and which resources read differently now.</summary>
/// <remarks>What is being told is never cancelled: the library would leave half a line behind.</remarks>
/// <param name="server">The session.</param>
/// <param name="token">The client's progress token, when it gave one.</param>
internal sealed class CallTeller(McpServer server, ProgressToken? token) : ICallTeller
{
    /// <summary>Names what happened without the client's doing.</summary>
    internal const string NewsLogger = "lodestar.news";

    private const string CallLogger = "lodestar";
    private const double Whole = 100;

    /// <inheritdoc/>
    public async Task BeginAsync(string what)
    {
        await SayAsync(LoggingLevel.Info, what).ConfigureAwait(false);
        await ProgressAsync(0, Whole, what).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task EndAsync(ToolAnswer answer)
    {
        if (answer.Code is null)
            await ProgressAsync(Whole, Whole, answer.Summary).ConfigureAwait(false);
        await SayAsync(answer.Code is null ? LoggingLevel.Info : LoggingLevel.Error, answer.Summary).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task ProgressAsync(double done, double total, string what) => token is { } wanted
        ? server.NotifyProgressAsync(
            wanted, new ProgressNotificationValue { Progress = (float)done, Total = (float)total, Message = what }, cancellationToken: CancellationToken.None)
        : Task.CompletedTask;

    /// <inheritdoc/>
    public async Task ChangedAsync(IReadOnlyList<string> uris)
    {
        foreach (var uri in uris)
            await ChangedAsync(server, uri).ConfigureAwait(false);
    }

    /// <summary>Tells a client that a resource reads differently now.</summary>
    internal static Task ChangedAsync(McpServer server, string uri) => server.SendNotificationAsync(
        NotificationMethods.ResourceUpdatedNotification,
        new ResourceUpdatedNotificationParams { Uri = uri },
        McpJsonUtilities.DefaultOptions,
        CancellationToken.None);

    /// <summary>Tells a client something as a log message, unless it asked for less.</summary>
    internal static Task SayAsync(McpServer server, LoggingLevel level, string text, string logger) =>
        level < (server.LoggingLevel ?? LoggingLevel.Info)
            ? Task.CompletedTask
            : server.SendNotificationAsync(
                NotificationMethods.LoggingMessageNotification,
                new LoggingMessageNotificationParams
                {
                    Level = level,
                    Logger = logger,
                    Data = JsonSerializer.SerializeToElement(text, McpJson.Default.String),
                },
                McpJsonUtilities.DefaultOptions,
                CancellationToken.None);

    private Task SayAsync(LoggingLevel level, string text) => SayAsync(server, level, text, CallLogger);
}
