using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.Engine.Schemas;

namespace Lodestar.Engine.Storage;

/// <summary>The rows of a store as data, to be kept elsewhere and put into a new store again, whatever schema that one has.</summary>
internal static class StoreCopy
{
    /// <summary>Tables that are copied, what others refer to first. Runs are not: their ledgers are exported one by one.</summary>
    internal static readonly ImmutableArray<string> Tables = ["meta", "agents", "leases", "task_states", "messages", "message_reads", "events"];

    /// <summary>Tables that are left out on purpose.</summary>
    internal static readonly ImmutableArray<string> LeftOut = ["runs", "ledger", "processes", "run_controls"];

    // A new store has an identity and a birth of its own.
    private const string WithoutBirth = "where name not in ('store_id', 'created_at')";

    private const string Messages = "messages";
    private const string Reads = "message_reads";

    /// <summary>Reads all rows.</summary>
    internal static StoreRows Read(StoreReader store, bool withMessages)
    {
        var tables = new SortedDictionary<string, TableRows>(StringComparer.Ordinal);
        foreach (var table in Tables.Where(table => withMessages || table is not (Messages or Reads)))
        {
            var columns = Columns(store.Database, table);
            var named = string.Join(", ", columns);
            var rows = store.Database.Query(
                $"select {named} from {table} {(table == "meta" ? WithoutBirth : "")} order by {(columns.Contains("seq") ? "seq" : "1, 2")}",
                    row => Values(row, columns.Length));
            tables.Add(table, new(columns, [.. rows]));
        }

        return new((int)store.Database.QueryInt64("pragma user_version"), tables);
    }

    private static JsonArray Values(SqliteRow row, int count)
    {
        var values = new JsonArray();
        for (var index = 0; index < count; index++)
            values.Add(row.Json(index));
        return values;
    }

    /// <summary>Writes rows into a database of the schema they were read from.</summary>
    /// <returns>What is wrong with them; null when nothing is.</returns>
    internal static string? Write(SqliteConnection database, StoreRows copy)
    {
        foreach (var name in copy.Tables.Keys.Where(name => !Tables.Contains(name)))
            return $"it has a table {name}, which is no part of a snapshot";
        foreach (var name in Tables.Where(copy.Tables.ContainsKey))
        {
            if (Write(database, name, copy.Tables[name]) is { } problem)
                return problem;
        }

        var missing = database.Query("pragma foreign_key_check", row => $"a row of {row.Text(0)} refers to a missing row of {row.Text(2)}");
        return missing.FirstOrDefault();
    }

    private static string? Write(SqliteConnection database, string table, TableRows content)
    {
        var known = Columns(database, table);
        if (content.Columns.FirstOrDefault(column => !known.Contains(column)) is { } unknown)
            return $"table {table} has a column {unknown}, which is unknown";
        var marks = string.Join(", ", content.Columns.Select(_ => "?"));
        var insert = $"insert or replace into {table} ({string.Join(", ", content.Columns)}) values ({marks})";
        foreach (var row in content.Rows)
        {
            if (row.Count != content.Columns.Length)
                return $"a row of table {table} has {row.Count} values for {content.Columns.Length} columns";
            for (var index = 0; index < row.Count; index++)
            {
                if (Problem(table, content.Columns[index], row[index]) is { } problem)
                    return $"a row of table {table} has {problem}";
            }

            database.Execute(insert, [.. row.Select(Value)]);
        }

        return null;
    }

    /// <summary>The database knows numbers from text; that a text is a time, an id or JSON, only we know.</summary>
    internal static string? Problem(string table, string column, JsonNode? value)
    {
        if (value is null)
            return null;
        if (value is not JsonValue cell || !(cell.TryGetValue<string>(out _) || cell.TryGetValue<long>(out _)))
            return $"a {column} that is neither text nor a whole number";
        try
        {
            Parse(table, column, cell.TryGetValue<string>(out var text) ? text : "");
            return null;
        }
        catch (Exception cause) when (cause is FormatException || JsonText.IsFault(cause))
        {
            return $"a {column} that is none: {cause.Message}";
        }
    }

    private static void Parse(string table, string column, string text)
    {
        switch (table, column)
        {
            case (not Reads, "agent_id"):
                _ = AgentId.Parse(text);
                break;
            case (_, "lease_id"):
                _ = LeaseId.Parse(text);
                break;
            case (_, "message_id"):
                _ = MessageId.Parse(text);
                break;
            case (_, "run_id"):
                _ = RunId.Parse(text);
                break;
            case (_, "data" or "session_meta"):
                _ = JsonNode.Parse(text)!.AsObject();
                break;
            case (_, "capabilities"):
                _ = JsonNode.Parse(text)!.AsArray();
                break;
            case (_, _) when column == "at" || column.EndsWith("_at", StringComparison.Ordinal):
                _ = StoreTime.Parse(text);
                break;
        }
    }

    /// <summary>A value as the database takes it.</summary>
    internal static SqliteValue Value(JsonNode? node) =>
        node is not JsonValue value ? default
        : value.TryGetValue<long>(out var number) ? number
        : value.GetValue<string>();

    private static ImmutableArray<string> Columns(SqliteConnection database, string table) =>
        [.. database.Query("select name from pragma_table_info(?) order by cid", row => row.Text(0), table)];
}

/// <summary>All rows of a store.</summary>
/// <param name="Schema">The schema they have.</param>
/// <param name="Tables">By table.</param>
public sealed record StoreRows(int Schema, SortedDictionary<string, TableRows> Tables);

/// <summary>The rows of one table.</summary>
/// <param name="Columns">Names.</param>
/// <param name="Rows">Values, in the order of the names.</param>
public sealed record TableRows(ImmutableArray<string> Columns, ImmutableArray<JsonArray> Rows);
