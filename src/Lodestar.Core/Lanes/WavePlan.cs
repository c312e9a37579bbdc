using System.Collections.Immutable;

namespace Lodestar.Core.Lanes;

/// <summary>The plan as people see it: rounds of tasks that could run side by side, and what keeps the others apart.</summary>
/// <param name="Waves">Each task stands in the first wave after all its dependencies in which no other task declares its
/// files. Lanes do not split waves.</param>
/// <param name="Lost">Reasons, the heaviest kind first; each kind is bounded and says when it was cut.</param>
public sealed record WavePlan(ImmutableArray<ImmutableArray<TaskId>> Waves, ImmutableArray<LostParallelism> Lost)
{
    /// <summary>Reasons of one kind that are listed.</summary>
    public const int MaxReasons = 50;

    /// <summary>Lays out the waves of a plan.</summary>
    public static WavePlan Of(LanePlan plan, int lanes)
    {
        var waves = ImmutableArray.CreateBuilder<ImmutableArray<TaskId>>();
        var deferred = new List<LostParallelism>();
        var opens = Dependents(plan, out var unmet);
        var ready = new SortedSet<int>(Enumerable.Range(0, unmet.Length).Where(position => unmet[position] == 0));
        while (ready.Count > 0)
        {
            var wave = new List<int>();
            foreach (var position in ready)
            {
                var blocker = wave.FindIndex(other => plan.Overlap(position, other));
                if (blocker < 0)
                    wave.Add(position);
                else
                    deferred.Add(Scope(plan.Order[position], plan.Order[wave[blocker]]));
            }

            ready.ExceptWith(wave);
            foreach (var dependent in wave.SelectMany(done => opens[done]))
            {
                if (--unmet[dependent] == 0)
                    ready.Add(dependent);
            }

            waves.Add([.. wave.Select(position => plan.Order[position])]);
        }

        return new(waves.ToImmutable(), [.. Chain(plan), .. Bounded(deferred), .. Bounded(Narrow(waves, lanes))]);
    }

    private static List<int>[] Dependents(LanePlan plan, out int[] unmet)
    {
        var opens = Enumerable.Range(0, plan.Order.Length).Select(_ => new List<int>()).ToArray();
        unmet = new int[plan.Order.Length];
        for (var position = 0; position < unmet.Length; position++)
        {
            unmet[position] = plan.DependenciesAt(position).Count;
            foreach (var needed in plan.DependenciesAt(position))
                opens[needed].Add(position);
        }

        return opens;
    }

    private static LostParallelism Scope(TaskId waiting, TaskId first) =>
        new(LostParallelismReason.ScopeOverlap, [first, waiting], $"{waiting} waits for {first}: both declare the same files.");

    // The longest chain is what no number of lanes can shorten.
    private static IEnumerable<LostParallelism> Chain(LanePlan plan)
    {
        if (plan.Order.IsEmpty || plan.CriticalPathOf(plan.Order[0]) < 2)
            yield break;

        var opens = Dependents(plan, out _);
        var chain = ImmutableArray.CreateBuilder<TaskId>();
        for (int? at = 0; at is { } position; at = Next(position))
            chain.Add(plan.Order[position]);
        var shown = chain.Count <= 12
            ? string.Join(" -> ", chain)
            : $"{string.Join(" -> ", chain.Take(6))} -> ... -> {string.Join(" -> ", chain.TakeLast(5))}";
        yield return new(
            LostParallelismReason.DependencyChain,
            chain.ToImmutable(),
            $"{chain.Count} tasks run one after the other whatever the lanes: {shown}.");

        int? Next(int position)
        {
            var wanted = plan.CriticalPathOf(plan.Order[position]) - 1;
            return wanted == 0 ? null : opens[position].First(next => plan.CriticalPathOf(plan.Order[next]) == wanted);
        }
    }

    private static List<LostParallelism> Narrow(IReadOnlyList<ImmutableArray<TaskId>> waves, int lanes) =>
        [.. waves.Index().Where(wave => wave.Item.Length > lanes).Select(wave => new LostParallelism(
            LostParallelismReason.Lanes,
            wave.Item,
            $"Wave {wave.Index + 1} has {wave.Item.Length} tasks for {lanes} {(lanes == 1 ? "lane" : "lanes")}."))];

    private static IEnumerable<LostParallelism> Bounded(List<LostParallelism> reasons) => reasons.Count <= MaxReasons
        ? reasons
        : [.. reasons.Take(MaxReasons), new(
            reasons[0].Reason, [], $"{reasons.Count - MaxReasons} more of this kind are not listed.")];
}
