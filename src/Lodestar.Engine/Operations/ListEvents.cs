using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Reads what happened in the project, oldest first.</summary>
/// <param name="Since">Only events after this number.</param>
/// <param name="Limit">At most so many.</param>
public sealed record ListEvents(long Since = 0, int Limit = 200)
{
    private const int Most = 1000;

    /// <summary>Only of these types; <c>task</c> stands for all that begin with <c>task.</c>. Empty for all.</summary>
    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>Only of this task.</summary>
    public string? Task { get; init; }

    /// <summary>Only of what this agent did.</summary>
    public string? Agent { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<EventPage>> ExecuteAsync(EngineSession session, CancellationToken cancellation) => Problem() is { } refusal
        ? System.Threading.Tasks.Task.FromResult<Outcome<EventPage>>(refusal)
        : session.QueryAsync(plane => Answer(plane.Store, plane.Project), cancellation);

    /// <summary>Says what is wrong with the question.</summary>
    internal Refusal? Problem()
    {
        if (Limit is < 1 or > Most)
            return new Refusal("limit-out-of-range", $"{Limit} events cannot be read at once.", $"Ask for 1 to {Most}.");
        return Since < 0 ? new Refusal("limit-out-of-range", $"There is no event {Since}.", "Events are numbered from 1; --since 0 reads all.") : null;
    }

    /// <summary>Says that no page of this store ever gave the cursor; silence would look like nothing happening.</summary>
    internal static Refusal? Ahead(StoreReader store, long since) => since <= store.LastEvent()
        ? null
        : new Refusal(
            "cursor-ahead",
            $"There was no event {since} yet: the last one is {store.LastEvent()}. The runtime store may have been reset.",
            "lodestar events")
        {
            Details = new() { ["since"] = since, ["last"] = store.LastEvent() },
        };

    /// <summary>Whether events after the cursor were forgotten before they were asked for.</summary>
    internal static bool IsBehind(long since, long first) => since > 0 && since < first - 1;

    /// <summary>One page, and where to go on.</summary>
    internal EventPage Read(StoreReader store, ProjectId project)
    {
        var filter = new EventFilter(Since, Limit)
        {
            Types = Types,
            Task = Task is null ? null : new TaskId(Task),
            Agent = Agent is null ? null : new AgentId(Agent),
        };
        var events = store.Events(project, filter);

        // A page that is not full has seen everything up to the newest event, whatever the filter left out.
        var more = events.Count == Limit;
        var cursor = more ? events[^1].Seq : Math.Max(Since, store.NewestEvent(project));
        return new([.. events.Select(EventLine.Of)], events.Count, cursor, more) { First = store.FirstEvent() };
    }

    private Outcome<EventPage> Answer(StoreReader store, ProjectId project)
    {
        if (Ahead(store, Since) is { } refusal)
            return refusal;
        var page = Read(store, project);
        return Outcome<EventPage>.Done(
            page,
            warnings: IsBehind(Since, page.First)
                ? [new("events-forgotten", $"Events {Since + 1} to {page.First - 1} are not kept any more; these begin after them.")]
                : []);
    }
}

/// <summary>Events in a list.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="Count">How many there were.</param>
/// <param name="Cursor">To be given as <c>--since</c> to go on from here.</param>
/// <param name="More">Whether there may be more already.</param>
public sealed record EventPage(ImmutableArray<EventLine> Events, int Count, long Cursor, bool More)
{
    /// <summary>The number from which events are kept: what is older was forgotten (policy <c>keep_history</c>).</summary>
    public long First { get; init; } = 1;
}

/// <summary>One thing that happened.</summary>
/// <param name="Seq">Its number; numbers rise and are never used again within a store.</param>
/// <param name="At">When.</param>
/// <param name="Type">Stable name, for example <c>task.claim</c>.</param>
/// <param name="AgentId">Who did it, or null.</param>
/// <param name="TaskId">The task it happened to, or null.</param>
/// <param name="RunId">The run it happened in, or null.</param>
/// <param name="Data">Further facts.</param>
public sealed record EventLine(long Seq, DateTimeOffset At, string Type, AgentId? AgentId, TaskId? TaskId, RunId? RunId, JsonObject Data)
{
    internal static EventLine Of(RecordedEvent recorded) => new(
        recorded.Seq, recorded.At, recorded.Event.Type, recorded.Event.Agent, recorded.Event.Task, recorded.Event.Run, recorded.Event.Data);
}
