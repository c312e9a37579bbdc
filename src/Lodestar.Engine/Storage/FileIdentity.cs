using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Lodestar.Engine.Storage;

/// <summary>Which file a path names, by device and inode: a file that was removed and made anew is another one.</summary>
/// <param name="Device">Device number, major and minor.</param>
/// <param name="Inode">Inode number.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    /// <summary>Room for the kernel's answer.</summary>
    internal const int AnswerLength = 256;

    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint WantInode = 0x100;
    private const int NoEntry = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks at a path; null when nothing is there. Elsewhere than on Linux the file's creation time has to do.</summary>
    internal static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) ? new(0, (ulong)File.GetCreationTimeUtc(path).Ticks) : null;

        Span<byte> answer = stackalloc byte[AnswerLength];
        return TryLook(path, WantInode, answer) ? Read(answer) : null;
    }

    /// <summary>Looks at an open file. Only on Linux.</summary>
    internal static FileIdentity? Of(int descriptor)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        return TryLook(descriptor, "", EmptyPath, WantInode, answer) ? Read(answer) : null;
    }

    /// <summary>Asks the kernel about a path.</summary>
    /// <returns>False when nothing is there.</returns>
    internal static bool TryLook(string path, uint mask, Span<byte> answer) => TryLook(CurrentDirectory, path, 0, mask, answer);

    private static unsafe bool TryLook(int directory, string path, int flags, uint mask, Span<byte> answer)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (byte* first = answer)
        {
            if (Look(directory, name, flags, mask, first) == 0)
                return true;
            return Marshal.GetLastPInvokeError() is NoEntry or NotADirectory
                ? false
                : throw new IOException($"Cannot look at {path}: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Reads the identity in the kernel's answer. statx has one layout on every processor, unlike stat: inode at 32,
    /// device major and minor at 136 and 140.</summary>
    internal static FileIdentity Read(ReadOnlySpan<byte> answer) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(answer[136..]), BinaryPrimitives.ReadUInt64LittleEndian(answer[32..]));

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Look(int directory, byte* path, int flags, uint mask, byte* answer);
}
