using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>Brings a runtime store of the Python Lodestar, any release, to the first schema of ours; the numbered
/// migrations go on from there. It runs inside the caller's transaction, so a file is either wholly old or wholly new.</summary>
/// <remarks>
/// That program changed its tables twice and never ran its migrations, so a file may hold any mixture: agents, leases, messages
/// to tasks and agents or to tasks alone, events with or without two columns. Statuses were never in the store. What cannot
/// be taken over (a time that is none, an id that is none) is kept as an event with the whole row, and counted.
/// </remarks>
internal sealed class PredecessorStore
{
    // What refers to another table stands before it, as dropping them wants it.
    private static readonly ImmutableArray<string> TableNames = ["leases", "messages", "events", "agents", "schema_version", "alembic_version"];

    private readonly List<JsonObject> leftOver = [];
    private readonly HashSet<string> joined = new(StringComparer.Ordinal);
    private readonly HashSet<string> entered = new(StringComparer.Ordinal);

    private PredecessorStore(SqliteConnection database, ProjectId project, Moment now)
    {
        Database = database;
        Project = project;
        Now = now;
    }

    /// <summary>The database, with the old tables set aside and ours made.</summary>
    internal SqliteConnection Database { get; }

    /// <summary>The identity all rows get until the spec has one.</summary>
    internal ProjectId Project { get; }

    /// <summary>The moment leases are judged at.</summary>
    internal Moment Now { get; }

    /// <summary>True for the tables of a store that program made, perhaps only some of them.</summary>
    internal static bool Fits(IReadOnlyCollection<string> tables) => tables.Count > 0 && tables.All(name => TableNames.Contains(name));

    /// <summary>Takes everything over.</summary>
    /// <param name="database">The database, in a transaction.</param>
    /// <param name="firstSchema">The script that makes our first schema.</param>
    /// <param name="birth">Writes the facts of the store's birth.</param>
    /// <param name="now">The moment leases are judged at.</param>
    /// <param name="ids">Draws the project's identity.</param>
    /// <returns>What was taken over.</returns>
    internal static TakenOver TakeOver(
        SqliteConnection database, string firstSchema, Action birth, Moment now, IdSource ids)
    {
        var old = TableNames.Select(name => OldTable.SetAside(database, name)).ToArray();
        OldTable Old(string name) => old.Single(table => table.Name == name);
        database.ExecuteScript(firstSchema);
        birth();
        var project = new ProjectId(ids.Ulid(now.Wall));
        database.Execute("insert into meta (name, value) values ('project_id', ?), ('project_drawn', 1)", project.Value);

        var store = new PredecessorStore(database, project, now);
        var agents = OldAgents.TakeOver(store, Old("agents"));
        var leases = OldLeases.TakeOver(store, Old("leases"));
        var messages = OldMessages.TakeOver(store, Old("messages"));
        var events = OldEvents.TakeOver(store, Old("events"));
        foreach (var table in old)
            table.Drop();
        return store.Record(new(agents, leases, messages, events, store.leftOver.Count));
    }

    /// <summary>Registers an agent of the old store.</summary>
    internal void Know(AgentId agent)
    {
        joined.Add(agent.Value);
        entered.Add(agent.Value);
    }

    /// <summary>True when an agent of that id had joined.</summary>
    internal bool HasJoined(string text) => joined.Contains(text);

    /// <summary>The agent of an id that something in the store refers to; null when the text is no agent's id. An agent that
    /// never joined is entered as one that has left, because rows refer to it.</summary>
    internal AgentId? Agent(string? text, DateTimeOffset at)
    {
        if (text is null || !IsAgentId(text))
            return null;
        if (!entered.Add(text))
            return new AgentId(text);
        Database.Execute(
            """
            insert into agents (agent_id, capabilities, session_meta, registered_at, last_seen_at, left_at)
            values (?1, '[]', '{}', ?2, ?2, ?2)
            """,
            text,
            StoreTime.Text(at));
        return new AgentId(text);
    }

    /// <summary>Keeps a row, or part of one, that could not be taken over.</summary>
    internal void Leave(OldRow row, string reason) =>
        leftOver.Add(new JsonObject { ["table"] = row.Table, ["reason"] = reason, ["row"] = row.Whole() });

    /// <summary>Appends an event; a null number takes the next.</summary>
    internal void Append(long? seq, DateTimeOffset at, string type, AgentId? agent, string? task, JsonObject data) => Database.Execute(
        "insert into events (seq, at, type, project, agent_id, task_id, data) values (?, ?, ?, ?, ?, ?, ?)",
        seq,
        StoreTime.Text(at),
        type,
        Project.Value,
        agent?.Value,
        task,
        data.ToJsonString());

    /// <summary>True for the form every agent of that program had.</summary>
    internal static bool IsAgentId(string text) => IsHex(text, 'A', 8);

    /// <summary>True for a letter and upper-case hex digits.</summary>
    internal static bool IsHex(string? text, char prefix, int digits) =>
        text?.Length == digits + 1 && text[0] == prefix && text.AsSpan(1).IndexOfAnyExcept("0123456789ABCDEF") < 0;

    private TakenOver Record(TakenOver taken)
    {
        var now = StoreTime.Rounded(Now.Wall);
        foreach (var row in leftOver)
            Append(null, now, "store.left_over", null, null, row);
        Append(null, now, "store.taken_over", null, null, new JsonObject
        {
            ["agents"] = taken.Agents,
            ["leases"] = taken.Leases,
            ["messages"] = taken.Messages,
            ["events"] = taken.Events,
            ["left_over"] = taken.LeftOver,
        });
        return taken;
    }
}

/// <summary>How many rows of the Python Lodestar's store were taken over.</summary>
/// <param name="Agents">Agents.</param>
/// <param name="Leases">Leases, ended ones included.</param>
/// <param name="Messages">Messages.</param>
/// <param name="Events">Events.</param>
/// <param name="LeftOver">Rows, or parts of rows, that are kept as an event instead.</param>
internal sealed record TakenOver(int Agents, int Leases, int Messages, int Events, int LeftOver);
