using System.Runtime.InteropServices;

namespace Lodestar.Engine.Storage;

/// <summary>Knows the file systems that other machines may see too. SQLite's write-ahead log shares memory between its
/// users, which works within one kernel only; elsewhere it damages the database without a sign.</summary>
internal static partial class SharedFileSystem
{
    private const int AnswerLength = 256;

    private static readonly string[] Names =
    [
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ceph", "lustre", "gfs", "gfs2", "ocfs2", "gpfs",
        "glusterfs", "9p", "v9fs", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "coda", "ncp", "ncpfs",
        "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.vmhgfs-fuse",
    ];

    /// <summary>ext2 to ext4, XFS, Btrfs, tmpfs, overlay, ZFS, F2FS: what nearly everybody has, by the numbers the kernel gives them.</summary>
    private static readonly long[] LocalTypes = [0xEF53, 0x58465342, 0x9123683E, 0x01021994, 0x794C7630, 0x2FC12FC1, 0xF2F52010];

    /// <summary>True for the name of a file system that more than one machine may write.</summary>
    internal static bool Refuses(string fileSystem) => Names.Contains(fileSystem, StringComparer.OrdinalIgnoreCase);

    /// <summary>True when a directory is certainly on a local file system; false when its name has to be looked at.</summary>
    internal static bool IsLocal(string directory)
    {
        // The type is the first field of the answer on every 64-bit Linux.
        if (!OperatingSystem.IsLinux() || nint.Size != sizeof(long))
            return false;
        Span<byte> answer = stackalloc byte[AnswerLength];
        return Look(directory, answer) == 0 && LocalTypes.Contains(MemoryMarshal.Read<long>(answer));
    }

    /// <summary>The name of the file system a directory is on; empty when it cannot be told.</summary>
    internal static string NameOf(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return new DriveInfo(directory).DriveFormat;
        return NameIn(File.ReadLines("/proc/self/mountinfo"), directory);
    }

    /// <summary>Finds the file system of a path among the lines of <c>/proc/self/mountinfo</c>: the longest mount point
    /// above it, and of equal ones the last, which covers the others.</summary>
    internal static string NameIn(IEnumerable<string> mounts, string path)
    {
        var best = -1;
        var name = "";
        foreach (var line in mounts)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length < 5 || dash < 0 || dash + 1 >= fields.Length)
                continue;
            var point = Unescape(fields[4]);
            var inside = point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal);
            if (inside && point.Length >= best)
                (best, name) = (point.Length, fields[dash + 1]);
        }

        return name;
    }

    /// <summary>The kernel writes blanks, tabs, newlines and backslashes as three octal digits.</summary>
    private static string Unescape(string field) => field
        .Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal)
        .Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Look(string path, Span<byte> answer);
}
