using Lodestar.Core.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Engine.Tests.Runs;

/// <summary>Copies of receipts that are gone when a run goes on.</summary>
public sealed class ReceiptCopiesTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(50, true)]
    public void Many_lost_copies_are_one_finding_that_counts_them(int times, bool isOne)
    {
        using var scratch = new ScratchDirectory();
        var world = new SimulatedWorld(3);
        world.Live();
        (long, Receipt)[] proofs =
        [
            .. world.Ledger.Select(LedgerLine.ReadAlone)
                .Where(entry => entry.Event is RunEvent.EffectSettled { Result.Proof: not null })
                .Select(entry => (entry.Seq, ((RunEvent.EffectSettled)entry.Event).Result.Proof!))
                .Take(5),
        ];
        var all = Enumerable.Repeat(proofs, times).SelectMany(entries => entries).ToArray();
        var export = scratch.Write("ledger.ndjson", new string('\n', 10_000));

        var (findings, refusal, _) = new ReceiptCopies(scratch.Root, world.Run).Look(all, export);

        Assert.Null(refusal);
        Assert.Equal(isOne ? 1 : proofs.Length, findings.Count);
        Assert.Equal(isOne, ((RunEvent.FindingRaised)findings[0]).Finding.Message.StartsWith($"{all.Length} receipts", StringComparison.Ordinal));
    }
}
