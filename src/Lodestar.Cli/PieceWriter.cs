using System.Buffers;

namespace Lodestar.Cli;

/// <summary>Hands what is written on in pieces: a long answer is on its way before its end is known, and never in memory whole.</summary>
/// <param name="send">Takes a piece; it is overwritten afterwards.</param>
internal sealed class PieceWriter(PieceWriter.Send send) : IBufferWriter<byte>
{
    private const int PieceSize = 32 * 1024;

    private byte[] piece = GC.AllocateUninitializedArray<byte>(PieceSize);
    private int written;

    /// <summary>Takes a piece of what is written.</summary>
    public delegate void Send(ReadOnlySpan<byte> piece);

    /// <inheritdoc/>
    public void Advance(int count) => written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(sizeHint, 1);
        if (piece.Length - written < needed)
        {
            Flush();
            if (piece.Length < needed)
                piece = GC.AllocateUninitializedArray<byte>(needed);
        }

        return piece.AsMemory(written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Hands on what was not yet.</summary>
    public void Flush()
    {
        if (written > 0)
            send(piece.AsSpan(0, written));
        written = 0;
    }
}
