using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>Many worlds, lived once for all tests that ask about them.</summary>
/// <remarks><c>LODESTAR_SEEDS=count</c> widens the search, <c>LODESTAR_SEED=number</c> repeats one world.</remarks>
public sealed class Sweep
{
    private const int Worlds = 2400;
    private const int Told = 20;

    private readonly List<string> failed = [];

    /// <summary>Lives them.</summary>
    public Sweep()
    {
        foreach (var seed in Seeds)
        {
            var world = new SimulatedWorld(seed);
            if (Fault(world) is { } fault)
                failed.Add(failed.Count == 0 ? Report(seed, world, fault) : $"Seed {seed}: {fault.Message}");
            foreach (var (mark, count) in world.Marks)
                Marks[mark] = Marks.GetValueOrDefault(mark) + count;
        }
    }

    /// <summary>True when one world is repeated, so that it cannot be asked for everything.</summary>
    public static bool IsOne => Environment.GetEnvironmentVariable("LODESTAR_SEED") is { Length: > 0 };

    /// <summary>Kinds of things that happened in all of them, and how often.</summary>
    public SortedDictionary<string, int> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>What broke: the first in full, the others in a line, because several seeds with one cause are one bug.</summary>
    public string Failures => failed.Count == 0
        ? ""
        : $"{failed.Count} worlds broke.\n{string.Join('\n', failed.Skip(1).Take(Told))}\n{failed[0]}";

    private static IEnumerable<int> Seeds => IsOne
        ? [int.Parse(Environment.GetEnvironmentVariable("LODESTAR_SEED")!)]
        : Enumerable.Range(
            1, Environment.GetEnvironmentVariable("LODESTAR_SEEDS") is { Length: > 0 } count ? int.Parse(count) : Worlds);

    /// <summary>Lives a world and gives what broke in it, or null.</summary>
    internal static Exception? Fault(SimulatedWorld world)
    {
#pragma warning disable CA1031 // Whatever breaks a world is told with its seed and its story.
        try
        {
            world.Live();
            return null;
        }
        catch (Exception cause)
        {
            return cause;
        }
#pragma warning restore CA1031
    }

    /// <summary>A broken world for people.</summary>
    internal static string Report(int seed, SimulatedWorld world, Exception fault) =>
        $"Seed {seed}: {fault}\n\n{world.Trace}\n\nRepeat with LODESTAR_SEED={seed}.";
}
