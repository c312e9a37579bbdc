using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>What agents said to each other, in the order it was said, and who has read it.</summary>
public static class MessageTable
{
    private const string Columns = "m.message_id, m.task_id, m.to_agent, m.from_agent, m.subject, m.severity, m.text, m.created_at, m.seq";

    // Addressed to the agent, or in the thread of a task it holds or ever spoke in; its own words are not news to it.
    private const string ForAgent =
        """
        m.project = ?1 and m.from_agent <> ?2 and (m.to_agent = ?2 or (m.to_agent is null and m.task_id in (
            select task_id from leases where project = ?1 and agent_id = ?2 and ended_at is null
            union select task_id from messages where project = ?1 and from_agent = ?2 and task_id is not null)))
        """;

    private const string Unread =
        "not exists (select 1 from message_reads r where r.message_id = m.message_id and r.agent_id = ?2)";

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
        return new(id, draft, now, store.Database.LastInsertRowId);
    }

    /// <summary>The messages of a task's thread, oldest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="project">The project.</param>
    /// <param name="task">The thread.</param>
    /// <param name="filter">Which of them.</param>
    public static IReadOnlyList<Message> Thread(this StoreReader store, ProjectId project, TaskId task, ThreadFilter filter) =>
        store.Database.Query(
            $"""
            select {Columns} from messages m
            where m.project = ?1 and m.task_id = ?3 and (?4 is null or m.created_at > ?4)
              and (?2 is null or (m.from_agent <> ?2 and {Unread}))
            order by m.seq limit ?5
            """,
            Read,
            project.Value,
            filter.UnreadBy?.Value,
            task.Value,
            filter.Since is { } since ? StoreTime.Text(since) : null,
            filter.Limit);

    /// <summary>What an agent has not read of what concerns it, oldest first.</summary>
    public static IReadOnlyList<Message> Inbox(this StoreReader store, ProjectId project, AgentId agent, int limit) =>
        store.Database.Query(
            $"select {Columns} from messages m where {ForAgent} and {Unread} order by m.seq limit ?3",
            Read,
            project.Value,
            agent.Value,
            limit);

    /// <summary>How much an agent has not read of what concerns it.</summary>
    public static long UnreadCount(this StoreReader store, ProjectId project, AgentId agent) => store.Database.QueryInt64(
        $"select count(*) from messages m where {ForAgent} and {Unread}", project.Value, agent.Value);

    /// <summary>Who has read a message, in the order they did.</summary>
    public static IReadOnlyList<string> ReadersOf(this StoreReader store, MessageId message) => store.Database.Query(
        "select agent_id from message_reads where message_id = ? order by read_at, agent_id", row => row.Text(0), message.Value);

    /// <summary>Notes that an agent has read a message; twice is once.</summary>
    /// <returns>True when it had not before.</returns>
    public static bool MarkRead(this StoreTransaction store, MessageId message, AgentId agent) => store.Database.Execute(
        "insert into message_reads (message_id, agent_id, read_at) values (?, ?, ?) on conflict do nothing",
        message.Value,
        agent.Value,
        StoreTime.Text(store.Now.Wall)) == 1;

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
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only those this agent has not read, and did not write.</summary>
    public AgentId? UnreadBy { get; init; }
}
