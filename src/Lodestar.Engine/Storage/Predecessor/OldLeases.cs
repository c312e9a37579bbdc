using Lodestar.Core;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>Takes leases over. That program let two agents hold one task; here the lease it would have shown, the one that
/// ends last, stays, and the others end.</summary>
internal static class OldLeases
{
    internal static int TakeOver(PredecessorStore store, OldTable leases)
    {
        var read = leases.Rows("created_at").Select(row => Read(store, row)).OfType<OldLease>().ToArray();
        var holding = read
            .Where(lease => lease.Expires > store.Now.Wall && lease.Joined)
            .GroupBy(lease => lease.Task, StringComparer.Ordinal)
            .Select(rivals => rivals.OrderBy(lease => lease.Expires).ThenBy(lease => lease.Granted).Last())
            .ToHashSet();

        // Fences rise in the order of the grants, but a task's live lease always has its highest.
        var fence = store.Database.QueryInt64("select value from meta where name = 'next_fence'");
        foreach (var lease in read.OrderBy(holding.Contains).ThenBy(lease => lease.Granted))
            Insert(store, lease, fence++, holding.Contains(lease));
        store.Database.Execute("update meta set value = ? where name = 'next_fence'", fence);
        return read.Length;
    }

    private static OldLease? Read(PredecessorStore store, OldRow row)
    {
        if (row["lease_id"] is not { } id || !PredecessorStore.IsHex(id, 'L', 8) || row["task_id"] is not { Length: > 0 } task)
            return Left(store, row, "lease_id or task_id is no id");
        if (row.Time("expires_at") is not { } expires)
            return Left(store, row, "expires_at cannot be read");
        if (row.Time("created_at") is not { } granted)
            return Left(store, row, "created_at cannot be read");
        var joined = row["agent_id"] is { } named && store.HasJoined(named);
        return store.Agent(row["agent_id"], granted) is { } agent
            ? new(id, task, agent, granted, expires, joined)
            : Left(store, row, "agent_id is not the id of an agent");
    }

    private static OldLease? Left(PredecessorStore store, OldRow row, string reason)
    {
        store.Leave(row, reason);
        return null;
    }

    /// <summary>The machine's own count was not recorded, so the wall clock alone tells when a live one ends. The definition was not
    /// recorded either: an empty digest is that of no definition.</summary>
    private static void Insert(PredecessorStore store, OldLease lease, long fence, bool holding)
    {
        var length = (long)Math.Max(1, (lease.Expires - lease.Granted).TotalMilliseconds);
        (DateTimeOffset? ended, string? reason) = holding ? (default(DateTimeOffset?), default(string))
            : lease.Expires <= store.Now.Wall ? ((DateTimeOffset?)lease.Expires, "expired")
            : ((DateTimeOffset?)StoreTime.Rounded(store.Now.Wall), lease.Joined ? "double-claim" : "agent-unknown");
        store.Database.Execute(
            """
            insert into leases (lease_id, project, task_id, agent_id, fence, definition_hash, ttl_ms, granted_at, expires_at,
                boot_id, expires_boot_ms, ended_at, end_reason)
            values (?, ?, ?, ?, ?, '', ?, ?, ?, '', 0, ?, ?)
            """,
            lease.Id,
            store.Project.Value,
            lease.Task,
            lease.Agent.Value,
            fence,
            length,
            StoreTime.Text(lease.Granted),
            StoreTime.Text(lease.Expires),
            ended is { } time ? StoreTime.Text(time) : null,
            reason);
    }

    private sealed record OldLease(
        string Id, string Task, AgentId Agent, DateTimeOffset Granted, DateTimeOffset Expires, bool Joined);
}
