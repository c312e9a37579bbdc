using System.Text;
using System.Text.Json.Nodes;

namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>The current row of a query; valid only inside the function it is handed to.</summary>
public readonly unsafe ref struct SqliteRow
{
    private readonly nint statement;

    internal SqliteRow(nint statement) => this.statement = statement;

    /// <summary>True when the column holds NULL.</summary>
    public bool IsNull(int column) => SqliteNative.sqlite3_column_type(statement, column) == SqliteNative.TypeNull;

    /// <summary>An integer that is never NULL.</summary>
    public long Int64(int column) => SqliteNative.sqlite3_column_int64(statement, Required(column));

    /// <summary>An integer that is never NULL.</summary>
    /// <exception cref="OverflowException">The value does not fit.</exception>
    public int Int32(int column) => checked((int)Int64(column));

    /// <summary>An integer, or null.</summary>
    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    /// <summary>A truth value stored as an integer.</summary>
    public bool Boolean(int column) => Int64(column) != 0;

    /// <summary>A real number that is never NULL.</summary>
    public double Double(int column) => SqliteNative.sqlite3_column_double(statement, Required(column));

    /// <summary>A real number, or null.</summary>
    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <summary>Text that is never NULL.</summary>
    public string Text(int column)
    {
        // The pointer first: asking for it may convert the value, which changes the length.
        var first = SqliteNative.sqlite3_column_text(statement, Required(column));
        return Encoding.UTF8.GetString(first, SqliteNative.sqlite3_column_bytes(statement, column));
    }

    /// <summary>Text that is never NULL, as UTF-8; valid only until the next row.</summary>
    public ReadOnlySpan<byte> Utf8(int column)
    {
        var first = SqliteNative.sqlite3_column_text(statement, Required(column));
        return new(first, SqliteNative.sqlite3_column_bytes(statement, column));
    }

    /// <summary>Text, or null.</summary>
    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Bytes that are never NULL.</summary>
    public byte[] Blob(int column)
    {
        var first = SqliteNative.sqlite3_column_blob(statement, Required(column));
        return new ReadOnlySpan<byte>(first, SqliteNative.sqlite3_column_bytes(statement, column)).ToArray();
    }

    /// <summary>A whole number or text as JSON; null for NULL.</summary>
    internal JsonNode? Json(int column) =>
        IsNull(column) ? null
        : SqliteNative.sqlite3_column_type(statement, column) == SqliteNative.TypeInteger ? JsonValue.Create(Int64(column))
        : JsonValue.Create(Text(column));

    private int Required(int column) => IsNull(column)
        ? throw new InvalidDataException($"Column {column} of the result is NULL where a value is required.")
        : column;
}
