using System.Text;

namespace Lodestar.Mcp;

/// <summary>A client's input whose end waits: a line of ours comes in its place, so that the server knows that it has seen
/// everything, and the end itself only when the server lets go.</summary>
/// <remarks>The protocol library writes nothing more once its input has ended; questions that come from a file would never
/// be answered.</remarks>
/// <param name="inner">The input.</param>
public sealed class LingeringStream(Stream inner) : ReadingStream
{
    /// <summary>The notification that stands for the end.</summary>
    internal const string EndMethod = "notifications/lodestar/end-of-input";

    private readonly TaskCompletionSource letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] rest = [];
    private byte last = (byte)'\n';
    private bool ended;

    /// <summary>Lets the end of the input be seen.</summary>
    public void LetGo() => letGo.TrySetResult();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return 0;
        if (!ended)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0)
            {
                last = buffer.Span[read - 1];
                return read;
            }

            ended = true;
            var line = $$"""{"jsonrpc":"2.0","method":"{{EndMethod}}"}""" + "\n";
            rest = Encoding.UTF8.GetBytes(last == '\n' ? line : "\n" + line);
        }

        if (rest.Length > 0)
        {
            var given = Math.Min(rest.Length, buffer.Length);
            rest.AsSpan(0, given).CopyTo(buffer.Span);
            rest = rest[given..];
            return given;
        }

        await letGo.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return 0;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        LetGo();
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
