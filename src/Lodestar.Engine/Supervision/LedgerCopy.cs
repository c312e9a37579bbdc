using System.Buffers;
using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Supervision;

/// <summary>Holds the copy of a run's ledger against the ledger in the store while that is read, so that only what the copy
/// lacks is written. Nothing is believed that the copy says; it is only compared.</summary>
internal sealed class LedgerCopy : IDisposable
{
    private readonly byte[] buffer = new byte[256 * 1024];
    private readonly ArrayBufferWriter<byte> last = new(4096);
    private readonly FileStream? file;
    private int at;
    private int filled;
    private bool differs;

    /// <summary>Opens the copy, when there is one as this program makes them.</summary>
    internal LedgerCopy(string path)
    {
        var found = new FileInfo(path);
        differs = !found.Exists || found.LinkTarget is not null || !PrivateFile.IsPrivate(path);
        if (!differs)
            file = EvidenceFile.OpenRead(path);
    }

    /// <summary>How many lines the copy begins with that the store has, too.</summary>
    internal int Lines { get; private set; }

    /// <summary>Their length.</summary>
    internal long Bytes { get; private set; }

    /// <summary>What the line behind them must name.</summary>
    internal string LastHash => Lines == 0 ? LedgerLine.NoHash : Sha256Text.Of(last.WrittenSpan);

    /// <summary>Compares the next line of the store.</summary>
    internal void Compare(ReadOnlySpan<byte> line)
    {
        differs = differs || !GoesOnWith(line) || !GoesOnWith("\n"u8);
        if (differs)
            return;
        last.ResetWrittenCount();
        last.Write(line);
        Lines++;
        Bytes += line.Length + 1;
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private bool GoesOnWith(ReadOnlySpan<byte> expected)
    {
        while (!expected.IsEmpty)
        {
            if (at == filled)
            {
                (at, filled) = (0, file!.Read(buffer));
                if (filled == 0)
                    return false;
            }

            var count = Math.Min(expected.Length, filled - at);
            if (!expected[..count].SequenceEqual(buffer.AsSpan(at, count)))
                return false;
            at += count;
            expected = expected[count..];
        }

        return true;
    }
}
