using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
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
    private const int EventsAtOnce = 500;
    private static readonly TimeSpan BeforeTryingAgain = TimeSpan.FromSeconds(5);

    private long? seen;
    private (DateTime Written, long Length)? specSeen;

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
        var changed = new HashSet<string>(StringComparer.Ordinal);
        var listChanged = LookAtSpec(session, changed);
        var read = await session.QueryAsync<Happened>(Read, ending).ConfigureAwait(false);
        if (read.Data is { } happened)
            listChanged |= Note(happened, changed);
        foreach (var uri in changed.Where(resources.IsSubscribed))
            await CallTeller.ChangedAsync(server, uri).ConfigureAwait(false);
        if (listChanged)
            await server.SendNotificationAsync(NotificationMethods.ResourceListChangedNotification, CancellationToken.None).ConfigureAwait(false);
    }

    private Outcome<Happened> Read(PlaneView plane)
    {
        // The first look only finds out where the client comes in; a store that was reset begins anew.
        var newest = plane.Store.NewestEvent(plane.Project);
        if (seen is not { } last || newest < last)
            return new Happened([], newest);
        return new Happened(newest == last ? [] : plane.Store.Events(plane.Project, new EventFilter(last, EventsAtOnce)), newest);
    }

    /// <summary>What the spec says of tasks has changed: all of them may read differently.</summary>
    private bool LookAtSpec(EngineSession session, HashSet<string> changed)
    {
        var file = new FileInfo(session.Context.Spec.Value);
        var now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        var before = specSeen;
        specSeen = now;
        if (before is null || before == now)
            return false;
        changed.UnionWith(resources.Subscribed);
        return true;
    }

    private bool Note(Happened happened, HashSet<string> changed)
    {
        seen = happened.Events.Count == 0 ? happened.Newest : happened.Events[^1].Seq;
        var listChanged = false;
        foreach (var entry in happened.Events)
        {
            changed.Add(ResourceUris.Status);
            listChanged |= entry.Event.Type is "task.verified" or "task.create" or "task.delete" or "task.restore";
            if (entry.Event.Task is { } task)
            {
                changed.Add(ResourceUris.Task(task.Value));
                if (entry.Event.Type.StartsWith("message.", StringComparison.Ordinal))
                    changed.Add(ResourceUris.Thread(task.Value));
            }

            // Whose inbox a message is in follows from threads and leases: all that are watched are looked at again.
            if (entry.Event.Type.StartsWith("message.", StringComparison.Ordinal))
                changed.UnionWith(resources.Subscribed.Where(uri => uri.EndsWith(ResourceUris.InboxSuffix, StringComparison.Ordinal)));
        }

        // What an accepted task opens reads differently too.
        if (happened.Events.Any(entry => entry.Event.Type == "task.verified"))
            changed.UnionWith(resources.Subscribed.Where(uri => uri.StartsWith(ResourceUris.TaskPrefix, StringComparison.Ordinal)));
        return listChanged;
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

    /// <summary>What happened since the last look.</summary>
    private sealed record Happened(IReadOnlyList<RecordedEvent> Events, long Newest);
}
