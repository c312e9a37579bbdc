namespace Lodestar.Engine.Storage;

/// <summary>Replaces a file whole: after a crash or power loss at any instant it has its old bytes or its new ones.</summary>
public static class AtomicFile
{
    private static int counter;

    /// <summary>Writes the file: temporary file beside it, flush, rename, flush of the directory.</summary>
    /// <param name="path">The file; if it is a symbolic link, what it points to is replaced and the link stays.</param>
    /// <param name="content">The whole new content.</param>
    /// <exception cref="IOException">The file could not be written; its old content is intact.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, null);

    /// <summary>Writes the file with these permissions, whatever it had; see <see cref="Write(string, ReadOnlySpan{byte})"/>.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode)
    {
        var target = new FileInfo(path).LinkTarget is null
            ? Path.GetFullPath(path)
            : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        var directory = Path.GetDirectoryName(target)!;
        var temporary = CreateBeside(directory, Path.GetFileName(target), mode, out var stream);
        try
        {
            using (stream)
            {
                if (mode is null && !OperatingSystem.IsWindows() && File.Exists(target))
                    File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        if (OperatingSystem.IsLinux())
            PosixFile.FlushDirectory(directory);
    }

    /// <summary>Writes text as UTF-8 without a byte order mark; see <see cref="Write(string, ReadOnlySpan{byte})"/>.</summary>
    public static void WriteText(string path, string content) => Write(path, System.Text.Encoding.UTF8.GetBytes(content));

    private static string CreateBeside(string directory, string name, UnixFileMode? mode, out FileStream stream)
    {
        // A name may be taken by the leftover of a killed process that had our pid.
        for (var tries = 0; ; tries++)
        {
            var number = Interlocked.Increment(ref counter);
            var path = Path.Combine(directory, $".{name}.{Environment.ProcessId}-{number}.tmp");
            try
            {
                var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
                if (mode is not null && !OperatingSystem.IsWindows())
                    options.UnixCreateMode = mode;
                stream = new FileStream(path, options);
                return path;
            }
            catch (IOException) when (tries < 100 && File.Exists(path))
            {
            }
        }
    }
}
