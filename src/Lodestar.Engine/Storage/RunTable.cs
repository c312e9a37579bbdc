using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Runs, one row each: what lists and lookups need without folding a ledger.</summary>
public static class RunTable
{
    private const string Columns =
        """
        run_id, mission_id, mission, status, base_branch, base_commit, created_at, stopped_at, last_seq, last_hash,
        integrated_commit, engine_fence, engine_pid, engine_start, engine_boot, engine_pid_namespace, engine_machine
        """;

    /// <summary>A run, or null.</summary>
    public static RunRow? FindRun(this StoreReader store, ProjectId project, RunId run) => store.Database.QueryFirst(
        $"select {Columns} from runs where project = ? and run_id = ?", Read, project.Value, run.Value);

    /// <summary>All runs of a project, newest first.</summary>
    public static IReadOnlyList<RunRow> Runs(this StoreReader store, ProjectId project) => store.Database.Query(
        $"select {Columns} from runs where project = ? order by created_at desc, run_id desc", Read, project.Value);

    /// <summary>Enters a run. The unique index refuses a second active one of the project.</summary>
    /// <param name="store">The store.</param>
    /// <param name="project">The project.</param>
    /// <param name="run">The run.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="status">running, or what a restored run is to be.</param>
    /// <param name="created">When it was started.</param>
    public static void AddRun(
        this StoreTransaction store, ProjectId project, RunId run, RunPlan plan, string status, DateTimeOffset created) => store.Database.Execute(
        """
        insert into runs (run_id, project, mission_id, mission, status, base_branch, base_commit, created_at, last_seq, last_hash)
        values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
        """,
        run.Value,
        project.Value,
        plan.Mission.Id.Value,
        plan.Mission.Slug,
        status,
        plan.BaseBranch,
        plan.BaseCommit.Value,
        StoreTime.Text(created),
        LedgerLine.NoHash);

    /// <summary>Records where a run stands.</summary>
    public static void SetRunStatus(this StoreTransaction store, RunId run, string status, DateTimeOffset? stopped) =>
        store.Database.Execute(
            "update runs set status = ?, stopped_at = ? where run_id = ?",
            status,
            stopped is { } time ? StoreTime.Text(time) : null,
            run.Value);

    /// <summary>Records where the ledger ends.</summary>
    public static void SetLedgerEnd(this StoreTransaction store, RunId run, long seq, string hash) => store.Database.Execute(
        "update runs set last_seq = ?, last_hash = ? where run_id = ?", seq, hash, run.Value);

    /// <summary>Records that the run's work is on its base branch.</summary>
    public static void SetIntegrated(this StoreTransaction store, RunId run, CommitId commit) => store.Database.Execute(
        "update runs set integrated_commit = ? where run_id = ?", commit.Value, run.Value);

    /// <summary>Makes a process the run's engine, or, with null, leaves it without one.</summary>
    public static void SetEngine(this StoreTransaction store, RunId run, EngineRow? engine) => store.Database.Execute(
        """
        update runs set engine_fence = coalesce(?, engine_fence), engine_pid = ?, engine_start = ?, engine_boot = ?,
            engine_pid_namespace = ?, engine_machine = ?
        where run_id = ?
        """,
        engine?.Fence,
        engine?.Process.Pid,
        engine?.Process.StartTicks,
        engine?.Process.BootId,
        engine?.Process.PidNamespace,
        engine?.Machine,
        run.Value);

    private static RunRow Read(SqliteRow row) => new(
        RunId.Parse(row.Text(0)),
        MissionId.Parse(row.Text(1)),
        row.Text(2),
        row.Text(3),
        row.Text(4),
        CommitId.Parse(row.Text(5)),
        StoreTime.Parse(row.Text(6)),
        StoreTime.ParseOrNull(row.TextOrNull(7)),
        row.Int64(8),
        row.Text(9))
    {
        IntegratedCommit = row.TextOrNull(10) is { } commit ? CommitId.Parse(commit) : null,
        LastFence = row.Int64OrNull(11),
        Engine = row.Int64OrNull(12) is { } pid
            ? new EngineRow(
                row.Int64(11),
                new ProcessIdentity((int)pid, row.Int64(13), row.Text(14), row.Text(15)),
                row.Text(16))
            : null,
    };
}

/// <summary>A run as its row tells it.</summary>
/// <param name="Id">The run.</param>
/// <param name="MissionId">Its mission.</param>
/// <param name="Mission">The mission's slug.</param>
/// <param name="Status">running, paused, completed, failed or aborted.</param>
/// <param name="BaseBranch">Where it began and will be integrated.</param>
/// <param name="BaseCommit">That branch's commit when it was planned.</param>
/// <param name="CreatedAt">When it was started.</param>
/// <param name="StoppedAt">When it was paused or ended, or null.</param>
/// <param name="LastSeq">Sequence number of its last ledger line.</param>
/// <param name="LastHash">Hash of its last ledger line.</param>
public sealed record RunRow(
    RunId Id,
    MissionId MissionId,
    string Mission,
    string Status,
    string BaseBranch,
    CommitId BaseCommit,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StoppedAt,
    long LastSeq,
    string LastHash)
{
    /// <summary>The commit on the base branch that holds its work; null until it was integrated.</summary>
    public CommitId? IntegratedCommit { get; init; }

    /// <summary>The highest fence an engine of this run ever had; null when it never had one.</summary>
    public long? LastFence { get; init; }

    /// <summary>The engine that holds the run; null when none does.</summary>
    public EngineRow? Engine { get; init; }

    /// <summary>True while the run can go on: no second one may start.</summary>
    public bool IsActive => Status is "running" or "paused";
}

/// <summary>The process that drives a run.</summary>
public sealed record EngineRow(long Fence, ProcessIdentity Process, string Machine);
