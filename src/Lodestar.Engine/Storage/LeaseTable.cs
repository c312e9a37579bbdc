using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Leases, with their history: a lease ends, its row stays.</summary>
public static class LeaseTable
{
    private const string Columns =
        "lease_id, task_id, agent_id, fence, run_id, definition_hash, ttl_ms, granted_at, expires_at, boot_id, expires_boot_ms";

    /// <summary>Of the leases of a task that ended, the last. Its live one, if there is one, came later.</summary>
    private const string LastEnded = "(select max(fence) from leases where project = ?1 and task_id = ?2 and ended_at is not null)";

    /// <summary>Left to itself SQLite prefers an index by project, and looks through every lease there ever was.</summary>
    internal const string LapsedOfOtherBoots =
        $"""
        select {Columns} from leases indexed by leases_expiry
        where ended_at is null and boot_id < ?2 and project = ?1 and expires_at <= ?3
        union all
        select {Columns} from leases indexed by leases_expiry
        where ended_at is null and boot_id > ?2 and project = ?1 and expires_at <= ?3
        """;

    /// <summary>The live lease of a task, or null.</summary>
    public static Lease? LiveLease(this StoreReader store, ProjectId project, TaskId task) =>
        store.UnendedLease(project, task) is { } lease && lease.IsLive(store.Now) ? lease : null;

    /// <summary>All live leases of a project, by task.</summary>
    public static Dictionary<TaskId, Lease> LiveLeases(this StoreReader store, ProjectId project) => store.Database
        .Query($"select {Columns} from leases indexed by leases_live where project = ? and ended_at is null", Read, project.Value)
        .Where(lease => lease.IsLive(store.Now))
        .ToDictionary(lease => lease.Task);

    /// <summary>The leases of a project that ran out and whose end nobody has recorded yet.</summary>
    public static IReadOnlyList<Lease> LapsedLeases(this StoreReader store, ProjectId project)
    {
        // The index narrows it down; the rule itself is the lease's own.
        var now = store.Now;
        var sameBoot = store.Database.Query(
            $"select {Columns} from leases where project = ? and ended_at is null and boot_id = ? and expires_boot_ms <= ?",
            Read,
            project.Value,
            now.Boot,
            now.Boot.Length > 0 ? now.BootMilliseconds : long.MaxValue);
        var otherBoots = store.Database.Query(
            LapsedOfOtherBoots,
            Read,
            project.Value,
            now.Boot,
            StoreTime.Text(now.Wall));
        return [.. sameBoot.Concat(otherBoots).Where(lease => !lease.IsLive(now)).OrderBy(lease => lease.Fence)];
    }

    /// <summary>The lease of a task that nobody has ended, if only by recording that it ran out; null when there is none.</summary>
    public static Lease? UnendedLease(this StoreReader store, ProjectId project, TaskId task) => store.Database.QueryFirst(
        $"select {Columns} from leases where project = ? and task_id = ? and ended_at is null", Read, project.Value, task.Value);

    /// <summary>The highest fence ever granted for a task; null when it was never leased.</summary>
    public static long? LastFence(this StoreReader store, ProjectId project, TaskId task) => store.Database.QueryFirst(
        $"select coalesce((select fence from leases where project = ?1 and task_id = ?2 and ended_at is null), {LastEnded})",
        row => row.Int64OrNull(0),
        project.Value,
        task.Value);

    /// <summary>The lease last granted for a task, if it ended by running out; null when it was given back or there was none.</summary>
    public static Lease? RanOut(this StoreReader store, ProjectId project, TaskId task)
    {
        var last = store.UnendedLease(project, task) ?? store.Database.QueryFirst(
            $"select {Columns} from leases where fence = {LastEnded} and end_reason = 'expired'", Read, project.Value, task.Value);
        return last is not null && !last.IsLive(store.Now) ? last : null;
    }

