using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>The ledgers of runs: lines that are appended and never changed.</summary>
public static class LedgerTable
{
    private const int BlockSize = 512 * 1024;

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

    /// <summary>The whole ledger.</summary>
    /// <inheritdoc cref="ReadLedger"/>
    public static IReadOnlyList<LedgerEntry> Ledger(this StoreReader store, RunRow run)
    {
        var events = new List<LedgerEntry>((int)Math.Min(run.LastSeq, 1_000_000));
        store.ReadLedger(run, (_, entry, _) => events.Add(entry));
        return events;
    }

    /// <summary>The run as its whole ledger tells it.</summary>
    /// <inheritdoc cref="ReadLedger"/>
    public static RunState FoldLedger(this StoreReader store, RunRow run)
    {
        var folding = new RunFolding(run.Id);
        store.ReadLedger(run, (_, entry, _) => folding.Take(entry));
        return folding.Result();
    }

    /// <summary>Reads the whole ledger, every line checked against the one before it and the row of the run.</summary>
    /// <param name="store">The store.</param>
    /// <param name="run">The run.</param>
    /// <param name="take">Is given every sound line as it is stored, one at a time, on whichever thread. When it meets a contradiction,
    /// it is given no more, and the contradiction is thrown once the whole chain has proven sound.</param>
    /// <exception cref="RefusedException"><c>ledger-damaged</c>.</exception>
    /// <exception cref="LedgerContradictionException">What <paramref name="take"/> threw.</exception>
    public static void ReadLedger(this StoreReader store, RunRow run, LedgerTake take)
    {
        using var pipe = new LedgerPipe(run.Id, Math.Clamp((int)Math.Min(run.LastSeq, 1_000_000) * 1024, 4096, BlockSize), take);
        store.Database.Query(
            "select line from ledger where run_id = ? order by seq",
            row =>
            {
                pipe.Add(row.Utf8(0));
                return true;
            },
            run.Id.Value);
        pipe.Finish();
        if (pipe.Chain.LastHash != run.LastHash || pipe.Chain.Lines != run.LastSeq)
            throw new RefusedException(new Refusal(
                "ledger-damaged",
                $"The ledger of {run.Id} ends at line {pipe.Chain.Lines}, its run says {run.LastSeq}.",
                "lodestar doctor"));
        pipe.ThrowContradiction();
    }
}
