using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Storage;

/// <summary>Says why a file cannot be written. That there is no room has one code everywhere, whether the disk is full, a quota
/// is used up, or the file would be larger than the process may make it.</summary>
public static class WriteFailure
{
    private const int FileTooLarge = 27;
    private const int NoSpace = 28;
    private const int NoLocks = 37;
    private const int NotImplemented = 38;
    private const int NotSupported = 95;
    private const int QuotaExceeded = 122;

    /// <summary>True when a write failed because there was no room for it.</summary>
    public static bool IsNoRoom(Exception cause) => cause is IOException && IsNoRoom(cause.HResult);

    /// <summary>The failure <c>disk-full</c> or <c>store-filesystem</c>, or the given one when neither room nor locks are what is missing.</summary>
    /// <param name="code">The code for every other reason.</param>
    /// <param name="path">What was to be written.</param>
    /// <param name="cause">What was caught.</param>
    /// <param name="hint">The next step for every other reason.</param>
    public static EnvironmentException Of(string code, string path, Exception cause, string? hint = null) => IsNoRoom(cause)
        ? NoRoom(path, cause)
        : cause is IOException && IsWithoutLocks(cause.HResult) ? WithoutLocks(path, cause)
        : new(code, $"{path} cannot be written: {cause.Message}", hint, cause);

    /// <summary>True for what the system says where a file system has no file locks.</summary>
    internal static bool IsWithoutLocks(int systemError) => systemError is NoLocks or NotImplemented or NotSupported;

    internal static EnvironmentException WithoutLocks(string path, Exception? cause = null) => new(
        "store-filesystem",
        $"{path} is on a file system without file locks: several processes would damage what they write there.",
        "Keep the repository on a local disk.",
        cause);

    internal static bool IsNoRoom(int systemError) => systemError is FileTooLarge or NoSpace or QuotaExceeded;

    internal static EnvironmentException NoRoom(string path, Exception cause) => new(
        "disk-full",
        $"There is no room to write {path}; it is as it was. The disk is full, or a quota or a limit on the size of files is reached.",
        "Make room or raise the limit, then run the same command again.",
        cause);

    /// <summary>What .NET should have thrown: it takes a file that may not grow for an argument out of range.</summary>
    internal static IOException TooLarge(ArgumentOutOfRangeException cause) =>
        new("The file would be larger than it may be.", cause) { HResult = FileTooLarge };

    /// <summary>Writes into an open file.</summary>
    internal static void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> content, long at)
    {
        try
        {
            RandomAccess.Write(file, content, at);
        }
        catch (ArgumentOutOfRangeException cause)
        {
            throw TooLarge(cause);
        }
    }
}
