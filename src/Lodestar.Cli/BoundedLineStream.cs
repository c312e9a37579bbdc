using Lodestar.Mcp;

namespace Lodestar.Cli;

/// <summary>Lets lines through up to a length and drops what is beyond, so that no line fills the memory of who reads it.</summary>
/// <param name="inner">Where the bytes come from.</param>
/// <param name="limit">The longest line in bytes, without its end.</param>
/// <param name="onCut">Told how many bytes of a line were dropped, when it ends.</param>
internal sealed class BoundedLineStream(Stream inner, int limit, Action<long> onCut) : ReadingStream
{
    /// <summary>The longest line a client may send: many times what any call needs.</summary>
    public const int Usual = 1024 * 1024;

    private long length;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (count == 0)
                return 0;
            if (Keep(buffer.Span[..count]) is var kept && kept > 0)
                return kept;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (true)
        {
            var read = inner.Read(buffer, offset, count);
            if (read == 0)
                return 0;
            if (Keep(buffer.AsSpan(offset, read)) is var kept && kept > 0)
                return kept;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Moves what is let through to the front.</summary>
    private int Keep(Span<byte> bytes)
    {
        var (kept, at) = (0, 0);
        while (at < bytes.Length)
        {
            var end = bytes[at..].IndexOf((byte)'\n');
            var part = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            var room = (int)Math.Clamp(limit - length, 0, part.Length);
            part[..room].CopyTo(bytes[kept..]);
            kept += room;
            length += part.Length;
            at += part.Length;
            if (end < 0)
                continue;
            if (length > limit)
                onCut(length - limit);
            length = 0;
            bytes[kept++] = (byte)'\n';
            at++;
        }

        return kept;
    }
}
