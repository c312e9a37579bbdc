using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>Shows that the invariants bite: each defect is noticed, and by the invariant it breaks.</summary>
public sealed class InvariantTests
{
    private const int Worlds = 400;

    public static TheoryData<string> Lies => [.. Tampered.Lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_defect_is_noticed(string lie)
    {
        var (tamper, noticed, shape) = Tampered.Lies[lie];
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 1; seed <= Worlds; seed++)
        {
            var fault = Sweep.Fault(new SimulatedWorld(seed, shape, tamper));
            if (Broken(fault) is { } broken && noticed.Contains(broken.Invariant))
                return;
            if (fault is not null)
                seen.Add((fault.InnerException ?? fault).Message);
        }

        Assert.Fail($"No invariant noticed in {Worlds} worlds that {lie}. Seen instead:\n{string.Join('\n', seen.Take(10))}");
    }

    private static WorldBrokenException? Broken(Exception? fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is WorldBrokenException broken)
                return broken;
        }

        return null;
    }
}
