using System.Runtime.ExceptionServices;
using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>Hands lines over as they come, in order, each checked against the one before it. While a block of them is handed over
/// on another processor, the next is gathered, and taken apart as far as there is time.</summary>
/// <param name="run">The run.</param>
/// <param name="size">How long a block is.</param>
/// <param name="take">Is given every sound line.</param>
internal sealed class LedgerPipe(RunId run, int size, LedgerTake take) : IDisposable
{
    private readonly LedgerWords words = new();
    private readonly LedgerWords wordsAhead = new();
    private LedgerBlock gathered = new(size);
    private LedgerBlock? other;
    private Task underWay = Task.CompletedTask;
    private ExceptionDispatchInfo? contradiction;

    /// <summary>Where the lines handed over end.</summary>
    internal LedgerChain Chain { get; } = new();

    /// <summary>Adds a line, without its newline.</summary>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>: one of those before it.</exception>
    internal void Add(ReadOnlySpan<byte> line)
    {
        if (gathered.TryAdd(line))
            return;
        gathered.Hash();
        gathered.ReadAhead(LedgerLine.LongestLine, wordsAhead, () => underWay.IsCompleted);
        underWay.GetAwaiter().GetResult();
        var full = gathered;
        underWay = Task.Run(() => HandOver(full));
        gathered = other ?? new LedgerBlock(size);
        other = full;
        gathered.Begin(default);
        gathered.TryAdd(line);
    }

    /// <summary>Hands over what is left.</summary>
    internal void Finish()
    {
        gathered.Hash();
        underWay.GetAwaiter().GetResult();
        HandOver(gathered);
    }

    /// <summary>Waits until nothing is handed over any more, whatever became of it.</summary>
    public void Dispose() => Task.WaitAny(underWay);

    /// <summary>Throws what contradicted itself, if anything did. A line that somebody changed is found only by the next one, so the
    /// whole ledger is looked at before what its lines say is blamed.</summary>
    /// <exception cref="LedgerContradictionException">The events cannot be the history of a run.</exception>
    internal void ThrowContradiction() => contradiction?.Throw();

    private void Take(LedgerEntry entry, ReadOnlySpan<byte> line)
    {
        if (contradiction is not null)
            return;
        try
        {
            take(run, entry, line);
        }
        catch (LedgerContradictionException cause)
        {
            contradiction = ExceptionDispatchInfo.Capture(cause);
        }
    }

    private void HandOver(LedgerBlock block)
    {
        for (var index = 0; index < block.Lines.Count; index++)
        {
            var read = block.Read(index, LedgerLine.LongestLine, words);
            var line = block.Line(index);
            Chain.Require(read, line);
            Take(read.Entry!, line);
            Chain.Pass(block.Digest(index));
        }
    }
}
