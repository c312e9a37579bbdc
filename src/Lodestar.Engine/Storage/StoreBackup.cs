using System.Globalization;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Copies of a store, kept under <c>.lodestar/backups/</c> before something is done to it that cannot be undone.
/// Nothing of ours ever overwrites or removes one.</summary>
internal static class StoreBackup
{
    internal const string Folder = "backups";

    /// <summary>Copies a store through SQLite, whole or not at all.</summary>
    /// <param name="database">The store.</param>
    /// <param name="path">Its file.</param>
    /// <param name="why">The beginning of the copy's name.</param>
    /// <param name="clock">Dates the copy.</param>
    /// <returns>The copy's path.</returns>
    internal static string Take(SqliteConnection database, string path, string why, EngineClock clock)
    {
        var target = FreeName(path, why, clock);
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Environment.ProcessId}-0.tmp");
        try
        {
            File.Delete(temporary);
            using (var copy = SqliteConnection.Open(temporary, SqliteAccess.Create, TimeSpan.Zero))
                database.CopyTo(copy);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            File.Move(temporary, target, overwrite: false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(target, cause);
        }
        finally
        {
            File.Delete(temporary);
        }

        if (OperatingSystem.IsLinux())
            PosixFile.FlushDirectory(Path.GetDirectoryName(target)!);
        return target;
    }

    /// <summary>Copies a text file of the state folder, whole or not at all.</summary>
    /// <returns>The copy's path.</returns>
    internal static string KeepFile(string path, string why, EngineClock clock)
    {
        var target = FreeName(path, why, clock);
        try
        {
            AtomicFile.Write(target, File.ReadAllBytes(path));
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(target, cause);
        }

        return target;
    }

    /// <summary>All copies of a store, by name, which is also by kind and time.</summary>
    internal static string[] Of(string path)
    {
        var folder = Path.Combine(Path.GetDirectoryName(path)!, Folder);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.sqlite").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>A name in the folder that nothing has yet; makes the folder.</summary>
    internal static string FreeName(string path, string why, EngineClock clock)
    {
        var folder = Path.Combine(Path.GetDirectoryName(path)!, Folder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(folder, cause);
        }

        var name = $"{why}-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        var target = Path.Combine(folder, name + Path.GetExtension(path));
        for (var number = 2; Path.Exists(target); number++)
            target = Path.Combine(folder, $"{name}-{number}{Path.GetExtension(path)}");
        return target;
    }
}
