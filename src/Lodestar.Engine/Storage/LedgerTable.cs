using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>The ledgers of runs: lines that are appended and never changed.</summary>
public static class LedgerTable
{
    private const int BlockSize = 1024 * 1024;

    /// <summary>Appends events and keeps the chain of hashes.</summary>
    public static void AppendLedger(this StoreTransaction store, RunRow run, IReadOnlyList<LedgerEntry> events)
    {
        var hash = run.LastHash;
        foreach (var recorded in events)
        {
            var line = LedgerLine.Write(run.Id, recorded, hash);
            hash = LedgerLine.HashOf(line);
            store.Database.Execute(
                "insert into ledger (run_id, seq, line) values (?, ?, ?)", run.Id.Value, recorded.Seq, line);
        }

        store.SetLedgerEnd(run.Id, events[^1].Seq, hash);
    }

    /// <summary>Takes over a whole ledger, byte for byte.</summary>
    public static void RestoreLedger(this StoreTransaction store, RunId run, IReadOnlyList<string> lines, string lastHash)
    {
        for (var index = 0; index < lines.Count; index++)
            store.Database.Execute(
                "insert into ledger (run_id, seq, line) values (?, ?, ?)", run.Value, index + 1, lines[index]);
        store.SetLedgerEnd(run, lines.Count, lastHash);
    }

    /// <summary>Lines after a sequence number, as stored.</summary>
    public static IReadOnlyList<string> LedgerLines(this StoreReader store, RunId run, long after, int limit = int.MaxValue) =>
        store.Database.Query(
            "select line from ledger where run_id = ? and seq > ? order by seq limit ?",
            row => row.Text(0),
            run.Value,
            after,
            limit);

    /// <summary>The whole ledger, every line checked against the one before it and the row of the run.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="seen">Is given every sound line as it is stored; null when nobody wants them.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>.</exception>
    public static IReadOnlyList<LedgerEntry> Ledger(this StoreReader store, RunRow run, LedgerTake? seen = null)
    {
        var events = new List<LedgerEntry>((int)Math.Min(run.LastSeq, 1_000_000));
        var chain = new LedgerChain();
        var words = new LedgerWords();
        var block = new LedgerBlock(Math.Clamp((int)Math.Min(run.LastSeq, 1_000_000) * 1024, 4096, BlockSize));
        store.Database.Query(
            "select line from ledger where run_id = ? order by seq",
            row =>
            {
                var line = row.Utf8(0);
                if (block.TryAdd(line))
                    return true;
                Take(run.Id, block, chain, words, events, seen);
                return block.TryAdd(line);
            },
            run.Id.Value);
        Take(run.Id, block, chain, words, events, seen);
        if (chain.LastHash != run.LastHash || chain.Lines != run.LastSeq)
            throw new RefusedException(new Refusal(
                "ledger-damaged",
                $"The ledger of {run.Id} ends at line {chain.Lines}, its run says {run.LastSeq}.",
                "lodestar doctor"));
        return events;
    }

    private static void Take(
        RunId run, LedgerBlock block, LedgerChain chain, LedgerWords words, List<LedgerEntry> events, LedgerTake? seen)
    {
        block.Hash();
        for (var index = 0; index < block.Lines.Count; index++)
        {
            var read = block.Read(index, LedgerLine.LongestLine, words);
            var line = block.Line(index);
            chain.Require(read, line);
            events.Add(read.Entry!);
            seen?.Invoke(run, read.Entry!, line);
            chain.Pass(block.Digest(index));
        }

        block.Begin(default);
    }
}
