using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>What agents said to each other, in the order it was said, and who has read it.</summary>
public static class MessageTable
{
    private const string Columns = "m.message_id, m.task_id, m.to_agent, m.from_agent, m.subject, m.severity, m.text, m.created_at, m.seq";

    // Addressed to the agent, or to all since it joined, or in the thread of a task it holds or ever spoke in; its own words
    // are not news to it.
    private const string ForAgent =
        """
        m.project = ?1 and m.from_agent <> ?2 and (m.to_agent = ?2 or (m.to_agent is null and (
            (m.task_id is null and m.created_at >= (select registered_at from agents where agent_id = ?2))
            or m.task_id in (
                select task_id from leases where agent_id = ?2 and project = ?1 and ended_at is null
                union select task_id from messages where project = ?1 and from_agent = ?2 and task_id is not null))))
        """;

    private const string Unread =
        "not exists (select 1 from message_reads r where r.message_id = m.message_id and r.agent_id = ?2)";

    private const string InInbox =
        $"""
        from messages m
        where {ForAgent} and (?3 or {Unread}) and m.seq > ?4 and (?5 is null or m.created_at > ?5)
          and (?6 is null or m.created_at <= ?6) and (?7 is null or m.from_agent = ?7)
        """;

    /// <summary>Stores a message under a new id.</summary>
    public static Message AddMessage(this StoreTransaction store, ProjectId project, MessageDraft draft)
    {
        MessageId id;
        do
            id = store.Ids.Message();
        while (store.Database.QueryInt64("select count(*) from messages where message_id = ?", id.Value) > 0);
        var now = StoreTime.Rounded(store.Now.Wall);
        store.Database.Execute(
            """
            insert into messages (message_id, project, task_id, to_agent, from_agent, subject, severity, text, created_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            id.Value,
            project.Value,
            draft.Task?.Value,
            draft.To?.Value,
            draft.From.Value,
            draft.Subject,
            draft.Severity,
            draft.Text,
            StoreTime.Text(now));
        var seq = store.Database.LastInsertRowId;
        store.IndexMessages();
        return new(id, draft, now, seq);
    }

    /// <summary>The messages of a task's thread, oldest first. The filter is applied before the limit.</summary>
    /// <param name="store">The store.</param>
    /// <param name="project">The project.</param>
    /// <param name="task">The thread.</param>
    /// <param name="filter">Which of them.</param>
    public static IReadOnlyList<Message> Thread(this StoreReader store, ProjectId project, TaskId task, ThreadFilter filter) =>
        store.Database.Query(
            $"""
            select {Columns} from messages m
            where m.project = ?1 and m.task_id = ?3 and m.seq > ?4 and (?5 is null or m.created_at > ?5)
              and (?2 is null or {Unread}) and (?6 is null or m.from_agent <> ?6)
            order by m.seq limit ?7
            """,
            Read,
            project.Value,
            filter.UnreadBy?.Value,
            task.Value,
            filter.After.Seq ?? 0,
            filter.After.Time is { } time ? StoreTime.Text(time) : null,
            filter.NotFrom?.Value,
            filter.Limit);

    /// <summary>What concerns an agent, oldest first. The filter is applied before the limit.</summary>
    public static IReadOnlyList<Message> Inbox(this StoreReader store, ProjectId project, AgentId agent, InboxFilter filter) =>
        store.Database.Query($"select {Columns} {InInbox} order by m.seq limit ?8", Read, [.. Given(project, agent, filter), filter.Limit]);

    /// <summary>How many messages a filter finds whatever its limit, and the place after the last of them.</summary>
    public static (int Count, MessagePlace After) InboxCount(this StoreReader store, ProjectId project, AgentId agent, InboxFilter filter) =>
        store.Database.Query(
            $"select count(*), max(m.seq) {InInbox}",
            row => ((int)row.Int64(0), row.Int64OrNull(1) is { } last ? new MessagePlace(last, null) : filter.After),
            Given(project, agent, filter))[0];

    private static SqliteValue[] Given(ProjectId project, AgentId agent, InboxFilter filter) =>
    [
        project.Value,
        agent.Value,
        filter.AlsoRead,
        filter.After.Seq ?? 0,
        filter.After.Time is { } time ? StoreTime.Text(time) : null,
        filter.Until is { } until ? StoreTime.Text(until) : null,
        filter.From,
    ];

    /// <summary>How much an agent has not read of what concerns it.</summary>
    public static long UnreadCount(this StoreReader store, ProjectId project, AgentId agent) => store.Database.QueryInt64(
        $"select count(*) from messages m where {ForAgent} and {Unread}", project.Value, agent.Value);

    /// <summary>How much of a thread an agent has not read, and did not write.</summary>
    public static int UnreadInThread(this StoreReader store, ProjectId project, TaskId task, AgentId agent) =>
        (int)store.Database.QueryInt64(
            $"""
            select count(*) from messages m
            where m.project = ?1 and m.task_id = ?3 and m.from_agent <> ?2 and (m.to_agent is null or m.to_agent = ?2) and {Unread}
            """,
            project.Value,
            agent.Value,
            task.Value);

    /// <summary>What a new holder of a task is told first: of what it has not read, the newest hand-off, else the newest.</summary>
    public static Message? Handoff(this StoreReader store, ProjectId project, TaskId task, AgentId agent) => store.Database.QueryFirst(
        $"""
        select {Columns} from messages m
        where m.project = ?1 and m.task_id = ?3 and m.from_agent <> ?2 and (m.to_agent is null or m.to_agent = ?2) and {Unread}
        order by m.severity is ?4 desc, m.seq desc limit 1
        """,
        Read,
        project.Value,
        agent.Value,
        task.Value,
        MessageDraft.Handoff);

    /// <summary>What a thread is, in short: how many messages, and who spoke.</summary>
    public static (int Count, IReadOnlyList<AgentId> Speakers) ThreadSummary(this StoreReader store, ProjectId project, TaskId task)
    {
        var speakers = store.Database.Query(
            "select from_agent, count(*) from messages where project = ? and task_id = ? group by from_agent order by from_agent",
            row => (Agent: new AgentId(row.Text(0)), Count: row.Int32(1)),
            project.Value,
            task.Value);
        return (speakers.Sum(speaker => speaker.Count), [.. speakers.Select(speaker => speaker.Agent)]);
    }

    /// <summary>Messages anywhere in the project, newest first.</summary>
    public static IReadOnlyList<Message> SearchMessages(this StoreReader store, ProjectId project, MessageSearch search) =>
        store.Database.Query(
            $"""
            select {Columns} from messages m
            where m.project = ?1 and {store.MatchingMessages(search.Keyword)}
              and (?3 is null or m.task_id = ?3) and (?4 is null or m.from_agent = ?4)
              and (?5 is null or m.created_at >= ?5) and (?6 is null or m.created_at <= ?6) and (?7 is null or m.seq < ?7)
            order by m.seq desc limit ?8
            """,
            Read,
            project.Value,
            search.Keyword,
            search.Task?.Value,
            search.From,
            search.Since is { } since ? StoreTime.Text(since) : null,
            search.Until is { } until ? StoreTime.Text(until) : null,
            search.Before,
            search.Limit);

    /// <summary>A message by its id, or null.</summary>
    public static Message? FindMessage(this StoreReader store, ProjectId project, MessageId message) => store.Database.QueryFirst(
        $"select {Columns} from messages m where m.project = ? and m.message_id = ?", Read, project.Value, message.Value);

    /// <summary>How many messages each thread has, by task.</summary>
    public static SortedDictionary<TaskId, long> MessageCounts(this StoreReader store, ProjectId project)
    {
        var counts = new SortedDictionary<TaskId, long>();
        var rows = store.Database.Query(
            "select task_id, count(*) from messages where project = ? and task_id is not null group by task_id",
            row => (Task: new TaskId(row.Text(0)), Count: row.Int64(1)),
            project.Value);
        foreach (var (task, count) in rows)
            counts.Add(task, count);
        return counts;
    }

    /// <summary>How many messages there are.</summary>
    public static long MessageTotal(this StoreReader store, ProjectId project) =>
        store.Database.QueryInt64("select count(*) from messages where project = ?", project.Value);

    private static Message Read(SqliteRow row) => new(
        MessageId.Parse(row.Text(0)),
        new MessageDraft(
            row.TextOrNull(1) is { } task ? new TaskId(task) : null,
            row.TextOrNull(2) is { } to ? new AgentId(to) : null,
            new AgentId(row.Text(3)),
            row.Text(6))
        {
            Subject = row.TextOrNull(4),
            Severity = row.TextOrNull(5),
        },
        StoreTime.Parse(row.Text(7)),
        row.Int64(8));
}

/// <summary>Which messages of a thread to read.</summary>
/// <param name="Limit">At most so many, the oldest.</param>
public sealed record ThreadFilter(int Limit)
{
    /// <summary>Only later ones.</summary>
    public MessagePlace After { get; init; }

    /// <summary>Only those without this agent's receipt.</summary>
    public AgentId? UnreadBy { get; init; }

    /// <summary>Only those of others than this agent.</summary>
    public AgentId? NotFrom { get; init; }
}

/// <summary>Which messages of an inbox to read.</summary>
/// <param name="Limit">At most so many, the oldest.</param>
public sealed record InboxFilter(int Limit)
{
    /// <summary>Also those the agent has read.</summary>
    public bool AlsoRead { get; init; }

    /// <summary>Only later ones.</summary>
    public MessagePlace After { get; init; }

    /// <summary>Only those up to this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only those of this sender.</summary>
    public string? From { get; init; }
}

/// <summary>Which messages to find. All that is given must hold.</summary>
/// <param name="Limit">At most so many, the newest.</param>
public sealed record MessageSearch(int Limit)
{
    /// <summary>Text that occurs in the message or its headline; the case of ASCII letters does not count.</summary>
    public string? Keyword { get; init; }

    /// <summary>Only of this thread.</summary>
    public TaskId? Task { get; init; }

    /// <summary>Only of this sender.</summary>
    public string? From { get; init; }

    /// <summary>Only from this time on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only up to this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only older than the message of this number.</summary>
    public long? Before { get; init; }
}
