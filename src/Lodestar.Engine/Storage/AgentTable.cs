using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Agents that ever joined. They are shared by all projects of the store and are never removed.</summary>
public static class AgentTable
{
    private const string Columns = "agent_id, display_name, role, capabilities, session_meta, registered_at, last_seen_at, left_at";

    /// <summary>An agent by its id, or null.</summary>
    public static Agent? FindAgent(this StoreReader store, AgentId agent) =>
        store.Database.QueryFirst($"select {Columns} from agents where agent_id = ?", Read, agent.Value);

    /// <summary>True when an agent of this id ever joined.</summary>
    public static bool HasJoined(this StoreReader store, AgentId agent) =>
        store.Database.QueryInt64("select count(*) from agents where agent_id = ?", agent.Value) > 0;

    /// <summary>All agents, most recently seen first.</summary>
    public static IReadOnlyList<Agent> Agents(this StoreReader store) =>
        store.Database.Query($"select {Columns} from agents order by last_seen_at desc, agent_id", Read);

    /// <summary>How many agents ever joined.</summary>
    public static int AgentCount(this StoreReader store) => checked((int)store.Database.QueryInt64("select count(*) from agents"));

    /// <summary>Registers an agent under a new id.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="profile">What the agent says of itself.</param>
    public static Agent AddAgent(this StoreTransaction store, AgentProfile profile)
    {
        AgentId id;
        do
            id = store.Ids.Agent();
        while (store.HasJoined(id));
        return store.Insert(id, profile);
    }

    /// <summary>Registers an agent whose id follows from something else, unless it is there already.</summary>
    public static void EnsureAgent(this StoreTransaction store, AgentId id, AgentProfile profile)
    {
        if (store.HasJoined(id))
            store.TouchAgent(id);
        else
            store.Insert(id, profile);
    }

    /// <summary>Writes what an agent says of itself now over what it said before.</summary>
    public static void SetProfile(this StoreTransaction store, AgentId agent, AgentProfile profile) => store.Database.Execute(
        "update agents set display_name = ?, role = ?, capabilities = ?, session_meta = ? where agent_id = ?",
        profile.DisplayName,
        profile.Role,
        Words(profile),
        Meta(profile),
        agent.Value);

    /// <summary>Notes that an agent is at work now; one that had left is back.</summary>
    public static void TouchAgent(this StoreTransaction store, AgentId agent) => store.Database.Execute(
        "update agents set last_seen_at = ?, left_at = null where agent_id = ?", StoreTime.Text(store.Now.Wall), agent.Value);

    /// <summary>Notes that an agent has left.</summary>
    public static void SetAgentLeft(this StoreTransaction store, AgentId agent) => store.Database.Execute(
        "update agents set left_at = ? where agent_id = ?", StoreTime.Text(store.Now.Wall), agent.Value);

    private static Agent Insert(this StoreTransaction store, AgentId id, AgentProfile profile)
    {
        var now = StoreTime.Rounded(store.Now.Wall);
        var agent = new Agent(id, profile, now, now, null);
        store.Database.Execute(
            $"insert into agents ({Columns}) values (?, ?, ?, ?, ?, ?, ?, ?)",
            id.Value,
            profile.DisplayName,
            profile.Role,
            Words(profile),
            Meta(profile),
            StoreTime.Text(now),
            StoreTime.Text(now),
            (string?)null);
        return agent;
    }

    private static string Words(AgentProfile profile) =>
        new JsonArray([.. profile.Capabilities.Select(word => (JsonNode)word)]).ToJsonString();

    private static string Meta(AgentProfile profile) =>
        new JsonObject(profile.SessionMeta.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString();

    private static Agent Read(SqliteRow row) => new(
        AgentId.Parse(row.Text(0)),
        new AgentProfile(
            row.TextOrNull(1),
            row.TextOrNull(2),
            [.. Strings(row.Text(3))],
            Pairs(row.Text(4))),
        StoreTime.Parse(row.Text(5)),
        StoreTime.Parse(row.Text(6)),
        StoreTime.ParseOrNull(row.TextOrNull(7)));

    private static IEnumerable<string> Strings(string json)
    {
        // As most agents have it: every verb of an agent reads its row, and few need the parser for anything else.
        if (json is "[]")
            return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(word => word.GetString() ?? "")];
    }

    private static SortedDictionary<string, string> Pairs(string json)
    {
        if (json is "{}")
            return new(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        return new(
            document.RootElement.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? ""),
            StringComparer.Ordinal);
    }
}
