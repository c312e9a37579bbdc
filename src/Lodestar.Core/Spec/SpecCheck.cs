using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>A rule of the graph that a readable spec breaks.</summary>
/// <param name="Rule">Stable kebab-case name.</param>
/// <param name="Task">The task whose definition breaks it.</param>
/// <param name="Dependency">The dependency that does; its place in the file is where an editor should go.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Path">The closed path of a cycle, else empty.</param>
public sealed record SpecFinding(
    string Rule, TaskId Task, TaskId Dependency, string Message, ImmutableArray<TaskId> Path);

/// <summary>Holds a spec against the rules of its graph. Reading finds what is wrong with the file; this, what is wrong with the work.</summary>
public static class SpecCheck
{
    /// <summary>Rule: a dependency names a task of the spec.</summary>
    public const string DependencyUnknown = "dependency-unknown";

    /// <summary>Rule: no task waits for itself.</summary>
    public const string DependencySelf = "dependency-self";

    /// <summary>Rule: no two or more tasks wait for each other.</summary>
    public const string DependencyCycle = "dependency-cycle";

    /// <summary>All findings: unknown dependencies by task id, then cycles in file order.</summary>
    public static ImmutableArray<SpecFinding> Run(ProjectSpec spec) => Run(TaskGraph.Of(spec));

    /// <summary>As <see cref="Run(ProjectSpec)"/>, from what was looked up already.</summary>
    public static ImmutableArray<SpecFinding> Run(ParsedSpecIndex spec) => Run(TaskGraph.Of(spec));

    /// <summary>As <see cref="Run(ProjectSpec)"/>, for a graph already built.</summary>
    public static ImmutableArray<SpecFinding> Run(TaskGraph graph)
    {
        var unknown =
            from entry in graph.Missing
            from dependency in entry.Value
            select new SpecFinding(
                DependencyUnknown, entry.Key, dependency, $"Task {entry.Key} depends on {dependency}, which is no task of the spec.", []);
        return [.. unknown, .. graph.Cycles().Select(Cycle)];
    }

    private static SpecFinding Cycle(ImmutableArray<TaskId> path) => path.Length == 2
        ? new(DependencySelf, path[0], path[1], $"Task {path[0]} depends on itself.", path)
        : new(DependencyCycle, path[0], path[1], $"Tasks wait for each other: {string.Join(" -> ", path)}.", path);
}
