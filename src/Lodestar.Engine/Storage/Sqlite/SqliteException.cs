namespace Lodestar.Engine.Storage.Sqlite;

/// <summary>SQLite refused a call. Callers inside the engine match on <see cref="Code"/>; people see what the store makes of it.</summary>
/// <param name="extendedCode">SQLite's extended result code.</param>
/// <param name="message">SQLite's own message, with the statement where there is one.</param>
/// <param name="systemError">What the operating system said; 0 when it was not asked, or said nothing.</param>
public sealed class SqliteException(int extendedCode, string message, int systemError = 0) : Exception(message)
{
    /// <summary>The operating system's number for why a file could not be opened, read or written.</summary>
    public int SystemError { get; } = systemError;

    /// <summary>SQLite's extended result code.</summary>
    public int ExtendedCode { get; } = extendedCode;

    /// <summary>The primary result code: the low byte of the extended one.</summary>
    public SqliteCode Code => (SqliteCode)(ExtendedCode & 0xff);

    /// <summary>True when a unique index or primary key refused a row.</summary>
    public bool IsDuplicateKey => ExtendedCode is 2067 or 1555 or 2579;
}

/// <summary>Primary result codes of SQLite that the store tells apart.</summary>
public enum SqliteCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Bad SQL, or a missing table.</summary>
    Error = 1,

    /// <summary>Access permission denied.</summary>
    Permission = 3,

    /// <summary>Another connection holds the lock.</summary>
    Busy = 5,

    /// <summary>Attempt to write a read-only database.</summary>
    ReadOnly = 8,

    /// <summary>The operating system failed a read or write.</summary>
    InputOutput = 10,

    /// <summary>The file's structure is damaged.</summary>
    Corrupt = 11,

    /// <summary>No space left.</summary>
    Full = 13,

    /// <summary>The file cannot be opened.</summary>
    CannotOpen = 14,

    /// <summary>A constraint refused the row.</summary>
    Constraint = 19,

    /// <summary>Wrong use of the library: a bug in us.</summary>
    Misuse = 21,

    /// <summary>The file is not a database.</summary>
    NotADatabase = 26,
}
