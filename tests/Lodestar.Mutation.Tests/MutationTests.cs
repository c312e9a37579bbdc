using Lodestar.Core.Runs;
using Lodestar.TestKit.World;
using Xunit.Abstractions;

namespace Lodestar.Mutation;

/// <summary>Shows that the simulation finds what it is for: engines broken by one line.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Worlds = 400;
    private const int Healthy = 30;

    public static TheoryData<string> Names => [.. Mutations.All.Select(mutation => mutation.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_engine_is_noticed(string name)
    {
        var mutation = Mutations.All.Single(one => one.Name == name);
        Assert.True(mutation.Fits, $"The line that {name} changes is not in {mutation.File} any more; put the new one into mutations.txt.");
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        for (var seed = 1; seed <= Worlds; seed++)
        {
            if (Mutations.With(name, () => Fault(seed)) is not { } fault)
                continue;
            var causes = Causes(fault).ToArray();
            if (causes.Any(cause => mutation.Breaks.Split(' ').Contains(Broken(cause))))
            {
                output.WriteLine($"Seed {seed}: {causes[^1].Message}");
                return;
            }

            seen.Add(causes[^1].Message);
        }

        Assert.Fail($"No world of {Worlds} noticed: {name}. Seen instead:\n{string.Join('\n', seen.Take(10))}");
    }

    [Fact]
    public void The_copies_keep_every_rule_while_nothing_is_switched_on()
    {
        for (var seed = 1; seed <= Healthy; seed++)
            Assert.Null(Fault(seed));
    }

    /// <summary>A world as it is drawn, and worlds in which one kind of trouble never ends.</summary>
    private static Scenario Shape(int seed, Scenario drawn) => (seed % 4) switch
    {
        0 => drawn with { Kills = 25 },
        1 => drawn,
        2 => drawn with { Sleeps = 12, Rivals = 60 },
        _ => drawn with { Kills = 10, HasMeddler = true },
    };

    private static Exception? Fault(int seed)
    {
#pragma warning disable CA1031 // Whatever breaks a world is what is asked for.
        try
        {
            new SimulatedWorld(seed, drawn => Shape(seed, drawn)).Live();
            return null;
        }
        catch (Exception cause)
        {
            return cause;
        }
#pragma warning restore CA1031
    }

    private static IEnumerable<Exception> Causes(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    private static string? Broken(Exception cause) => cause switch
    {
        WorldBrokenException broken => broken.Invariant,
        LedgerContradictionException => "contradiction",
        _ => null,
    };
}
