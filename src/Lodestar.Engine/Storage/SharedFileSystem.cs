using System.Collections.Frozen;

namespace Lodestar.Engine.Storage;

/// <summary>Knows the file systems that other machines may see too. SQLite's write-ahead log shares memory between its
/// users, which works within one kernel only; elsewhere it damages the database without a sign.</summary>
internal static class SharedFileSystem
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ceph", "lustre", "gfs", "gfs2", "ocfs2", "gpfs",
        "glusterfs", "9p", "v9fs", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "coda", "ncp", "ncpfs",
        "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.vmhgfs-fuse");

    /// <summary>True for the name of a file system that more than one machine may write.</summary>
    internal static bool Refuses(string fileSystem) => Names.Contains(fileSystem);

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
}
