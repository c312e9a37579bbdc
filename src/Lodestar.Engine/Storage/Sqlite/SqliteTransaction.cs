namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>A transaction of one connection: everything until <see cref="Commit"/>, or nothing.</summary>
public sealed class SqliteTransaction : IDisposable
{
    private readonly SqliteConnection connection;
    private bool ended;

    internal SqliteTransaction(SqliteConnection connection, string begin)
    {
        this.connection = connection;
        connection.Execute(begin);
    }

    /// <summary>Makes everything since the begin durable.</summary>
    public void Commit()
    {
        connection.Execute("commit");
        ended = true;
    }

    /// <summary>Rolls back unless committed.</summary>
    public void Dispose()
    {
        if (ended)
            return;
        ended = true;

        // After some failures (disk full, input or output) SQLite has rolled back by itself.
        if (connection.InTransaction)
            connection.Execute("rollback");
    }
}
