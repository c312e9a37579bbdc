using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>Ledgers of whole runs go through their text form and come back.</summary>
public sealed class LedgerLineTests
{
    [Fact]
    public void Every_line_reads_back_as_it_was_written_and_makes_the_same_state()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var world = Lived(seed);
            var entries = new List<LedgerEntry>();
            var hash = LedgerLine.NoHash;
            foreach (var line in world.Ledger)
            {
                entries.Add(LedgerLine.Read(line, entries.Count + 1, hash));
                Assert.Equal(line, LedgerLine.Write(world.Run, entries[^1], hash));
                hash = LedgerLine.HashOf(line);
            }

            var state = RunFold.All(world.Run, entries);
            Assert.Equal((world.State.Outcome, world.State.Tip, world.State.Seq), (state.Outcome, state.Tip, state.Seq));
        }
    }

    [Fact]
    public void A_changed_line_is_refused_by_the_next()
    {
        var lines = Lived(1).Ledger;
        var hash = LedgerLine.HashOf(lines[0].Replace("adhoc", "adhok", StringComparison.Ordinal));

        Assert.Equal("ledger-damaged", Assert.Throws<RefusedException>(() => LedgerLine.Read(lines[1], 2, hash)).Refusal.Code);
    }

    [Fact]
    public void A_missing_torn_or_unknown_line_is_refused()
    {
        var lines = Lived(1).Ledger;

        foreach (var line in (string[])[
            lines[2], lines[1][..^5], "", lines[1].Replace("\"type\":\"", "\"type\":\"un", StringComparison.Ordinal)])
        {
            var refused = Assert.Throws<RefusedException>(() => LedgerLine.Read(line, 2, LedgerLine.HashOf(lines[0])));
            Assert.Equal("ledger-damaged", refused.Refusal.Code);
        }
    }

    private static SimulatedWorld Lived(int seed)
    {
        var world = new SimulatedWorld(seed);
        world.Live();
        return world;
    }
}
