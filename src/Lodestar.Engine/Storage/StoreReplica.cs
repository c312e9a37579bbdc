using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Reads a store in a directory that cannot be written. SQLite shares memory through a file beside the store, and where
/// that one is missing it cannot read what the log holds; so it is given a copy of both in a place of ours.</summary>
internal static class StoreReplica
{
    /// <summary>Opens a copy, which is of one moment: no writer is at work meanwhile.</summary>
    /// <returns>Null where the file itself cannot be read, or there is no place for a copy.</returns>
    /// <exception cref="EnvironmentException"><c>store-busy</c>.</exception>
    internal static OpenedStore? TryOpen(string path, TimeSpan patience)
    {
        var lockPath = path + RuntimeStore.LockSuffix;
        try
        {
            using var still = OperatingSystem.IsLinux() ? FileLock.TryShare(lockPath) : null;
            if (still is null && FileLock.IsHeld(lockPath))
                throw StoreFailure.Busy(path);
            var real = RealPath.Of(path);
            var taken = Stamps(real);
            return new(path, Copy(real, patience), () => taken.Store is not null && Stamps(RealPath.Of(path)) == taken);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SqliteConnection Copy(string path, TimeSpan patience)
    {
        var folder = Directory.CreateTempSubdirectory("lodestar-store-");
        SqliteConnection? database = null;
        try
        {
            var copy = Path.Combine(folder.FullName, "store");
            foreach (var suffix in new[] { "", "-wal" }.Where(suffix => File.Exists(path + suffix)))
            {
                File.Copy(path + suffix, copy + suffix);
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(copy + suffix, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            database = SqliteConnection.Open(copy, SqliteAccess.Read, patience);
            _ = database.QueryInt64("select count(*) from sqlite_master");
            return database;
        }
        catch
        {
            database?.Dispose();
            throw;
        }
        finally
        {
            // What is open stays readable, and goes with the process however that ends.
            folder.Delete(recursive: true);
        }
    }

    private static (FileStamp? Store, FileStamp? Log) Stamps(string path) => (FileStamp.Of(path), FileStamp.Of(path + "-wal"));
}
