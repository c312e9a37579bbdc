using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>Takes messages over: those to tasks, those to agents (releases before 0.9), and who has read them.</summary>
internal static class OldMessages
{
    internal static int TakeOver(PredecessorStore store, OldTable messages)
    {
        var taken = 0;
        foreach (var row in messages.Rows("created_at"))
        {
            if (Refuse(row) is { } reason)
                store.Leave(row, reason);
            else
                taken += Insert(store, row);
        }

        return taken;
    }

    private static string? Refuse(OldRow row)
    {
        if (!PredecessorStore.IsHex(row["message_id"], 'M', 12))
            return "message_id is no id";
        if (row["text"] is null || row["from_agent_id"] is null)
            return "the text or its author is missing";
        if (Task(row) is null && Recipient(row) is null)
            return "it is addressed to nobody";
        return row.Time("created_at") is null ? "created_at cannot be read" : null;
    }

    /// <summary>A column of one release or a pair of columns of another; a mixed file may have all three.</summary>
    private static string? Task(OldRow row) => row["task_id"] ?? (row["to_type"] == "task" ? row["to_id"] : null);

    private static string? Recipient(OldRow row) =>
        row["to_type"] == "agent" && row["to_id"] is { } agent && PredecessorStore.IsAgentId(agent) ? agent : null;

    private static int Insert(PredecessorStore store, OldRow row)
    {
        var id = row["message_id"]!;
        var at = row.Time("created_at")!.Value;
        var task = Task(row);
        var recipient = task is null ? store.Agent(Recipient(row), at) : null;
        var meta = row.Json("meta") as JsonObject ?? [];
        if (row.IsBroken("meta") || meta.Any(pair => pair.Key is not ("subject" or "severity")))
            store.Leave(row, "meta holds what a message has no place for; the message was taken over without it");
        store.Database.Execute(
            """
            insert into messages (message_id, project, task_id, to_agent, from_agent, subject, severity, text, created_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            id,
            store.Project.Value,
            task,
            recipient?.Value,
            row["from_agent_id"],
            Word(meta["subject"]),
            Severity(Word(meta["severity"])),
            row["text"],
            StoreTime.Text(at));

        // When each reader read it was not recorded; the message's own time is the one thing known not to be later.
        foreach (var reader in Readers(row).Distinct(StringComparer.Ordinal))
        {
            store.Database.Execute(
                "insert into message_reads (message_id, agent_id, read_at) values (?, ?, ?)",
                id,
                reader,
                StoreTime.Text(row.Time("read_at") ?? at));
        }

        return 1;
    }

    private static IEnumerable<string> Readers(OldRow row)
    {
        if (row.Json("read_by") is JsonArray readers)
            return readers.Where(reader => reader is not null).Select(OldRow.Text);
        return row["read_at"] is not null && Recipient(row) is { } recipient ? [recipient] : [];
    }

    private static string? Word(JsonNode? node) => OldRow.Text(node) is { Length: > 0 } text ? text : null;

    private static string? Severity(string? word) =>
        MessageDraft.Severities.FirstOrDefault(known => string.Equals(known, word, StringComparison.OrdinalIgnoreCase)) ?? word;
}
