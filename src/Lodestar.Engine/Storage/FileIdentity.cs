using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Lodestar.Engine.Storage;

/// <summary>Which file a path names, by device and inode: a file that was removed and made anew is another one.</summary>
/// <param name="Device">Device number, major and minor.</param>
/// <param name="Inode">Inode number.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const uint WantInode = 0x100;
    private const int NoEntry = 2;
    private const int NotADirectory = 20;

    /// <summary>Looks at a path; null when nothing is there. Elsewhere than on Linux the file's creation time has to do.</summary>
    internal static unsafe FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) ? new(0, (ulong)File.GetCreationTimeUtc(path).Ticks) : null;

        // statx has one layout on every processor, unlike stat: inode at 32, device major and minor at 136 and 140.
        Span<byte> answer = stackalloc byte[256];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (byte* first = answer)
        {
            if (Look(CurrentDirectory, name, 0, WantInode, first) != 0)
            {
                return Marshal.GetLastPInvokeError() is NoEntry or NotADirectory
                    ? null
                    : throw new IOException($"Cannot look at {path}: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }

        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(answer[136..]), BinaryPrimitives.ReadUInt64LittleEndian(answer[32..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int Look(int directory, byte* path, int flags, uint mask, byte* answer);
}
