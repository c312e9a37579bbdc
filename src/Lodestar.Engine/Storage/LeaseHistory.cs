using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>What became of leases.</summary>
public static class LeaseHistory
{
    /// <summary>The leases an agent was granted, newest first, live ones included.</summary>
    public static IReadOnlyList<PastLease> LeasesEverOf(this StoreReader store, ProjectId project, AgentId agent, int limit) =>
        store.Database.Query(
            """
            select lease_id, task_id, fence, run_id, granted_at, expires_at, ended_at, end_reason from leases indexed by leases_live
            where project = ?2 and ended_at is null and agent_id = ?1
            union all
            select lease_id, task_id, fence, run_id, granted_at, expires_at, ended_at, end_reason from leases indexed by leases_history
            where agent_id = ?1 and ended_at is not null and project = ?2
            order by fence desc limit ?3
            """,
            row => new PastLease(
                LeaseId.Parse(row.Text(0)),
                new TaskId(row.Text(1)),
                row.Int64(2),
                row.TextOrNull(3) is { } run ? RunId.Parse(run) : null,
                StoreTime.Parse(row.Text(4)),
                StoreTime.Parse(row.Text(5)),
                StoreTime.ParseOrNull(row.TextOrNull(6)),
                row.TextOrNull(7)),
            agent.Value,
            project.Value,
            limit);
}

/// <summary>A lease and its end.</summary>
/// <param name="LeaseId">The grant.</param>
/// <param name="TaskId">What was held.</param>
/// <param name="Fence">Its fence.</param>
/// <param name="RunId">The run it belonged to, or null.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="ExpiresAt">Until when at most.</param>
/// <param name="EndedAt">When it was ended; null while nobody has recorded its end.</param>
/// <param name="EndReason">Why it ended, or null.</param>
public sealed record PastLease(
    LeaseId LeaseId, TaskId TaskId, long Fence, RunId? RunId, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt, DateTimeOffset? EndedAt, string? EndReason);
