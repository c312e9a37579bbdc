using System.Runtime.InteropServices;

namespace Lodestar.Engine.Storage;

/// <summary>The few file calls .NET has no way to: a directory's flush, and a lock that waits its turn.</summary>
/// <remarks>.NET's own file handles take a shared lock when opened, which would fight with ours.</remarks>
internal static partial class PosixFile
{
    internal const int SharedLock = 1;
    internal const int ExclusiveLock = 2;
    internal const int DoNotWait = 4;
    internal const int Interrupted = 4;
    internal const int WouldBlock = 11;

    private const int WriteAndSearch = 3;
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int CloseOnExec = 0x80000;
    private const uint ModeBeforeMask = 0x1B6; // 0666

    /// <summary>Opens a file for locking, creating it when missing; children do not inherit it.</summary>
    internal static int OpenForLock(string path) => Open(path, ReadWrite | Create | CloseOnExec, ModeBeforeMask);

    /// <summary>Opens a file or folder that is there to look at its lock; works where nothing can be written.</summary>
    internal static int OpenForLook(string path) => Open(path, ReadOnly | CloseOnExec, 0);

    /// <summary>True when the directory can be written, as far as permissions and mount say; tries nothing.</summary>
    internal static bool IsWritable(string path) => Access(path, WriteAndSearch) == 0;

    /// <summary>Flushes a directory, so that a rename inside it survives a power loss.</summary>
    internal static void FlushDirectory(string path)
    {
        var descriptor = Open(path, ReadOnly | CloseOnExec, 0);
        if (descriptor < 0)
            throw Failure("open", path);
        try
        {
            if (Flush(descriptor) != 0)
                throw Failure("flush", path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a file a second name. Unlike a copy it never opens the file, which would drop SQLite's locks on it.</summary>
    internal static void Link(string path, string second)
    {
        if (AddName(path, second) != 0)
            throw Failure("link", path);
    }

    internal static IOException Failure(string act, string path) =>
        new($"Cannot {act} {path}: {Marshal.GetLastPInvokeErrorMessage()}.", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddName(string path, string second);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(int descriptor, int operation);
}
