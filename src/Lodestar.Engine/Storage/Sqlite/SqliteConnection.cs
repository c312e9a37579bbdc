using System.Runtime.InteropServices;

namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>One connection to an SQLite database. Used by one thread at a time.</summary>
/// <remarks>Prepared statements are kept by their text, so a loop that repeats a statement pays for parsing once.</remarks>
public sealed unsafe class SqliteConnection : IDisposable
{
    private const int KeptStatements = 64;

    private readonly Dictionary<string, SqliteStatement> idle = new(StringComparer.Ordinal);
    private nint handle;

    private SqliteConnection(nint handle) => this.handle = handle;

    /// <summary>Turns a row into a value.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    public delegate T Map<out T>(SqliteRow row);

    /// <summary>Looks at a row.</summary>
    public delegate void Visit(SqliteRow row);

    /// <summary>True between a begin and its commit or rollback; SQLite may have rolled back by itself after a failure.</summary>
    public bool InTransaction => SqliteNative.sqlite3_get_autocommit(Handle) == 0;

    /// <summary>The key of the last row inserted through this connection.</summary>
    public long LastInsertRowId => SqliteNative.sqlite3_last_insert_rowid(Handle);

    /// <summary>Rises with every row changed through this connection.</summary>
    public int TotalChanges => SqliteNative.sqlite3_total_changes(Handle);

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(handle == 0, this);
            return handle;
        }
    }

    /// <summary>Opens a database file, or <c>:memory:</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access">What may be done with it.</param>
    /// <param name="busyTimeout">How long SQLite itself waits for a lock.</param>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    public static SqliteConnection Open(string path, SqliteAccess access, TimeSpan busyTimeout)
    {
        var flags = SqliteNative.OpenNoMutex | SqliteNative.OpenExtendedResultCodes | access switch
        {
            SqliteAccess.Read => SqliteNative.OpenReadOnly,
            SqliteAccess.Write => SqliteNative.OpenReadWrite,
            SqliteAccess.Create => SqliteNative.OpenReadWrite | SqliteNative.OpenCreate,
            _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
        };
        nint handle;
        int code;
        fixed (byte* name = Utf8Text.ZeroTerminated(path))
            code = SqliteNative.sqlite3_open_v2(name, out handle, flags, null);
        if (code != SqliteNative.Ok)
        {
            // SQLite hands out a connection even when it fails, only to carry the message.
            var message = handle == 0 ? Utf8Text.Read(SqliteNative.sqlite3_errstr(code)) : Utf8Text.Read(SqliteNative.sqlite3_errmsg(handle));
            var error = handle == 0 ? 0 : SystemError(handle);
            _ = SqliteNative.sqlite3_close_v2(handle);
            throw new SqliteException(code, $"{message}: {path}", error);
        }

        _ = SqliteNative.sqlite3_busy_timeout(handle, (int)busyTimeout.TotalMilliseconds);
        return new(handle);
    }

    /// <summary>Leaves the write-ahead log in place when the last connection closes: emptying it there costs several
    /// forced writes, and would happen outside the store's lock. The automatic checkpoint still bounds the log.</summary>
    public void KeepLogOnClose()
    {
        if (OperatingSystem.IsMacOS())
            return;
        int result;
        Check(SqliteNative.sqlite3_db_config(Handle, SqliteNative.NoCheckpointOnClose, 1, &result), null);
    }

    /// <summary>Does something that gives up at once where another connection is in the way.</summary>
    /// <param name="act">What to do.</param>
    /// <param name="usual">How long SQLite waits otherwise.</param>
    public void WithoutWaiting(Action act, TimeSpan usual)
    {
        _ = SqliteNative.sqlite3_busy_timeout(Handle, 0);
        try
        {
            act();
        }
        finally
        {
            _ = SqliteNative.sqlite3_busy_timeout(Handle, (int)usual.TotalMilliseconds);
        }
    }

    /// <summary>Runs one statement to its end, ignoring rows.</summary>
    /// <returns>The number of rows an insert, update or delete changed; for other statements it means nothing.</returns>
    public int Execute(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        using var use = Use(sql, values);
        while (use.Statement.Step())
        {
            // A returning clause, or a pragma that answers: the statement takes effect when it ends.
        }

        return SqliteNative.sqlite3_changes(Handle);
    }

    /// <summary>Runs several statements separated by semicolons, without values.</summary>
    public void ExecuteScript(string sql)
    {
        var bytes = Utf8Text.ZeroTerminated(sql);
        fixed (byte* first = bytes)
        {
            var next = first;
            while (*next != 0)
            {
                Check(SqliteNative.sqlite3_prepare_v2(Handle, next, -1, out var prepared, out next), sql);
                if (prepared == 0)
                    continue;
                using var statement = new SqliteStatement(this, prepared, sql);
                while (statement.Step())
                {
                    // As above.
                }
            }
        }
    }

    /// <summary>Runs a query and maps every row.</summary>
    /// <typeparam name="T">What a row becomes.</typeparam>
    public List<T> Query<T>(string sql, Map<T> map, params ReadOnlySpan<SqliteValue> values)
    {
        using var use = Use(sql, values);
        var rows = new List<T>();
        while (use.Statement.Step())
            rows.Add(map(use.Statement.Row));
        return rows;
    }

    /// <summary>Runs a query and hands every row on, keeping none.</summary>
    public void ForEach(string sql, Visit visit, params ReadOnlySpan<SqliteValue> values)
    {
        using var use = Use(sql, values);
        while (use.Statement.Step())
            visit(use.Statement.Row);
    }

    /// <summary>Runs a query that gives one row or none, and maps it.</summary>
    /// <typeparam name="T">What the row becomes.</typeparam>
    /// <returns>The mapped row; default when there is none.</returns>
    public T? QueryFirst<T>(string sql, Map<T> map, params ReadOnlySpan<SqliteValue> values)
    {
        using var use = Use(sql, values);
        return use.Statement.Step() ? map(use.Statement.Row) : default;
    }

    /// <summary>Runs a query whose first row begins with an integer.</summary>
    public long QueryInt64(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        using var use = Use(sql, values);
        return use.Statement.Step()
            ? use.Statement.Row.Int64(0)
            : throw new InvalidDataException($"The query gave no row: {sql}");
    }

    /// <summary>Begins a transaction that takes the write lock at once; disposing it without a commit rolls back.</summary>
    public SqliteTransaction BeginImmediate() => new(this, "begin immediate");

    /// <summary>Begins a transaction whose reads all see one moment.</summary>
    public SqliteTransaction BeginDeferred() => new(this, "begin deferred");

    /// <summary>Copies the whole database, as of now, over the target's content.</summary>
    public void CopyTo(SqliteConnection target)
    {
        fixed (byte* main = "main\0"u8)
        {
            var backup = SqliteNative.sqlite3_backup_init(target.Handle, main, Handle, main);
            if (backup == 0)
                throw target.Failure(null);
            var code = SqliteNative.sqlite3_backup_step(backup, -1);
            _ = SqliteNative.sqlite3_backup_finish(backup);
            if (code != SqliteNative.Done)
                throw new SqliteException(code, Utf8Text.Read(SqliteNative.sqlite3_errstr(code)), SystemError(target.Handle));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (handle == 0)
            return;
        foreach (var statement in idle.Values)
            statement.Dispose();
        idle.Clear();
        _ = SqliteNative.sqlite3_close_v2(handle);
        handle = 0;
    }

    internal void Check(int code, string? sql)
    {
        if (code is not (SqliteNative.Ok or SqliteNative.Row or SqliteNative.Done))
            throw Failure(sql);
    }

    private SqliteException Failure(string? sql)
    {
        var message = Utf8Text.Read(SqliteNative.sqlite3_errmsg(Handle));
        return new(
            SqliteNative.sqlite3_extended_errcode(Handle), sql is null ? message : $"{message} in: {sql}", SystemError(Handle));
    }

    /// <summary>What the operating system said to the call that just failed. SQLite forgets it where a commit failed; what it does
    /// then to clear up succeeds, so the C library still knows.</summary>
    private static int SystemError(nint database) =>
        SqliteNative.sqlite3_system_errno(database) is not 0 and var told ? told : Marshal.GetLastPInvokeError();

    private StatementUse Use(string sql, ReadOnlySpan<SqliteValue> values)
    {
        // Taken out while in use, so that a mapping function may run the same text again.
        if (!idle.Remove(sql, out var statement))
            statement = Prepare(sql);
        try
        {
            statement.Bind(values);
        }
        catch
        {
            statement.Dispose();
            throw;
        }

        return new(this, sql, statement);
    }

    private SqliteStatement Prepare(string sql)
    {
        nint prepared;
        fixed (byte* first = Utf8Text.ZeroTerminated(sql))
            Check(SqliteNative.sqlite3_prepare_v2(Handle, first, -1, out prepared, out _), sql);
        return new(this, prepared, sql);
    }

    private void GiveBack(string sql, SqliteStatement statement)
    {
        statement.Reset();
        if (idle.Count >= KeptStatements || !idle.TryAdd(sql, statement))
            statement.Dispose();
    }

    private readonly ref struct StatementUse(SqliteConnection owner, string sql, SqliteStatement statement)
    {
        internal SqliteStatement Statement => statement;

        public void Dispose() => owner.GiveBack(sql, statement);
    }
}

/// <summary>What may be done with an opened database.</summary>
public enum SqliteAccess
{
    /// <summary>Only read; the file must exist.</summary>
    Read,

    /// <summary>Read and write; the file must exist.</summary>
    Write,

    /// <summary>Read and write; the file is made when missing.</summary>
    Create,
}
