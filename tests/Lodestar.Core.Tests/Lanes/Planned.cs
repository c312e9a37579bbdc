using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Lanes;

/// <summary>Tasks for tests of the schedule: "C:A,B" is task C that depends on A and B; "C:A@src" locks src.</summary>
internal static class Planned
{
    internal static PlannedTask Task(string text, int priority = 100)
    {
        var scope = text.Split('@');
        var parts = scope[0].Split(':');
        return new(
            new(parts[0]), parts[0], "", [],
            parts.Length == 1 ? [] : [.. parts[1].Split(',').Select(id => new TaskId(id))],
            [], [.. scope.Skip(1)], priority, "");
    }

    internal static LanePlan Lanes(params string[] tasks) => Lanes(tasks.Select(text => Task(text)));

    // Scopes in these tests are plain names: equal names overlap.
    internal static LanePlan Lanes(IEnumerable<PlannedTask> tasks) =>
        new([.. tasks]);

    internal static string Text(IEnumerable<TaskId> tasks) => string.Join(' ', tasks);

    /// <summary>Acyclic graphs of up to 30 tasks with a few scopes and priorities.</summary>
    internal static Arbitrary<ImmutableArray<PlannedTask>> Graphs { get; } = (
        from count in Gen.Choose(0, 30)
        from seeds in Gen.Choose(0, int.MaxValue).ListOf(count)
        select seeds.Select((seed, at) => Task(At(at), (seed >> 20) % 3) with
        {
            DependsOn = [.. Enumerable.Range(0, at).Where(before => ((seed >> (before % 16)) & 7) == 0).Select(before => new TaskId(At(before)))],
            Locks = (seed % 5) switch { 0 => ["a"], 1 => ["b"], 2 => ["a", "c"], _ => [] },
        }).ToImmutableArray()).ToArbitrary();

    // Ids whose order differs from the order of creation.
    private static string At(int number) => $"T{(number * 17) % 31:00}";
}
