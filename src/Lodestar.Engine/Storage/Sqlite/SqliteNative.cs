using System.Reflection;
using System.Runtime.InteropServices;

namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>The C functions of SQLite that we call. Blittable only, so that ahead-of-time builds need no marshalling code.</summary>
/// <remarks>The library is the operating system's: it is patched without us. An ahead-of-time build may link it statically.</remarks>
internal static unsafe partial class SqliteNative
{
    internal const int Ok = 0;
    internal const int Row = 100;
    internal const int Done = 101;

    internal const int OpenReadOnly = 0x1;
    internal const int OpenReadWrite = 0x2;
    internal const int OpenCreate = 0x4;
    internal const int OpenNoMutex = 0x8000;
    internal const int OpenExtendedResultCodes = 0x02000000;

    /// <summary>SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE.</summary>
    internal const int NoCheckpointOnClose = 1006;

    internal const int TypeInteger = 1;
    internal const int TypeNull = 5;

    /// <summary>SQLITE_TRANSIENT: SQLite copies the value before the call returns.</summary>
    internal static readonly nint Transient = -1;

    private const string Library = "sqlite3";

    static SqliteNative() => NativeLibrary.SetDllImportResolver(typeof(SqliteNative).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;

        // The name without a version belongs to the development package, which a user's machine does not have.
        string[] candidates = OperatingSystem.IsWindows() ? ["winsqlite3.dll", "sqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (var candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle))
                return handle;
        }

        throw new EnvironmentException(
            "sqlite-missing",
            $"The SQLite library {candidates[0]} was not found.",
            "Install it; on Debian and Ubuntu: apt-get install libsqlite3-0");
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sqlite3_open_v2(byte* path, out nint db, int flags, byte* vfs);

    [LibraryImport(Library)]
    internal static partial int sqlite3_close_v2(nint db);

    [LibraryImport(Library)]
    internal static partial int sqlite3_system_errno(nint db);

    [LibraryImport(Library)]
    internal static partial int sqlite3_busy_timeout(nint db, int milliseconds);

    // Variadic in C. Linux passes these arguments like any others; Apple's arm64 does not, so it is not called there.
    [LibraryImport(Library)]
    internal static partial int sqlite3_db_config(nint db, int option, int value, int* result);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sqlite3_prepare_v2(nint db, byte* sql, int bytes, out nint statement, out byte* tail);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_reset(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_clear_bindings(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_finalize(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_parameter_count(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_double(nint statement, int index, double value);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_text(nint statement, int index, byte* text, int bytes, nint destructor);

    [LibraryImport(Library)]
    internal static partial int sqlite3_bind_blob(nint statement, int index, byte* data, int bytes, nint destructor);

    [LibraryImport(Library)]
    internal static partial int sqlite3_column_count(nint statement);

    [LibraryImport(Library)]
    internal static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial double sqlite3_column_double(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_column_text(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_column_blob(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial int sqlite3_column_bytes(nint statement, int column);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_errmsg(nint db);

    [LibraryImport(Library)]
    internal static partial byte* sqlite3_errstr(int code);

    [LibraryImport(Library)]
    internal static partial int sqlite3_extended_errcode(nint db);

    [LibraryImport(Library)]
    internal static partial int sqlite3_changes(nint db);

    [LibraryImport(Library)]
    internal static partial int sqlite3_total_changes(nint db);

    [LibraryImport(Library)]
    internal static partial long sqlite3_last_insert_rowid(nint db);

    [LibraryImport(Library)]
    internal static partial int sqlite3_get_autocommit(nint db);

    [LibraryImport(Library)]
    internal static partial nint sqlite3_backup_init(nint target, byte* targetName, nint source, byte* sourceName);

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sqlite3_backup_step(nint backup, int pages);

    [LibraryImport(Library)]
    internal static partial int sqlite3_backup_finish(nint backup);
}
