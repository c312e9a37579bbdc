using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Lodestar.Engine.Storage;

/// <summary>Tells when files of one directory were written and closed, came, or went, as Linux reports it (inotify).</summary>
/// <remarks>.NET's own watcher cannot be asked for the end of writing, and its beginning is too early: what was written is
/// not yet there to be read.</remarks>
internal sealed unsafe partial class FileNotices : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const uint Closed = 0x8;
    private const uint CameOrWent = 0x40 | 0x80 | 0x100 | 0x200;
    private const uint DirectoryGone = 0x400 | 0x800;
    private const uint NoMore = 0x2000 | 0x8000;
    private const uint Overflowed = 0x4000;
    private const int EventHead = 16;
    private const short Readable = 1;

    private readonly int notices;
    private readonly int stop;
    private readonly Func<string, bool, bool> matters;
    private readonly Action happened;
    private readonly Lock gate = new();
    private bool ended;

    private FileNotices(int notices, int stop, Func<string, bool, bool> matters, Action happened)
    {
        this.notices = notices;
        this.stop = stop;
        this.matters = matters;
        this.happened = happened;
    }

    /// <summary>False once the directory itself is gone: nothing more will be told.</summary>
    internal bool IsListening { get; private set; } = true;

    /// <summary>Begins to listen.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="matters">Says of a file's name whether its news matters; the second value is true when it was closed after writing.</param>
    /// <param name="happened">Called after each piece of news that matters, on a thread of its own.</param>
    /// <returns>Null where the system has no such notices to give, or no more of them.</returns>
    internal static FileNotices? TryOpen(string directory, Func<string, bool, bool> matters, Action happened)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var notices = Open(CloseOnExec);
        if (notices < 0)
            return null;
        var stop = OpenEvent(0, CloseOnExec);
        if (stop < 0 || Add(notices, directory, Closed | CameOrWent | DirectoryGone) < 0)
        {
            _ = PosixFile.Close(notices);
            if (stop >= 0)
                _ = PosixFile.Close(stop);
            return null;
        }

        var opened = new FileNotices(notices, stop, matters, happened);
        new Thread(opened.Listen) { IsBackground = true, Name = "listens to " + Path.GetFileName(directory) }.Start();
        return opened;
    }

    /// <summary>Stops listening. The thread closes what it reads from, so that a number is never reused under it.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            ulong one = 1;
            if (!ended)
                _ = Write(stop, &one, sizeof(ulong));
        }
    }

    private void Listen()
    {
        Span<byte> buffer = stackalloc byte[4096];
        fixed (byte* first = buffer)
        {
            while (Next(first, buffer.Length) is var length and > 0)
            {
                if (Look(buffer[..length]))
                    happened();
            }
        }

        IsListening = false;
        lock (gate)
        {
            ended = true;
            _ = PosixFile.Close(notices);
            _ = PosixFile.Close(stop);
        }

        happened();
    }

    /// <summary>Waits for news; 0 when there will be none.</summary>
    private int Next(byte* buffer, int size)
    {
        var asked = stackalloc PollRequest[2];
        while (IsListening)
        {
            asked[0] = new PollRequest { Descriptor = notices, Events = Readable };
            asked[1] = new PollRequest { Descriptor = stop, Events = Readable };
            if (Poll(asked, 2, -1) < 0 && Marshal.GetLastPInvokeError() != PosixFile.Interrupted)
                return 0;
            if (asked[1].Returned != 0)
                return 0;
            if (asked[0].Returned == 0)
                continue;
            var length = (int)Read(notices, buffer, (nuint)size);
            if (length > 0 || Marshal.GetLastPInvokeError() != PosixFile.Interrupted)
                return Math.Max(0, length);
        }

        return 0;
    }

    private bool Look(ReadOnlySpan<byte> news)
    {
        var any = false;
        while (news.Length >= EventHead)
        {
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(news[4..]);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(news[12..]);
            var name = Encoding.UTF8.GetString(news.Slice(EventHead, length)).TrimEnd('\0');
            if ((mask & NoMore) != 0)
                IsListening = false;
            any |= (mask & (NoMore | Overflowed | DirectoryGone)) != 0 || matters(name, (mask & Closed) != 0);
            news = news[(EventHead + length)..];
        }

        return any;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(int notices, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int OpenEvent(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, void* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollRequest* requests, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
