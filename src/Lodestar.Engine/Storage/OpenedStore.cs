using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>A connection together with the file it was opened on.</summary>
internal sealed class OpenedStore : IDisposable
{
    private readonly string path;
    private readonly FileIdentity file;

    private OpenedStore(string path, FileIdentity file, SqliteConnection database)
    {
        this.path = path;
        this.file = file;
        Database = database;
    }

    internal SqliteConnection Database { get; }

    /// <summary>Whether something was written through this connection.</summary>
    internal bool HasWritten { get; set; }

    internal static OpenedStore Open(string path, SqliteAccess access, TimeSpan patience)
    {
        var before = FileIdentity.Of(path);
        var database = SqliteConnection.Open(path, access, patience);
        var after = FileIdentity.Of(path);
        if (after is { } file && (before is null || before == after))
        {
            database.KeepLogOnClose();
            return new(path, file, database);
        }

        database.Dispose();
        throw StoreFailure.Replaced(path);
    }

    /// <summary>False when the path names another file than the one opened, or none.</summary>
    internal bool IsSameFile => FileIdentity.Of(path) == file;

    /// <inheritdoc/>
    public void Dispose() => Database.Dispose();
}
