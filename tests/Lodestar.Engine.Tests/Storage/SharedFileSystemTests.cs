using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Tests.Storage;

/// <summary>Which file systems a store may be on.</summary>
public sealed class SharedFileSystemTests
{
    private static readonly string[] Mounts =
    [
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw",
        "23 22 0:30 / /home rw shared:1 - nfs4 server:/home rw",
        "24 22 0:31 / /mnt/two\\040words rw - cifs //server/share rw",
    ];

    [Theory]
    [InlineData("/var/project", "ext4")]
    [InlineData("/home", "nfs4")]
    [InlineData("/home/me/project", "nfs4")]
    [InlineData("/homes/project", "ext4")]
    [InlineData("/mnt/two words/project", "cifs")]
    public void The_nearest_mount_above_a_path_names_its_file_system(string path, string expected) =>
        Assert.Equal(expected, SharedFileSystem.NameIn(Mounts, path));

    [Theory]
    [InlineData("nfs4", true)]
    [InlineData("CIFS", true)]
    [InlineData("ext4", false)]
    [InlineData("", false)]
    public void A_file_system_of_several_machines_is_refused(string name, bool expected) => Assert.Equal(expected, SharedFileSystem.Refuses(name));

    [Fact]
    public void What_is_local_for_certain_has_no_name_that_is_refused()
    {
        string[] directories = ["/", "/tmp", "/proc", "/sys", "/dev/shm", "/dev", Path.GetTempPath(), Environment.CurrentDirectory];
        foreach (var directory in directories.Where(Directory.Exists).Where(SharedFileSystem.IsLocal))
            Assert.False(SharedFileSystem.Refuses(SharedFileSystem.NameOf(directory)), directory);
        Assert.False(SharedFileSystem.IsLocal("/proc"));
        Assert.False(SharedFileSystem.IsLocal("/no/such/place"));
    }
}
