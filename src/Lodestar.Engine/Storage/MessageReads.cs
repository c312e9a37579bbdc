using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Who has read which message, and when. A receipt is a row of its own, so two readers never overwrite each other.</summary>
public static class MessageReads
{
    /// <summary>Who has read a message, in the order they did.</summary>
    public static IReadOnlyList<ReadReceipt> ReceiptsOf(this StoreReader store, MessageId message) => store.Database.Query(
        "select agent_id, read_at from message_reads where message_id = ? order by read_at, agent_id",
        row => new ReadReceipt(row.Text(0), StoreTime.Parse(row.Text(1))),
        message.Value);

    /// <summary>Notes that an agent has read a message; twice is once.</summary>
    /// <returns>True when it had not before.</returns>
    public static bool MarkRead(this StoreTransaction store, MessageId message, string agent) => store.Database.Execute(
        "insert into message_reads (message_id, agent_id, read_at) values (?, ?, ?) on conflict do nothing",
        message.Value,
        agent,
        StoreTime.Text(store.Now.Wall)) == 1;

    /// <summary>The messages of a thread that an agent has no receipt for.</summary>
    public static IReadOnlyList<MessageId> WithoutReceipt(this StoreReader store, ProjectId project, TaskId task, string agent) =>
        store.Database.Query(
            """
            select m.message_id from messages m where m.project = ?1 and m.task_id = ?3
              and not exists (select 1 from message_reads r where r.message_id = m.message_id and r.agent_id = ?2)
            order by m.seq
            """,
            row => MessageId.Parse(row.Text(0)),
            project.Value,
            agent,
            task.Value);
}

/// <summary>One reading of one message.</summary>
/// <param name="AgentId">Who read it.</param>
/// <param name="ReadAt">When.</param>
public sealed record ReadReceipt(string AgentId, DateTimeOffset ReadAt);
