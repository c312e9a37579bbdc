using System.Collections.Immutable;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Spec;

/// <summary>Says whether two specs say the same; records compare their lists by identity, which is of no use here.</summary>
internal static class SpecComparison
{
    internal static bool Same(ProjectSpec one, ProjectSpec two) =>
        one.Project == two.Project && All(one.Missions, two.Missions, Same) && All(one.Tasks, two.Tasks, Same);

    internal static bool Same(TaskDefinition one, TaskDefinition two)
    {
        if (ReferenceEquals(one, two))
            return true;
        return All(one.AcceptanceCriteria, two.AcceptanceCriteria, Equal)
            && All(one.DependsOn, two.DependsOn, Equal)
            && All(one.Labels, two.Labels, Equal)
            && All(one.Locks, two.Locks, Equal)
            && All(one.Prd, two.Prd, Same)
            && (one with { AcceptanceCriteria = [], DependsOn = [], Labels = [], Locks = [], Prd = [] })
                == (two with { AcceptanceCriteria = [], DependsOn = [], Labels = [], Locks = [], Prd = [] });
    }

    internal static bool Same(PrdReference one, PrdReference two) =>
        (one.Source, one.Excerpt, one.PrdHash) == (two.Source, two.Excerpt, two.PrdHash)
        && All(one.Refs, two.Refs, (left, right) =>
            (left.Anchor, left.Hash) == (right.Anchor, right.Hash) && All(left.Lines ?? [], right.Lines ?? [], Equal));

    private static bool Same(MissionDefinition one, MissionDefinition two) =>
        All(one.Tasks, two.Tasks, Equal) && (one with { Tasks = [] }) == (two with { Tasks = [] });

    private static bool Equal<T>(T one, T two) => EqualityComparer<T>.Default.Equals(one, two);

    private static bool All<T>(ImmutableArray<T> one, ImmutableArray<T> two, Func<T, T, bool> same) =>
        one.Length == two.Length && one.Zip(two).All(pair => same(pair.First, pair.Second));
}
