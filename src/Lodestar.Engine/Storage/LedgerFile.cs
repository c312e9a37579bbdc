using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>Reads a run's ledger from a file, in memory that does not grow with it. Only a last line without its end is
/// forgiven, because a crash leaves one; any other damage is refused with its line number.</summary>
/// <remarks>Lines are handed over in order while the next block is read and hashed on another processor. Whoever has time takes lines
/// apart.</remarks>
/// <param name="source">The file.</param>
public sealed class LedgerFile(Stream source)
{
    private const int BlockSize = 512 * 1024;

    private readonly LedgerChain chain = new();
    private readonly LedgerWords words = new();
    private readonly LedgerWords wordsAhead = new();
    private volatile bool isWanted = true;
    private RunId? run;
    private long linesRead;

    /// <summary>The longest line accepted; tests have shorter ones.</summary>
    internal int LongestLine { get; init; } = LedgerLine.LongestLine;

    /// <summary>Reads the whole file.</summary>
    /// <param name="take">Is given every sound line, in order.</param>
    /// <param name="cancellation">Ends the reading between blocks.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>, naming the line; <c>ledger-empty</c>.</exception>
    public async Task<LedgerEnd> ReadAsync(LedgerTake take, CancellationToken cancellation)
    {
        var size = source.CanSeek ? (int)Math.Clamp(source.Length, 4096, BlockSize) : BlockSize;
        var now = new LedgerBlock(size);
        var after = new LedgerBlock(size);
        await ReadBlockAsync(now, default, cancellation);
        while (now.Lines.Count > 0)
        {
            isWanted = false;
            var reading = Task.Run(() => ReadBlockAsync(after, now.Rest, cancellation), cancellation);
            try
            {
                HandOver(now, take);
            }
            finally
            {
                isWanted = true;
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await reading;
            (now, after) = (after, now);
        }

        var torn = Torn(now.Rest);
        return run is null
            ? throw new RefusedException(new Refusal("ledger-empty", "The ledger holds no whole line.", "lodestar run list"))
            : new LedgerEnd(run.Value, chain.Lines, chain.LastHash, torn);
    }

    private async Task ReadBlockAsync(LedgerBlock block, ReadOnlyMemory<byte> rest, CancellationToken cancellation)
    {
        block.Begin(rest);
        while (block.Lines.Count == 0)
        {
            if (block.Length == block.Bytes.Length)
                block.Grow(LongestLine + 1);
            // What cannot be a line is not read to its end: the block is as long as a line may be.
            if (block.Length == block.Bytes.Length)
                throw new RefusedException(LedgerBlock.TooLong(LongestLine).At(linesRead + 1));
            // A block that had to grow for a long line is not filled again: two that are alike keep two processors at work.
            var room = Math.Min(block.Bytes.Length - block.Length, BlockSize);
            var count = await source.ReadAtLeastAsync(block.Bytes.AsMemory(block.Length, room), room, throwOnEndOfStream: false, cancellation);
            block.Length += count;
            block.Split();
            if (count == 0)
                return;
        }

        linesRead += block.Lines.Count;
        block.Hash();
        block.ReadAhead(LongestLine, wordsAhead, () => isWanted);
    }

    private void HandOver(LedgerBlock block, LedgerTake take)
    {
        for (var index = 0; index < block.Lines.Count; index++)
        {
            var read = block.Read(index, LongestLine, words);
            var line = block.Line(index);
            if ((read.Damage ?? Foreign(read.Run!)) is { } damage)
                throw new RefusedException(damage.At(chain.Lines + 1));
            chain.Require(read, line);
            take(run!.Value, read.Entry!, line);
            chain.Pass(block.Digest(index));
        }
    }

    private LedgerDamage? Foreign(string named)
    {
        if (named == run?.Value)
            return null;
        if (run is not null)
            return new("runs-mixed", $"it belongs to {named}, the ledger to {run}");
        try
        {
            run = RunId.Parse(named);
            return null;
        }
        catch (FormatException)
        {
            return new("run-id-invalid", $"its run \"{named}\" is none");
        }
    }

    private TornLine? Torn(ReadOnlyMemory<byte> rest)
    {
        if (rest.IsEmpty)
            return null;
        // A crash tears a line; it does not write NUL bytes. A file that lost power does.
        return rest.Span.Contains((byte)0)
            ? throw new RefusedException(new LedgerDamage("nul-padding", "it holds NUL bytes, as a file does after power was lost").At(chain.Lines + 1))
            : new TornLine(chain.Lines + 1, rest.Length);
    }
}

/// <summary>Is given one sound line of a ledger.</summary>
/// <param name="run">The run.</param>
/// <param name="entry">What the line says.</param>
/// <param name="line">Its bytes, without the newline; valid only during the call.</param>
public delegate void LedgerTake(RunId run, LedgerEntry entry, ReadOnlySpan<byte> line);

/// <summary>Where a ledger ends.</summary>
/// <param name="Run">The run.</param>
/// <param name="LastSeq">Sequence number of its last whole line.</param>
/// <param name="LastHash">Hash of that line.</param>
/// <param name="Torn">A last line without its end, or null.</param>
public sealed record LedgerEnd(RunId Run, long LastSeq, string LastHash, TornLine? Torn);

/// <summary>A last line that has no end: what a crash leaves of a line that was being written.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Bytes">Its length.</param>
public sealed record TornLine(long Line, int Bytes);
