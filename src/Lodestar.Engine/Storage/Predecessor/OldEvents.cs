using System.Text.Json.Nodes;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>Takes events over under their numbers, so that a client's cursor still holds, and under one name for one fact.</summary>
internal static class OldEvents
{
    internal static int TakeOver(PredecessorStore store, OldTable events)
    {
        var taken = 0;
        foreach (var row in events.Rows("event_id"))
        {
            if (row.Time("created_at") is not { } at || row["event_type"] is not { Length: > 0 } type)
            {
                store.Leave(row, "created_at or event_type cannot be read");
                continue;
            }

            var agent = row["agent_id"] is { } named && PredecessorStore.IsAgentId(named) ? new Core.AgentId(named) : default(Core.AgentId?);
            store.Append(row.Number("event_id"), at, Name(type), agent, row["task_id"], Data(row, agent is null));
            taken++;
        }

        return taken;
    }

    /// <summary>The same fact had one name over MCP and another on the command line.</summary>
    private static string Name(string type) => type switch
    {
        "message.send" => "message.sent",
        "message.ack" => "message.read",
        "task.verify" => "task.verified",
        _ => type,
    };

    private static JsonObject Data(OldRow row, bool agentIsNone)
    {
        var data = row.Json("data") switch
        {
            JsonObject members => members,
            null when row["data"] is { Length: > 0 } text and not "null" => new JsonObject { ["text"] = text },
            null => [],
            var other => new JsonObject { ["value"] = other.DeepClone() },
        };
        if (agentIsNone && row["agent_id"] is { } named)
            data["agent"] = named;
        foreach (var column in new[] { "target_agent_id", "correlation_id" })
        {
            if (row[column] is { } value)
                data[column] = value;
        }

        return data;
    }
}
