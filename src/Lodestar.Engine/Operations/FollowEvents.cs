using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Tells what happens in the project while it happens. It sleeps until the store changes; nothing is asked again and
/// again, and no event is left out.</summary>
/// <param name="Question">Which events. Its limit is how many are read at once.</param>
public sealed record FollowEvents(ListEvents Question)
{
    /// <summary>Begin after the newest event there is, instead of after the question's number.</summary>
    public bool FromNow { get; init; }

    /// <summary>End after so many events; null for no such end.</summary>
    public int? Most { get; init; }

    /// <summary>End after so long; null for no such end.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Follows until it is cancelled or has told enough.</summary>
    /// <param name="session">The project.</param>
    /// <param name="tell">Called for each event, in order.</param>
    /// <param name="gap">Called when what comes next does not follow what was told or seen before.</param>
    /// <param name="cancellation">Ends it, which is a good end.</param>
    public async Task<Outcome<EventPage>> ExecuteAsync(
        EngineSession session, Action<EventLine> tell, Action<EventGap> gap, CancellationToken cancellation)
    {
        if (Question.Problem() is { } refusal)
            return refusal;
        if (Most < 1)
            return new Refusal("limit-out-of-range", $"{Most} events cannot be told.", "Ask for 1 or more.");
        if (Timeout < TimeSpan.Zero || Timeout > WaitForMessages.Longest)
            return new Refusal("timeout-out-of-range", $"Events cannot be followed for {Duration.Text(Timeout.Value)}.", "Follow for 0s to 1d.");
        var project = await NamedProject.OfAsync(session, cancellation).ConfigureAwait(false);
        if (project.Data is not { } named)
            return project.Refusal!;

        using var timeUp = new CancellationTokenSource(Timeout ?? System.Threading.Timeout.InfiniteTimeSpan, session.Clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellation);
        var stream = new Stream(this, named, tell, gap);
        try
        {
            await stream.RunAsync(session.Store, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Asked to end: what was told stands, and the cursor says where to go on.
        }

        return stream.Refusal is { } ahead ? ahead : new EventPage([], stream.Told, stream.Since, false) { First = stream.First };
    }

    /// <summary>Where the reader is.</summary>
    private sealed class Stream(FollowEvents follow, NamedProject named, Action<EventLine> tell, Action<EventGap> gap)
    {
        private string? name;
        private bool begun;

        internal long Since { get; private set; } = follow.Question.Since;

        internal long First { get; private set; } = 1;

        internal int Told { get; private set; }

        internal Refusal? Refusal { get; private set; }

        internal async Task RunAsync(RuntimeStore store, CancellationToken end)
        {
            using var watch = store.Watch();
            while (true)
            {
                if (await store.ReadAsync(Look, end).ConfigureAwait(false) is not { } page)
                    return;
                foreach (var line in page.Events)
                {
                    tell(line);
                    Since = line.Seq;
                    if (++Told == follow.Most)
                        return;
                }

                Since = page.Cursor;
                if (!page.More)
                    await watch.ChangedAsync(end).ConfigureAwait(false);
            }
        }

        private EventPage? Look(StoreReader store)
        {
            var project = named.In(store);
            var newest = store.NewestEvent(project);
            var found = store.StoreName();
            First = store.FirstEvent();
            if (!begun && follow.FromNow)
                Since = newest;
            else if (!begun && (Refusal = ListEvents.Ahead(store, Since)) is not null)
                return null;
            else if (!begun && ListEvents.IsBehind(Since, First))
                gap(EventGap.Forgotten);

            // Numbers of another store mean nothing here. A store that just came into being has lost nothing.
            if (begun && name is not null && found != name)
            {
                Since = 0;
                gap(EventGap.StoreReplaced);
            }

            begun = true;
            name = found;
            return (follow.Question with { Since = Since }).Read(store, project);
        }
    }
}

/// <summary>Why what comes next does not follow what was before.</summary>
public enum EventGap
{
    /// <summary>Another store took the place of the one that was followed; its events begin anew.</summary>
    StoreReplaced,

    /// <summary>The first events after the cursor were forgotten before they were asked for.</summary>
    Forgotten,
}
