using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.TestKit;

/// <summary>A runtime store as the Python Lodestar made it, by the documented schema of each release.</summary>
public sealed class PredecessorDatabase : IDisposable
{
    private const string MessagesToAnybody =
        """
        create table messages (message_id varchar not null primary key, created_at varchar not null, from_agent_id varchar not null,
            to_type varchar not null, to_id varchar not null, text text not null, meta text not null, read_at varchar,
            foreign key (from_agent_id) references agents (agent_id));
        create index idx_messages_to on messages (to_type, to_id);
        """;

    private const string MessagesToTasks =
        """
        create table messages (message_id varchar not null primary key, created_at varchar not null, from_agent_id varchar not null,
            task_id varchar not null, text text not null, meta text not null, read_by text not null,
            foreign key (from_agent_id) references agents (agent_id));
        create index idx_messages_task on messages (task_id);
        """;

    private const string EventsWithoutTarget =
        """
        create table events (event_id integer not null primary key, created_at varchar not null, event_type varchar not null,
            agent_id varchar, task_id varchar, data text not null);
        """;

    private const string EventsWithTarget =
        """
        create table events (event_id integer not null primary key, created_at varchar not null, event_type varchar not null,
            agent_id varchar, task_id varchar, target_agent_id varchar, correlation_id varchar, data text not null);
        create index idx_events_correlation on events (correlation_id);
        """;

    private readonly SqliteConnection database;

    private PredecessorDatabase(SqliteConnection database) => this.database = database;

    /// <summary>What the releases before 0.2 made: messages to anybody, events without two columns.</summary>
    public static PredecessorDatabase First(string path) => Create(path, MessagesToAnybody, EventsWithoutTarget);

    /// <summary>What the releases 0.2 to 0.8 made.</summary>
    public static PredecessorDatabase Second(string path) => Create(path, MessagesToAnybody, EventsWithTarget);

    /// <summary>What the releases from 0.9 on made: messages to tasks alone.</summary>
    public static PredecessorDatabase Third(string path) => Create(path, MessagesToTasks, EventsWithTarget);

    /// <summary>A time the given number of minutes after the noon every test begins at, as that program wrote it.</summary>
    public static string Time(int minutes) =>
        TestClock.Noon.AddMinutes(minutes).AddMicroseconds(250).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'");

    /// <summary>Runs statements on it.</summary>
    public PredecessorDatabase Run(string statements)
    {
        database.ExecuteScript(statements);
        return this;
    }

    /// <summary>Adds an agent.</summary>
    public PredecessorDatabase Agent(string id, string name = "", string capabilities = "[]", string meta = "{}", string? joined = null)
    {
        database.Execute(
            "insert into agents values (?, ?, 'builder', ?, ?, ?, ?)", id, name, joined ?? Time(-60), Time(-5), capabilities, meta);
        return this;
    }

    /// <summary>Adds a lease.</summary>
    public PredecessorDatabase Lease(string id, string task, string agent, int from, int until) =>
        Lease(id, task, agent, Time(from), Time(until));

    /// <summary>Adds a lease with times of any form.</summary>
    public PredecessorDatabase Lease(string id, string task, string agent, string from, string until)
    {
        database.Execute("insert into leases values (?, ?, ?, ?, ?)", id, task, agent, from, until);
        return this;
    }

    /// <summary>Adds an event.</summary>
    public PredecessorDatabase Event(int id, string type, string? agent, string? task, string data = "{}", string? at = null)
    {
        database.Execute(
            "insert into events (event_id, created_at, event_type, agent_id, task_id, data) values (?, ?, ?, ?, ?, ?)",
            id, at ?? Time(-30), type, agent, task, data);
        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => database.Dispose();

    private static PredecessorDatabase Create(string path, string messages, string events)
    {
        var database = SqliteConnection.Open(path, SqliteAccess.Create, TimeSpan.Zero);
        database.Execute("pragma journal_mode = wal");
        database.ExecuteScript(
            """
            create table schema_version (version integer not null primary key);
            create table agents (agent_id varchar not null primary key, display_name varchar not null, role varchar not null,
                created_at varchar not null, last_seen_at varchar not null, capabilities text not null, session_meta text not null);
            create table leases (lease_id varchar not null primary key, task_id varchar not null, agent_id varchar not null,
                created_at varchar not null, expires_at varchar not null, foreign key (agent_id) references agents (agent_id));
            create index ix_leases_task_id on leases (task_id);
            create index ix_leases_agent_id on leases (agent_id);
            create index idx_leases_agent_id on leases (agent_id);
            create index ix_leases_expires_at on leases (expires_at);
            """);
        database.ExecuteScript(messages);
        database.ExecuteScript(events);
        return new(database);
    }
}
