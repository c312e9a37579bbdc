using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>The registry of processes: a row is there before the process is, and says when all of it was dead.</summary>
public static class RegistryTable
{
    private const string Columns =
        """
        process_id, run_id, agent_id, role, task_id, attempt, lane, status, command, cwd, host_pid, host_start, pid,
        start_ticks, boot_id, pid_namespace, started_at, ended_at, exit_code, cost_usd, tokens
        """;

    /// <summary>Enters a process that is about to be started.</summary>
    public static void AddProcess(this StoreTransaction store, RunId run, RunEvent.ProcessSpawning spawning) =>
        store.Database.Execute(
            """
            insert into processes (process_id, run_id, agent_id, role, task_id, attempt, lane, status, command, cwd, started_at)
            values (?, ?, ?, ?, ?, ?, ?, 'spawning', ?, ?, ?)
            """,
            spawning.Process.Value,
            run.Value,
            spawning.Agent.Value,
            AgentRoles.Name(spawning.Role),
            spawning.Task.Value,
            spawning.Attempt,
            spawning.Lane,
            spawning.Command,
            spawning.Cwd,
            StoreTime.Text(store.Now.Wall));

    /// <summary>Records who the host and the program are.</summary>
    public static void SetProcessStarted(this StoreTransaction store, RunEvent.ProcessStarted started) =>
        store.Database.Execute(
            """
            update processes set status = 'running', host_pid = ?, host_start = ?, pid = ?, start_ticks = ?, boot_id = ?,
                pid_namespace = ?
            where process_id = ?
            """,
            started.Host.Pid,
            started.Host.StartTicks,
            started.Program?.Pid,
            started.Program?.StartTicks,
            started.Host.BootId,
            started.Host.PidNamespace,
            started.Process.Value);

    /// <summary>Records that everything of a process is dead.</summary>
    public static void SetProcessEnded(this StoreTransaction store, RunEvent.ProcessEnded ended) => store.Database.Execute(
        """
        update processes set status = ?, ended_at = ?, exit_code = ?, cost_usd = ?, tokens = ? where process_id = ?
        """,
        ended.Status,
        StoreTime.Text(store.Now.Wall),
        ended.ExitCode,
        ended.Usage.CostUsd?.ToString(CultureInfo.InvariantCulture),
        ended.Usage.Tokens,
        ended.Process.Value);

    /// <summary>Processes of a project's runs, oldest first.</summary>
    /// <param name="store">The store.</param>
    /// <param name="project">The project.</param>
    /// <param name="run">Only of this run; null for all.</param>
    /// <param name="liveOnly">Only those not recorded as ended.</param>
    public static IReadOnlyList<ProcessRow> Processes(
        this StoreReader store, ProjectId project, RunId? run, bool liveOnly) => store.Database.Query(
        $"""
        select {Columns} from processes
        where run_id in (select run_id from runs where project = ?1 and (?2 is null or run_id = ?2))
          and (?3 = 0 or ended_at is null)
        order by started_at, process_id
        """,
        Read,
        project.Value,
        run?.Value,
        liveOnly);

    private static ProcessRow Read(SqliteRow row) => new(
        ProcessId.Parse(row.Text(0)),
        RunId.Parse(row.Text(1)),
        AgentId.Parse(row.Text(2)),
        row.Text(3),
        new TaskId(row.Text(4)),
        row.Int32(5),
        row.Int32(6),
        row.Text(7),
        row.Text(8),
        row.Text(9),
        Identity(row.Int64OrNull(10), row.Int64OrNull(11), row),
        Identity(row.Int64OrNull(12), row.Int64OrNull(13), row),
        StoreTime.Parse(row.Text(16)),
        StoreTime.ParseOrNull(row.TextOrNull(17)),
        (int?)row.Int64OrNull(18),
        row.TextOrNull(19) is { } cost ? decimal.Parse(cost, CultureInfo.InvariantCulture) : null,
        row.Int64OrNull(20));

    private static ProcessIdentity? Identity(long? pid, long? start, SqliteRow row) => pid is { } known && start is { } ticks
        ? new ProcessIdentity((int)known, ticks, row.Text(14), row.Text(15))
        : null;
}

/// <summary>A process as the registry tells it.</summary>
public sealed record ProcessRow(
    ProcessId Id,
    RunId Run,
    AgentId Agent,
    string Role,
    TaskId Task,
    int Attempt,
    int Lane,
    string Status,
    string Command,
    string Cwd,
    ProcessIdentity? Host,
    ProcessIdentity? Program,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    int? ExitCode,
    decimal? CostUsd,
    long? Tokens);
