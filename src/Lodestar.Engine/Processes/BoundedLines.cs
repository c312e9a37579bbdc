using System.Text;

namespace Lodestar.Engine.Processes;

/// <summary>One line of a stream.</summary>
/// <param name="Text">At most the limit's bytes of it, invalid UTF-8 replaced, without line end.</param>
/// <param name="Dropped">Bytes beyond the limit that were read and dropped.</param>
/// <param name="Torn">True for a last line without an end.</param>
internal readonly record struct BoundedLine(string Text, long Dropped, bool Torn);

/// <summary>Splits a stream into lines of bounded length without ever holding more than one.</summary>
internal static class BoundedLines
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>Reads to the end of the stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="limit">Longest line in bytes, line end included.</param>
    /// <param name="onBytes">Told of every read, before its lines.</param>
    /// <param name="onLine">Told of every line.</param>
    /// <param name="cancellation">Ends the reading; a line begun is given as torn.</param>
    internal static async Task PumpAsync(
        Stream stream, int limit, Action<int> onBytes, Action<BoundedLine> onLine, CancellationToken cancellation)
    {
        var line = new MemoryStream();
        long dropped = 0;
        var buffer = new byte[BufferBytes];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
            {
                onBytes(count);
                var rest = buffer.AsMemory(0, count);
                int end;
                while ((end = rest.Span.IndexOf((byte)'\n')) >= 0)
                {
                    Keep(rest.Span[..end]);
                    Give(torn: false);
                    rest = rest[(end + 1)..];
                }

                Keep(rest.Span);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The wait for a pipe somebody still holds open is over; what came until then counts.
        }

        if (line.Length > 0 || dropped > 0)
            Give(torn: true);

        void Keep(ReadOnlySpan<byte> bytes)
        {
            // One byte of the limit is the line end's.
            var room = (int)Math.Min(bytes.Length, Math.Max(0, limit - 1 - line.Length));
            line.Write(bytes[..room]);
            dropped += bytes.Length - room;
        }

        void Give(bool torn)
        {
            var bytes = line.GetBuffer().AsSpan(0, (int)line.Length);
            if (dropped == 0 && bytes.EndsWith("\r"u8))
                bytes = bytes[..^1];
            onLine(new BoundedLine(Encoding.UTF8.GetString(bytes), dropped, torn));
            line.SetLength(0);
            dropped = 0;
        }
    }
}
