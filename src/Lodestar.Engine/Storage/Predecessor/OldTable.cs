using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>One table of the Python Lodestar, set aside under another name so that ours can take its place.</summary>
/// <remarks>Its columns differ between releases, and files were made by several of them: whatever columns are there are
/// read, and a missing one is null.</remarks>
internal sealed class OldTable
{
    private const string Aside = "predecessor_";

    private readonly SqliteConnection database;
    private readonly string[] columns;

    private OldTable(SqliteConnection database, string name, string[] columns)
    {
        this.database = database;
        Name = name;
        this.columns = columns;
    }

    /// <summary>What the table was called.</summary>
    internal string Name { get; }

    /// <summary>Renames a table; one that is not there reads as empty.</summary>
    internal static OldTable SetAside(SqliteConnection database, string name)
    {
        var columns = database.Query("select name from pragma_table_info(?) order by cid", row => row.Text(0), name);
        if (columns.Count > 0)
            database.Execute($"alter table {name} rename to {Aside}{name}");
        return new(database, name, [.. columns]);
    }

    /// <summary>Reads every row.</summary>
    /// <param name="order">The column they are ordered by; rows alike in it stay as they were written.</param>
    internal IReadOnlyList<OldRow> Rows(string order)
    {
        if (columns.Length == 0)
            return [];
        var selected = string.Join(", ", columns.Select(column => $"\"{column.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        var ordered = columns.Contains(order) ? $"{order}, rowid" : "rowid";
        return database.Query($"select {selected} from {Aside}{Name} order by {ordered}", Read);
    }

    /// <summary>Removes the table; everything in it has been taken over.</summary>
    internal void Drop()
    {
        if (columns.Length > 0)
            database.Execute($"drop table {Aside}{Name}");
    }

    private OldRow Read(SqliteRow row)
    {
        var values = new KeyValuePair<string, string?>[columns.Length];
        for (var index = 0; index < columns.Length; index++)
            values[index] = new(columns[index], row.TextOrNull(index));
        return new(Name, values);
    }
}
