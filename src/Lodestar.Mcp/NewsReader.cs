using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using ModelContextProtocol.Protocol;

namespace Lodestar.Mcp;

/// <summary>Finds out what reads differently than at the look before. The first look only finds out where the client comes in.</summary>
/// <param name="subscribed">The addresses clients want to hear about.</param>
/// <param name="isOurs">Whether an agent acts through this server, so that its client is told of its leases.</param>
internal sealed class NewsReader(Func<IEnumerable<string>> subscribed, Func<AgentId, bool> isOurs)
{
    private const int EventsAtOnce = 500;
    private const int MostNamed = 10;

    // Shorter leases are over before a warning could be of use.
    private static readonly TimeSpan ShortestWorthWarning = TimeSpan.FromSeconds(60);

    private readonly HashSet<(LeaseId Lease, Moment Expiry)> warned = [];
    private string? store;
    private long? seen;
    private (DateTime Written, long Length)? specSeen;
    private Dictionary<TaskId, Lease> leases = [];

    /// <summary>Looks at both planes.</summary>
    /// <returns>What is new. While the spec is invalid that is this alone; what happens meanwhile is told when it is mended.</returns>
    public async Task<News> ReadAsync(EngineSession session, CancellationToken cancellation)
    {
        var news = new News();
        var file = new FileInfo(session.Context.Spec.Value);
        var spec = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;

        // What the spec says of tasks has changed: all of them may read differently.
        if (specSeen is not null && specSeen != spec)
            news.EverythingChanged(subscribed());
        await session.QueryAsync<News>(plane => LookAtStore(plane, news), cancellation).ConfigureAwait(false);
        specSeen = spec;
        return news;
    }

    private static void LookAtEvents(IEnumerable<RecordedEvent> events, News news, List<TaskId> opened)
    {
        foreach (var entry in events)
        {
            news.Changed.Add(ResourceUris.Status);
            news.ListChanged |= entry.Event.Type is "task.verified" or "task.create" or "task.delete" or "task.restore"
                || (entry.Event.Type == "task.update" && entry.Event.Data.ContainsKey("status"));
            if (entry.Event.Task is not { } task)
                continue;
            news.Changed.Add(ResourceUris.Task(task.Value));
            if (entry.Event.Type.StartsWith("message.", StringComparison.Ordinal))
                news.Changed.Add(ResourceUris.Thread(task.Value));
            if (entry.Event.Type == "task.unblocked")
                opened.Add(task);
        }
    }

    private News LookAtStore(PlaneView plane, News news)
    {
        var name = plane.Store.StoreName();
        if (seen is null)
            seen = plane.Store.NewestEvent(plane.Project);
        else if (store is not null && store != name)
        {
            // Its numbers mean something else: whatever was known is of another store.
            seen = plane.Store.NewestEvent(plane.Project);
            leases = [];
            news.EverythingChanged(subscribed());
        }

        store = name;
        var opened = new List<TaskId>();
        for (var full = true; full;)
        {
            var events = plane.Store.Events(plane.Project, new EventFilter(seen.Value, EventsAtOnce));
            full = events.Count == EventsAtOnce;
            if (events.Count == 0)
                break;
            seen = events[^1].Seq;
            LookAtEvents(events, news, opened);
            AlsoElsewhere(events, news);
        }

        if (opened.Count > 0)
            news.Sayings.Add((LoggingLevel.Info, $"Can be claimed now: {Named(opened)}"));
        LookAtLeases(plane, news);
        return news;
    }

    /// <summary>What an event changes beyond the task it names.</summary>
    private void AlsoElsewhere(IReadOnlyList<RecordedEvent> events, News news)
    {
        // Whose inbox a message is in follows from threads and leases: all that are watched are looked at again.
        if (events.Any(entry => entry.Event.Type.StartsWith("message.", StringComparison.Ordinal)))
            news.Changed.UnionWith(subscribed().Where(uri => uri.EndsWith(ResourceUris.InboxSuffix, StringComparison.Ordinal)));

        // What an accepted task opens reads differently too.
        if (events.Any(entry => entry.Event.Type == "task.verified"))
            news.Changed.UnionWith(subscribed().Where(uri => uri.StartsWith(ResourceUris.TaskPrefix, StringComparison.Ordinal)));
    }

    /// <summary>A lease ends by itself, and nobody need write that down before somebody asks.</summary>
    private void LookAtLeases(PlaneView plane, News news)
    {
        var live = plane.Store.LiveLeases(plane.Project);
        foreach (var over in leases.Values.Where(lease => !live.ContainsKey(lease.Task)))
        {
            news.Changed.Add(ResourceUris.Task(over.Task.Value));
            news.Changed.Add(ResourceUris.Status);
        }

        leases = live;
        warned.RemoveWhere(one => !live.Values.Any(lease => lease.Id == one.Lease && lease.Expiry == one.Expiry));
        foreach (var lease in live.Values.Where(lease => lease.Run is null && lease.Term >= ShortestWorthWarning && isOurs(lease.Agent)))
        {
            var left = plane.Now.Until(lease.Expiry);
            if (left <= lease.Term / 4 && warned.Add((lease.Id, lease.Expiry)))
            {
                news.Sayings.Add((
                    LoggingLevel.Warning,
                    $"The lease of {lease.Agent} on {lease.Task} ends in {Duration.Text(TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)))}; "
                    + "lodestar_task_renew keeps it."));
            }
        }
    }

    private static string Named(List<TaskId> tasks) =>
        string.Join(", ", tasks.Take(MostNamed)) + (tasks.Count > MostNamed ? $" and {tasks.Count - MostNamed} more" : "");
}

/// <summary>What one look found.</summary>
internal sealed class News
{
    /// <summary>The addresses that read differently.</summary>
    public HashSet<string> Changed { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether other tasks can be listed now.</summary>
    public bool ListChanged { get; set; }

    /// <summary>What the client should be told in words.</summary>
    public List<(LoggingLevel Level, string Text)> Sayings { get; } = [];

    /// <summary>Notes that nothing need be as it was.</summary>
    public void EverythingChanged(IEnumerable<string> addresses)
    {
        Changed.UnionWith(addresses);
        ListChanged = true;
    }
}
