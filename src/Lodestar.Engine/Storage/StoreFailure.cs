using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Says in our words what SQLite or the operating system could not do with the store. Nothing here suggests
/// removing the file: it may hold the only record of somebody's work.</summary>
internal static class StoreFailure
{
    internal const string ReplacedCode = "store-replaced";

    private const int SharedMemoryCannotGrow = 4874;

    internal static EnvironmentException From(SqliteException cause, string path) => cause switch
    {
        // SQLite takes a system without locks for one whose locks are all taken.
        { Code: SqliteCode.Busy } when WriteFailure.IsWithoutLocks(cause.SystemError) => WriteFailure.WithoutLocks(path, cause),
        { Code: SqliteCode.Busy } => Busy(path, cause),
        { Code: SqliteCode.Full } or { ExtendedCode: SharedMemoryCannotGrow } => WriteFailure.NoRoom(path, cause),
        { Code: SqliteCode.InputOutput or SqliteCode.CannotOpen } when WriteFailure.IsNoRoom(cause.SystemError) => WriteFailure.NoRoom(path, cause),
        { Code: SqliteCode.ReadOnly or SqliteCode.Permission } => Unwritable(path, cause),
        { Code: SqliteCode.CannotOpen or SqliteCode.InputOutput } => new(
            "store-unreadable",
            $"The runtime store {path} cannot be read or written: {cause.Message}.",
            "Check the permissions and the disk of its directory.",
            cause),
        { Code: SqliteCode.Corrupt or SqliteCode.NotADatabase } => Damaged(path, cause),
        _ => new("store-unreadable", $"The runtime store {path} failed: {cause.Message}.", "lodestar doctor", cause),
    };

    internal static EnvironmentException Busy(string path, Exception? cause = null) => new(
        "store-busy",
        $"The runtime store {path} is being written by others and did not become free in time.",
        "Run the same command again.",
        cause);

    internal static EnvironmentException Unwritable(string path, Exception cause) => WriteFailure.Of(
        "store-unwritable", path, cause, "Check the permissions of its directory, and that it is not mounted read-only.");

    internal static EnvironmentException Damaged(string path, Exception? cause = null) => new(
        "store-unreadable",
        $"The file {path} is damaged or not a runtime store.",
        "lodestar doctor",
        cause);

    internal static EnvironmentException Newer(string path, long found, int known) => new(
        "store-newer",
        $"The runtime store {path} has schema {found}; this lodestar knows schemas up to {known}.",
        "Use the newer lodestar that wrote it.");

    internal static EnvironmentException Replaced(string path) => new(
        ReplacedCode,
        $"The runtime store {path} was removed or replaced by another file while in use; nothing more was written.",
        "Start the command again to use the file that is there now.");

    internal static EnvironmentException Shared(string path, string fileSystem) => new(
        "store-filesystem",
        $"The runtime store {path} is on {fileSystem}, a file system that other machines may share; SQLite is not safe there.",
        "Keep the repository on a local disk.");
}
