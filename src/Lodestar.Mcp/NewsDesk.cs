using Lodestar.Engine;
using Lodestar.Mcp.Tools;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Lodestar.Mcp;

/// <summary>Tells the client of changes to what it subscribed to, whoever made them: this server, another one, or the
/// command line.</summary>
/// <param name="desk">Where the project is opened.</param>
/// <param name="resources">What the client wants to hear about.</param>
/// <param name="server">The session.</param>
/// <param name="log">Where it is told what does not work.</param>
internal sealed class NewsDesk(ToolDesk desk, ResourceDesk resources, McpServer server, ServerLog log)
{
    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromSeconds(5);

    private readonly NewsReader reader = new(() => resources.Subscribed, desk.ActsHere);

    /// <summary>Watches until the server ends.</summary>
    public async Task RunAsync(CancellationToken ending)
    {
        await Task.Yield();
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(ending).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is EnvironmentException or RefusedException or IOException or UnauthorizedAccessException)
            {
                log.Note("warning", $"The store cannot be watched: {failed.Message}");
            }

            await PauseAsync(ending).ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(CancellationToken ending)
    {
        var opened = desk.Open();
        if (opened.Data is not { } session)
            return;
        using (session)
        {
            using var watch = session.Store.Watch();
            await LookAsync(session, ending).ConfigureAwait(false);
            while (Directory.Exists(Path.GetDirectoryName(session.Context.Runtime.Value)))
            {
                await watch.ChangedAsync(ending).ConfigureAwait(false);
                await LookAsync(session, ending).ConfigureAwait(false);
            }
        }
    }

    private async Task LookAsync(EngineSession session, CancellationToken ending)
    {
        var news = await reader.ReadAsync(session, ending).ConfigureAwait(false);
        foreach (var uri in news.Changed.Where(resources.IsSubscribed))
            await CallTeller.ChangedAsync(server, uri).ConfigureAwait(false);
        if (news.ListChanged)
            await server.SendNotificationAsync(NotificationMethods.ResourceListChangedNotification, CancellationToken.None).ConfigureAwait(false);
        foreach (var (level, text) in news.Sayings)
            await CallTeller.SayAsync(server, level, text, CallTeller.NewsLogger).ConfigureAwait(false);
    }

    private async Task PauseAsync(CancellationToken ending)
    {
        try
        {
            await Task.Delay(BeforeTryingAgain, desk.World.Clock, ending).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The server ends; the loop sees it.
        }
    }
}
