using Lodestar.Core;

namespace Lodestar.Engine.Storage;

/// <summary>Forgets what is over and old, in bounded slices: events, ended leases, read messages of finished tasks.</summary>
public static class HistoryTable
{
    /// <summary>Rows of each kind that one write forgets at most.</summary>
    internal const int Slice = 500;

    /// <summary>A condition on <c>run_id</c>: nothing of a run that goes on or can go on is ever forgotten.</summary>
    internal const string NotOfLiveRun = "(run_id is null or run_id not in (select run_id from runs where status in ('running', 'paused')))";

    private const int PagesGivenBack = 1000;

    // A direct message is read by its recipient; one in a thread by everybody who ever spoke there.
    private const string Forgettable =
        """
        m.project = ?1 and m.task_id is ?2 and m.created_at < ?3
          and (m.to_agent is null or exists (select 1 from message_reads r where r.message_id = m.message_id and r.agent_id = m.to_agent))
          and (m.task_id is not null or m.to_agent is not null)
          and not exists (
              select 1 from messages p where p.project = m.project and p.task_id = m.task_id and p.from_agent <> m.from_agent
                and not exists (select 1 from message_reads r where r.message_id = m.message_id and r.agent_id = p.from_agent))
        """;

    /// <summary>The number of the first event that is still there, or would be: who has seen only earlier ones has missed some.
    /// 1 while nothing was forgotten.</summary>
    public static long FirstEvent(this StoreReader store) =>
        store.Database.QueryFirst("select value from meta where name = 'events_from'", row => row.Int64OrNull(0)) ?? 1;

    /// <summary>True when the last sweep was a day ago, or lies in the future because a clock was set.</summary>
    public static bool IsSweepDue(this StoreReader store) =>
        StoreTime.ParseOrNull(store.Database.QueryFirst("select value from meta where name = 'history_swept_at'", row => row.Text(0))) is not { } last
        || (store.Now.Wall - last).Duration() >= TimeSpan.FromDays(1);

    /// <summary>Forgets one slice, and notes that the sweep is done when nothing more is left.</summary>
    /// <param name="store">The transaction.</param>
    /// <param name="project">The project whose messages are looked at.</param>
    /// <param name="before">What is older goes.</param>
    /// <param name="isFinished">Whether a task is verified or deleted.</param>
    public static Forgotten Sweep(this StoreTransaction store, ProjectId project, DateTimeOffset before, Func<TaskId, bool> isFinished)
    {
        var forgotten = new Forgotten(
            store.ForgetEvents(before), store.ForgetLeases(before, Slice), store.ForgetMessages(project, before, isFinished));
        if (forgotten.Total > 0)
            store.Database.Execute($"pragma incremental_vacuum({PagesGivenBack})");
        if (!forgotten.IsMoreLeft)
            store.SetMeta("history_swept_at", StoreTime.Text(store.Now.Wall));
        return forgotten;
    }

    /// <summary>Only from the beginning on, so that what is left has no gaps.</summary>
    private static int ForgetEvents(this StoreTransaction store, DateTimeOffset before)
    {
        var first = store.Database.QueryFirst(
            $"select seq from events where at >= ?1 or not {NotOfLiveRun} order by seq limit 1", row => row.Int64OrNull(0), StoreTime.Text(before));
        var last = store.Database.QueryFirst(
            "select max(seq) from (select seq from events where ?1 is null or seq < ?1 order by seq limit ?2)", row => row.Int64OrNull(0), first, Slice);
        if (last is not { } end)
            return 0;
        store.SetMeta("events_from", end + 1);
        return store.Database.Execute("delete from events where seq <= ?", end);
    }

    private static int ForgetMessages(this StoreTransaction store, ProjectId project, DateTimeOffset before, Func<TaskId, bool> isFinished)
    {
        var time = StoreTime.Text(before);
        var threads = store.Database.Query(
            "select distinct task_id from messages where project = ? and created_at < ?", row => row.TextOrNull(0), project.Value, time);
        var forgotten = 0;
        foreach (var thread in threads.Where(thread => thread is null || isFinished(new TaskId(thread))))
        {
            var gone = store.Database.Query(
                $"select m.message_id from messages m where {Forgettable} limit ?4",
                row => row.Text(0),
                project.Value,
                thread,
                time,
                Slice - forgotten);
            foreach (var message in gone)
            {
                store.Database.Execute("delete from message_reads where message_id = ?", message);
                store.Database.Execute("delete from messages where message_id = ?", message);
            }

            forgotten += gone.Count;
            if (forgotten >= Slice)
                break;
        }

        return forgotten;
    }

    private static void SetMeta(this StoreTransaction store, string name, Sqlite.SqliteValue value) => store.Database.Execute(
        "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value", name, value);
}

/// <summary>How much one sweep forgot.</summary>
/// <param name="Events">Events.</param>
/// <param name="Leases">Ended leases.</param>
/// <param name="Messages">Read messages of finished tasks.</param>
public sealed record Forgotten(int Events, int Leases, int Messages)
{
    /// <summary>All together.</summary>
    public int Total => Events + Leases + Messages;

    /// <summary>Whether a slice was full, so that there may be more.</summary>
    public bool IsMoreLeft => Events >= HistoryTable.Slice || Leases >= HistoryTable.Slice || Messages >= HistoryTable.Slice;
}
