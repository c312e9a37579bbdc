using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>What happened to the planes, in order; appended in the transaction of the change it tells of.</summary>
public static class EventTable
{
    // A number is never used again, also where all events were forgotten.
    private const string Last =
        """
        max(coalesce((select max(seq) from events), 0), coalesce((select cast(value as integer) - 1 from meta where name = 'events_from'), 0))
        """;

    /// <summary>Appends an event and gives its number.</summary>
    public static long AppendEvent(this StoreTransaction store, ProjectId project, PlaneEvent happened)
    {
        store.Database.Execute(
            $"insert into events (seq, at, type, project, agent_id, task_id, run_id, data) values ({Last} + 1, ?, ?, ?, ?, ?, ?, ?)",
            StoreTime.Text(store.Now.Wall),
            happened.Type,
            project.Value,
            happened.Agent?.Value,
            happened.Task?.Value,
            happened.Run?.Value,
            happened.Data.ToJsonString());
        return store.Database.LastInsertRowId;
    }

    /// <summary>Names the store itself; another one in its place has another name. Null for a store without any rows.</summary>
    public static string? StoreName(this StoreReader store) =>
        store.Database.QueryFirst("select value from meta where name = 'store_id'", row => row.Text(0));

    /// <summary>The number of a project's newest event; 0 when it has none.</summary>
    public static long NewestEvent(this StoreReader store, ProjectId project) => store.Database.QueryInt64(
        "select coalesce((select seq from events where project = ?1 order by seq desc limit 1), 0)", project.Value);

    /// <summary>The highest number an event of this store ever had, of any project and forgotten or not; 0 for none.</summary>
    public static long LastEvent(this StoreReader store) =>
        store.Database.QueryInt64($"select {Last}");

    /// <summary>Events after a number, oldest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="project">The project.</param>
    /// <param name="filter">Which of them.</param>
    public static IReadOnlyList<RecordedEvent> Events(this StoreReader store, ProjectId project, EventFilter filter) =>
        store.Database.Query(
            """
            select seq, at, type, agent_id, task_id, run_id, data from events
            where project = ?1 and seq > ?2
              and (?3 is null or exists (
                select 1 from json_each(?3) wanted where events.type = wanted.value or substr(events.type, 1, length(wanted.value) + 1) = wanted.value || '.'))
              and (?4 is null or task_id = ?4) and (?5 is null or agent_id = ?5)
            order by seq limit ?6
            """,
            row => new RecordedEvent(
                row.Int64(0),
                StoreTime.Parse(row.Text(1)),
                new PlaneEvent(row.Text(2))
                {
                    Agent = row.TextOrNull(3) is { } agent ? AgentId.Parse(agent) : null,
                    Task = row.TextOrNull(4) is { } task ? new TaskId(task) : null,
                    Run = row.TextOrNull(5) is { } run ? RunId.Parse(run) : null,
                    Data = JsonNode.Parse(row.Text(6))?.AsObject() ?? [],
                }),
            project.Value,
            filter.Since,
            filter.Types.IsDefaultOrEmpty ? null : new JsonArray([.. filter.Types.Select(type => (JsonNode)type)]).ToJsonString(),
            filter.Task?.Value,
            filter.Agent?.Value,
            filter.Limit);
}

/// <summary>One thing that happened.</summary>
/// <param name="Type">Dotted stable name, for example <c>task.claim</c>.</param>
public sealed record PlaneEvent(string Type)
{
    /// <summary>Who did it; null when nobody named himself.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>The task it happened to.</summary>
    public TaskId? Task { get; init; }

    /// <summary>The run it happened in.</summary>
    public RunId? Run { get; init; }

    /// <summary>Further facts; members are snake_case.</summary>
    public JsonObject Data { get; init; } = [];
}

/// <summary>An event with its number and time.</summary>
public sealed record RecordedEvent(long Seq, DateTimeOffset At, PlaneEvent Event);

/// <summary>Which events to read.</summary>
/// <param name="Since">Only those with a higher number.</param>
/// <param name="Limit">At most so many.</param>
public sealed record EventFilter(long Since = 0, int Limit = 1000)
{
    /// <summary>Only of these types, each a name or the part of it before a dot; empty for all.</summary>
    public ImmutableArray<string> Types { get; init; } = [];

    /// <summary>Only of this task.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Only of this agent.</summary>
    public AgentId? Agent { get; init; }
}
