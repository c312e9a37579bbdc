namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>A prepared statement of one connection.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, nint handle, string sql) : IDisposable
{
    private nint handle = handle;

    /// <summary>The row <see cref="Step"/> arrived at.</summary>
    internal SqliteRow Row => new(handle);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ = SqliteNative.sqlite3_finalize(handle);
        handle = 0;
    }

    /// <summary>Sets all parameters, in order.</summary>
    internal void Bind(ReadOnlySpan<SqliteValue> values)
    {
        var expected = SqliteNative.sqlite3_bind_parameter_count(handle);
        if (expected != values.Length)
            throw new ArgumentException($"The statement takes {expected} values and was given {values.Length}: {sql}");
        for (var index = 0; index < values.Length; index++)
            connection.Check(values[index].Bind(handle, index + 1), sql);
    }

    /// <summary>Advances; true when there is a row.</summary>
    internal bool Step()
    {
        var code = SqliteNative.sqlite3_step(handle);
        connection.Check(code, sql);
        return code == SqliteNative.Row;
    }

    /// <summary>Makes the statement ready for other values. Its result repeats the failure of the last step, which was thrown then.</summary>
    internal void Reset()
    {
        _ = SqliteNative.sqlite3_reset(handle);
        _ = SqliteNative.sqlite3_clear_bindings(handle);
    }
}
