using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Supervision;

/// <summary>What an engine needs to know of a run it takes up, gathered while its ledger is read once. The ledger itself is not
/// kept: it is as long as the run.</summary>
/// <param name="run">The run.</param>
/// <param name="copy">The copy of its ledger, held against it on the way.</param>
internal sealed class RunTakenUp(RunId run, LedgerCopy copy)
{
    private readonly RunFolding folding = new(run);
    private readonly List<(long Seq, Receipt Receipt)> proofs = [];
    private RunState? state;

    /// <summary>Where the run stands.</summary>
    internal RunState State => state ??= folding.Result();

    /// <summary>How it began.</summary>
    internal LedgerEntry? First { get; private set; }

    /// <summary>What of the ledger's copy is right.</summary>
    internal LedgerCopy Copy => copy;

    /// <summary>Every receipt, with its place in the ledger.</summary>
    internal IReadOnlyList<(long Seq, Receipt Receipt)> Proofs => proofs;

    /// <summary>Takes the next line.</summary>
    internal void Take(LedgerEntry entry, ReadOnlySpan<byte> line)
    {
        First ??= entry;
        copy.Compare(line);
        if (entry.Event is RunEvent.EffectSettled { Result.Proof: { } proof })
            proofs.Add((entry.Seq, proof));
        folding.Take(entry);
    }
}
