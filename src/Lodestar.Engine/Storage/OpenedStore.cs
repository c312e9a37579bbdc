using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>A connection together with the file it was opened on.</summary>
internal sealed class OpenedStore : IDisposable
{
    private readonly string path;
    private readonly Func<bool> isSame;

    internal OpenedStore(string path, SqliteConnection database, Func<bool> isSame)
    {
        this.path = path;
        this.isSame = isSame;
        Database = database;
    }

    internal SqliteConnection Database { get; }

    /// <summary>Whether something was written through this connection.</summary>
    internal bool HasWritten { get; private set; }

    internal static OpenedStore Open(string path, SqliteAccess access, TimeSpan patience)
    {
        var before = FileIdentity.Of(path);
        var database = SqliteConnection.Open(path, access, patience);
        var after = FileIdentity.Of(path);
        if (after is { } file && (before is null || before == after))
        {
            database.KeepLogOnClose();
            return new(path, database, () => FileIdentity.Of(path) == file);
        }

        database.Dispose();
        throw StoreFailure.Replaced(path);
    }

    /// <summary>Opens a store to be read, by way of a copy where SQLite cannot make the files it wants beside it.</summary>
    internal static OpenedStore OpenForReading(string path, TimeSpan patience)
    {
        var opened = Open(path, SqliteAccess.Read, patience);
        try
        {
            _ = opened.Database.QueryInt64("pragma application_id");
            return opened;
        }
        catch (SqliteException cause)
        {
            opened.Dispose();
            if (cause.Code is SqliteCode.CannotOpen or SqliteCode.ReadOnly && StoreReplica.TryOpen(path, patience) is { } replica)
                return replica;
            throw;
        }
    }

    /// <summary>False when the path names another file than the one opened, or none.</summary>
    internal bool IsSameFile => isSame();

    /// <summary>Does something in one transaction.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="write">What to do. What it throws undoes all of it.</param>
    /// <param name="keep">Whether what came of it is to be kept; else all is undone.</param>
    /// <param name="clock">Tells the moment of the transaction.</param>
    /// <param name="ids">Draws identifiers.</param>
    internal T Transact<T>(Func<StoreTransaction, T> write, Func<T, bool> keep, EngineClock clock, IdSource ids)
    {
        RequireSameFile();
        using var transaction = Database.BeginImmediate();
        var result = write(new StoreTransaction(Database, clock.GetMoment(), ids));
        if (!keep(result))
            return result;

        // A commit to a file that lost its name would be acknowledged and then gone.
        RequireSameFile();
        transaction.Commit();
        HasWritten = true;
        return result;
    }

    private void RequireSameFile()
    {
        if (!IsSameFile)
            throw StoreFailure.Replaced(path);
    }

    /// <inheritdoc/>
    public void Dispose() => Database.Dispose();
}