    /// <summary>Grants a free task. A lease that merely ran out is recorded as ended first.</summary>
    /// <remarks>The caller has judged that no live lease exists; were it wrong, the unique index refuses the row.</remarks>
    public static Lease GrantLease(
        this StoreTransaction store, ProjectId project, TaskId task, AgentId agent, RunId? run, string definitionHash, TimeSpan term)
    {
        store.EndExpiredLease(project, task);
        var expiry = store.Now.Add(term);
        var fence = store.FreeFence();
        var lease = new Lease(
            LeaseId.OfFence(fence),
            task,
            agent,
            fence,
            run,
            definitionHash,
            term,
            StoreTime.Rounded(store.Now.Wall),
            expiry with { Wall = StoreTime.Rounded(expiry.Wall) });
        store.Database.Execute(
            $"insert into leases (project, {Columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            project.Value,
            lease.Id.Value,
            task.Value,
            agent.Value,
            lease.Fence,
            run?.Value,
            definitionHash,
            (long)term.TotalMilliseconds,
            StoreTime.Text(lease.GrantedAt),
            StoreTime.Text(lease.Expiry.Wall),
            lease.Expiry.Boot,
            lease.Expiry.BootMilliseconds);
        return lease;
    }

    /// <summary>Sets a live lease to end the given time from now, under the definition the task has now.</summary>
    public static Lease ExtendLease(this StoreTransaction store, Lease lease, TimeSpan term, string definitionHash)
    {
        var expiry = store.Now.Add(term);
        var extended = lease with
        {
            Term = term,
            DefinitionHash = definitionHash,
            Expiry = expiry with { Wall = StoreTime.Rounded(expiry.Wall) },
        };
        store.Database.Execute(
            """
            update leases set ttl_ms = ?, definition_hash = ?, expires_at = ?, boot_id = ?, expires_boot_ms = ?
            where fence = ? and ended_at is null
            """,
            (long)term.TotalMilliseconds,
            definitionHash,
            StoreTime.Text(extended.Expiry.Wall),
            extended.Expiry.Boot,
            extended.Expiry.BootMilliseconds,
            lease.Fence);
        return extended;
    }

    /// <summary>Puts a live lease under the definition the task has now; it ends when it would have.</summary>
    public static void RedefineLease(this StoreTransaction store, Lease lease, string definitionHash) => store.Database.Execute(
        "update leases set definition_hash = ? where fence = ? and ended_at is null", definitionHash, lease.Fence);

    /// <summary>Ends a lease. Nothing happens when it has ended already.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="lease">The lease.</param>
    /// <param name="reason">Why: <c>released</c>, <c>done</c>, <c>verified</c>, <c>deleted</c>, <c>expired</c>, or a run's word.</param>
    public static void EndLease(this StoreTransaction store, Lease lease, string reason) => store.Database.Execute(
        "update leases set ended_at = ?, end_reason = ? where fence = ? and ended_at is null",
        StoreTime.Text(store.Now.Wall),
        reason,
        lease.Fence);

    /// <summary>Forgets leases that ended long ago, some at a time. The last one of each task stays: its fence tells stale ones.</summary>
    /// <returns>How many were forgotten.</returns>
    internal static int ForgetLeases(this StoreTransaction store, DateTimeOffset before, int most) => store.Database.Execute(
        $"""
        delete from leases where fence in (
            select fence from leases l where ended_at is not null and ended_at < ?1 and {HistoryTable.NotOfLiveRun}
              and (exists (select 1 from leases m where m.project = l.project and m.task_id = l.task_id and m.ended_at is null)
                or fence < (select max(fence) from leases m where m.project = l.project and m.task_id = l.task_id and m.ended_at is not null))
            limit ?2)
        """,
        StoreTime.Text(before),
        most);

    private static void EndExpiredLease(this StoreTransaction store, ProjectId project, TaskId task)
    {
        if (store.UnendedLease(project, task) is { } old && !old.IsLive(store.Now))
            store.EndLease(old, "expired");
    }

    private static Lease Read(SqliteRow row) => new(
        LeaseId.Parse(row.Text(0)),
        new TaskId(row.Text(1)),
        AgentId.Parse(row.Text(2)),
        row.Int64(3),
        row.TextOrNull(4) is { } run ? RunId.Parse(run) : null,
        row.Text(5),
        TimeSpan.FromMilliseconds(row.Int64(6)),
        StoreTime.Parse(row.Text(7)),
        new Moment(StoreTime.Parse(row.Text(8)), row.Text(9), row.Int64(10)));
}
