using System.Runtime.InteropServices;

namespace Lodestar.Cli;

/// <summary>One of the process's three streams as the system has it. The runtime's own streams prepare the terminal for a
/// conversation before the first byte (its key mode is switched and left so), whichever of the three the byte goes to; a
/// program that only prints must leave no trace but its text.</summary>
/// <param name="descriptor">0, 1 or 2.</param>
internal sealed partial class StandardStream(int descriptor) : Stream
{
    private const int Interrupted = 4;
    private const int WouldBlock = 11;
    private const short Readable = 1;
    private const short Writable = 4;
    private const short Gone = 8 | 16 | 32;

    /// <inheritdoc/>
    public override bool CanRead => descriptor == 0;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => descriptor != 0;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = WriteTo(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                Recover(Writable);
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var read = ReadFrom(descriptor, buffer, (nuint)buffer.Length);
            if (read >= 0)
                return (int)read;
            Recover(Readable);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>Blocks until nobody can read what is written any more; for ever where there is always somebody, as for a file.</summary>
    public void WaitUntilReaderIsGone()
    {
        var request = new PollRequest { Descriptor = descriptor };
        int answered;
        do
        {
            answered = Poll(ref request, 1, -1);
        }
        while ((answered < 0 && Marshal.GetLastPInvokeError() == Interrupted) || (answered >= 0 && (request.Returned & Gone) == 0));
    }

    /// <summary>Nothing is held back.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Returns when the call that just failed may be tried again.</summary>
    /// <exception cref="IOException">It may not; its result is the system's number of what went wrong.</exception>
    private void Recover(short wanted)
    {
        var problem = Marshal.GetLastPInvokeError();
        if (problem == WouldBlock)
        {
            // Somebody who shares the terminal or pipe made it non-blocking.
            var request = new PollRequest { Descriptor = descriptor, Events = wanted };
            _ = Poll(ref request, 1, -1);
        }
        else if (problem != Interrupted)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(problem), problem);
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFrom(int descriptor, Span<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollRequest requests, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }
}
