using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>Takes agents over: the same ids, names, roles, capabilities and session facts.</summary>
internal static class OldAgents
{
    internal static int TakeOver(PredecessorStore store, OldTable agents)
    {
        var taken = 0;
        foreach (var row in agents.Rows("created_at"))
        {
            if (row["agent_id"] is not { } id || !PredecessorStore.IsAgentId(id))
            {
                store.Leave(row, "agent_id is not the id of an agent");
                continue;
            }

            Insert(store, row, id);
            store.Know(new AgentId(id));
            taken++;
        }

        return taken;
    }

    private static void Insert(PredecessorStore store, OldRow row, string id)
    {
        var seen = row.Time("last_seen_at");
        var joined = row.Time("created_at");
        if (seen is null || joined is null)
            store.Leave(row, "a time cannot be read; the agent was taken over with another");
        if (row.IsBroken("capabilities") || row.IsBroken("session_meta"))
            store.Leave(row, "capabilities or session_meta is not JSON; the agent was taken over without it");
        var fallback = StoreTime.Rounded(store.Now.Wall);
        store.Database.Execute(
            """
            insert into agents (agent_id, display_name, role, capabilities, session_meta, registered_at, last_seen_at)
            values (?, ?, ?, ?, ?, ?, ?)
            """,
            id,
            Given(row["display_name"]),
            Given(row["role"]),
            Words(row.Json("capabilities")).ToJsonString(),
            Pairs(row.Json("session_meta")).ToJsonString(),
            StoreTime.Text(joined ?? seen ?? fallback),
            StoreTime.Text(seen ?? joined ?? fallback));
    }

    /// <summary>That program wrote an empty text for what was not given.</summary>
    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static JsonArray Words(JsonNode? json) =>
        json is JsonArray words ? new([.. words.Select(word => (JsonNode)OldRow.Text(word))]) : [];

    private static JsonObject Pairs(JsonNode? json) => json is JsonObject pairs
        ? new(pairs.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)OldRow.Text(pair.Value))))
        : [];
}
