using System.Text.Json;
using Lodestar.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lodestar.Mcp;

/// <summary>Tells the calling client how its call comes along: what begins and ends as log messages, progress where it gave
/// a token, and which resources read differently now.</summary>
/// <param name="server">The session.</param>
/// <param name="token">The client's progress token, when it gave one.</param>
internal sealed class CallTeller(McpServer server, ProgressToken? token) : ICallTeller
{
    private const float Whole = 100;

    /// <inheritdoc/>
    public async Task BeginAsync(string what, CancellationToken cancellation)
    {
        await SayAsync(LoggingLevel.Info, what, cancellation).ConfigureAwait(false);
        await ProgressAsync(0, what, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task EndAsync(ToolAnswer answer, CancellationToken cancellation)
    {
        if (answer.Code is null)
            await ProgressAsync(Whole, answer.Summary, cancellation).ConfigureAwait(false);
        await SayAsync(answer.Code is null ? LoggingLevel.Info : LoggingLevel.Error, answer.Summary, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ChangedAsync(IReadOnlyList<string> uris, CancellationToken cancellation)
    {
        foreach (var uri in uris)
            await ChangedAsync(server, uri, cancellation).ConfigureAwait(false);
    }

    /// <summary>Tells a client that a resource reads differently now.</summary>
    internal static Task ChangedAsync(McpServer server, string uri, CancellationToken cancellation) => server.SendNotificationAsync(
        NotificationMethods.ResourceUpdatedNotification,
        new ResourceUpdatedNotificationParams { Uri = uri },
        McpJsonUtilities.DefaultOptions,
        cancellation);

    /// <summary>Tells a client something as a log message, unless it asked for less.</summary>
    internal static Task SayAsync(McpServer server, LoggingLevel level, string text, CancellationToken cancellation) =>
        level < (server.LoggingLevel ?? LoggingLevel.Info)
            ? Task.CompletedTask
            : server.SendNotificationAsync(
                NotificationMethods.LoggingMessageNotification,
                new LoggingMessageNotificationParams
                {
                    Level = level,
                    Logger = "lodestar",
                    Data = JsonSerializer.SerializeToElement(text, McpJson.Default.String),
                },
                McpJsonUtilities.DefaultOptions,
                cancellation);

    private Task SayAsync(LoggingLevel level, string text, CancellationToken cancellation) => SayAsync(server, level, text, cancellation);

    private Task ProgressAsync(float done, string what, CancellationToken cancellation) => token is { } wanted
        ? server.NotifyProgressAsync(
            wanted, new ProgressNotificationValue { Progress = done, Total = Whole, Message = what }, cancellationToken: cancellation)
        : Task.CompletedTask;
}
