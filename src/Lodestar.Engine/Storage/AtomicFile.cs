using System.Text;

namespace Lodestar.Engine.Storage;

/// <summary>Replaces a file whole: after a crash or power loss at any instant it has its old bytes or its new ones.</summary>
public static class AtomicFile
{
    private const int PieceSize = 64 * 1024;
    private static int counter;

    private delegate void WriteContent<T>(FileStream stream, ReadOnlySpan<T> content);

    /// <summary>Writes the file: temporary file beside it, flush, rename, flush of the directory.</summary>
    /// <param name="path">The file; if it is a symbolic link, what it points to is replaced and the link stays.</param>
    /// <param name="content">The whole new content.</param>
    /// <exception cref="IOException">The file could not be written; its old content is intact.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content) => Write(path, content, null);

    /// <summary>Writes the file with these permissions, whatever it had; see <see cref="Write(string, ReadOnlySpan{byte})"/>.</summary>
    internal static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode) =>
        Write(path, content, mode, static (stream, content) => stream.Write(content));

    /// <summary>Writes a file that tells by itself whether it is whole, without waiting for the disk: after power loss it may be torn, or
    /// have its old bytes, but whoever reads it meanwhile sees one or the other.</summary>
    internal static void WriteSoon(string path, ReadOnlySpan<byte> content) =>
        Write(path, content, null, static (stream, content) => stream.Write(content), isDurable: false);

    /// <summary>Writes text as UTF-8 without a byte order mark; see <see cref="Write(string, ReadOnlySpan{byte})"/>.</summary>
    public static void WriteText(string path, string content) => Write<char>(path, content, null, WriteText);

    private static void Write<T>(string path, ReadOnlySpan<T> content, UnixFileMode? mode, WriteContent<T> write, bool isDurable = true)
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
                write(stream, content);
                stream.Flush(flushToDisk: isDurable);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        if (isDurable && OperatingSystem.IsLinux())
            PosixFile.FlushDirectory(directory);
    }

    /// <summary>Piece by piece: the bytes of a large text are nowhere but in its file.</summary>
    private static void WriteText(FileStream stream, ReadOnlySpan<char> text)
    {
        var encoder = Encoding.UTF8.GetEncoder();
        var piece = new byte[Math.Min(PieceSize, Encoding.UTF8.GetMaxByteCount(text.Length))];
        for (var done = false; !done;)
        {
            encoder.Convert(text, piece, flush: true, out var read, out var written, out done);
            stream.Write(piece.AsSpan(0, written));
            text = text[read..];
        }
    }

    private static string CreateBeside(string directory, string name, UnixFileMode? mode, out FileStream stream)
    {
        // A name may be taken by the leftover of a killed process that had our pid.
        for (var tries = 0; ; tries++)
        {
            var number = Interlocked.Increment(ref counter);
            var path = Path.Combine(directory, $".{name}.{Environment.ProcessId}-{number}.tmp");
            try
            {
                stream = new OutputFile(path, FileMode.CreateNew, FileShare.None, mode);
                return path;
            }
            catch (IOException) when (tries < 100 && File.Exists(path))
            {
            }
        }
    }
}
