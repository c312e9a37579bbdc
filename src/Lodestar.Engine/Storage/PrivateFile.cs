using System.Text;

namespace Lodestar.Engine.Storage;

/// <summary>Writes files only their owner can read, whatever the umask: what agents were told and said is nobody else's.</summary>
public static class PrivateFile
{
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode0700 = FileMode0600 | UnixFileMode.UserExecute;

    /// <summary>Makes a folder and those missing above it.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        // The system gives the mode to the last folder only.
        if (Path.GetDirectoryName(path) is { } parent)
            CreateFolder(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, FolderMode0700);
    }

    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it is made, replaced or appended to.</param>
    /// <param name="share">What others may do meanwhile.</param>
    public static FileStream Open(string path, FileMode mode, FileShare share) => new OutputFile(path, mode, share, FileMode0600);

    /// <summary>True when a file has the mode <see cref="Open"/> gives.</summary>
    public static bool IsPrivate(string path) => OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == FileMode0600;

    /// <summary>Writes a whole file.</summary>
    public static void WriteText(string path, string text)
    {
        using var file = Open(path, FileMode.Create, FileShare.Read);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Writes a whole file so that it has its old or its new content after a crash; see <see cref="AtomicFile"/>.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content) =>
        AtomicFile.Write(path, content, OperatingSystem.IsWindows() ? null : FileMode0600);
}
