using System.Collections.Immutable;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Saves what can be read of a damaged store into a new one. The damaged file is only read.</summary>
internal static class StoreSalvage
{
    /// <summary>Builds the new file.</summary>
    internal static ImmutableArray<SavedTable> Build(
        string damaged, string target, EngineClock clock, IdSource ids, TimeSpan patience)
    {
        using var fresh = SqliteConnection.Open(target, SqliteAccess.Create, patience);
        using var old = SqliteConnection.Open(damaged, SqliteAccess.Read, patience);
        fresh.Execute("pragma auto_vacuum = incremental");
        ImmutableArray<SavedTable> saved;
        using (var transaction = fresh.BeginImmediate())
        {
            StoreSchema.Create(fresh, SchemaOf(old));
            var tables = Tables(fresh);
            var whole = tables.Where(table => Take(old, fresh, table)).ToHashSet(StringComparer.Ordinal);
            Connect(fresh, tables);
            StoreBirth.Record(fresh, clock, ids);
            RaiseFence(fresh, clock);
            saved = [.. tables.Select(table => new SavedTable(table, fresh.QueryInt64($"select count(*) from {table}"), whole.Contains(table)))];
            transaction.Commit();
        }

        StoreSchema.BringForward(fresh, StoreState.Older, clock, ids);
        return saved;
    }

    /// <summary>The schema the rows have; the latest when not even that can be read.</summary>
    private static int SchemaOf(SqliteConnection old)
    {
        try
        {
            return old.QueryInt64("pragma application_id") == StoreSchema.ApplicationId
                && old.QueryInt64("pragma user_version") is > 0 and var version && version <= StoreSchema.Latest
                ? (int)version
                : StoreSchema.Latest;
        }
        catch (SqliteException)
        {
            return StoreSchema.Latest;
        }
    }

    /// <summary>Tables that hold rows of their own; what a search index keeps is made again by its triggers.</summary>
    private static string[] Tables(SqliteConnection fresh) =>
    [
        .. fresh.Query(
            """
            select name from sqlite_master t where type = 'table' and name not like 'sqlite!_%' escape '!' and sql not like 'create virtual%'
                and not exists (select 1 from sqlite_master v where v.sql like 'create virtual%' and t.name like v.name || '!_%' escape '!')
            """,
            row => row.Text(0)),
    ];

    /// <summary>Copies a table from its beginning until it breaks off, then from its end: what is between is lost.</summary>
    /// <returns>True when it did not break off.</returns>
    private static bool Take(SqliteConnection old, SqliteConnection fresh, string table)
    {
        var columns = fresh.Query("select name from pragma_table_info(?) order by cid", row => row.Text(0), table);
        var key = fresh.Query("select name from pragma_table_info(?) where pk > 0 order by pk", row => row.Text(0), table);
        if (Copy(old, fresh, table, columns, key, ""))
            return true;
        Copy(old, fresh, table, columns, key, " desc");
        return false;
    }

    private static bool Copy(
        SqliteConnection old, SqliteConnection fresh, string table, List<string> columns, List<string> key, string direction)
    {
        var named = string.Join(", ", columns);
        var ordered = string.Join(", ", key.Select(column => column + direction));
        var insert = $"insert or ignore into {table} ({named}) values ({string.Join(", ", columns.Select(_ => "?"))})";
        try
        {
            old.Query($"select {named} from {table} not indexed order by {ordered}", row => CopyRow(fresh, insert, table, columns, row));
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private static bool CopyRow(SqliteConnection fresh, string insert, string table, List<string> columns, SqliteRow row)
    {
        var values = new SqliteValue[columns.Count];
        for (var index = 0; index < values.Length; index++)
        {
            var value = row.Json(index);
            if (StoreCopy.Problem(table, columns[index], value) is not null)
                return false;
            values[index] = StoreCopy.Value(value);
        }

        return fresh.Execute(insert, values) == 1;
    }

    /// <summary>Agents that were lost come back as ones that left, because rows name them; other rows whose parent was lost
    /// stay in the damaged file.</summary>
    private static void Connect(SqliteConnection fresh, string[] tables)
    {
        const string Time = "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')";
        foreach (var table in tables)
        {
            var links = fresh.Query(
                "select \"table\", \"from\", \"to\" from pragma_foreign_key_list(?)", row => (Parent: row.Text(0), From: row.Text(1), To: row.Text(2)), table);
            foreach (var (parent, from, to) in links)
            {
                var lost = $"{from} is not null and {from} not in (select {to} from {parent})";
                if (parent == "agents")
                {
                    fresh.Execute(
                        $"insert or ignore into agents (agent_id, capabilities, session_meta, registered_at, last_seen_at, left_at) "
                        + $"select distinct {from}, '[]', '{{}}', {Time}, {Time}, {Time} from {table} where {lost}");
                }
                else
                {
                    fresh.Execute($"delete from {table} where {lost}");
                }
            }
        }
    }

    /// <summary>The counter may be lost, or older than the leases; no fence is granted twice.</summary>
    private static void RaiseFence(SqliteConnection fresh, EngineClock clock) => fresh.Execute(
        "update meta set value = max(value, coalesce((select max(fence) + 1 from leases), 0), ?) where name = 'next_fence'",
        clock.GetUtcNow().ToUnixTimeMilliseconds());
}
