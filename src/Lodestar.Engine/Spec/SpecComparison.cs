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
        // Every edit compares every task of the spec: no lists are walked through delegates, and one copy is made, not two. What is
        // left to compare then is whatever other fields there are, so that a new one is not forgotten.
        return Equal(one.AcceptanceCriteria, two.AcceptanceCriteria)
            && Equal(one.DependsOn, two.DependsOn)
            && Equal(one.Labels, two.Labels)
            && Equal(one.Locks, two.Locks)
            && All(one.Prd, two.Prd, Same)
            && two == one with
            {
                AcceptanceCriteria = two.AcceptanceCriteria,
                DependsOn = two.DependsOn,
                Labels = two.Labels,
                Locks = two.Locks,
                Prd = two.Prd,
            };
    }

    internal static bool Same(PrdReference one, PrdReference two) =>
        (one.Source, one.Excerpt, one.PrdHash) == (two.Source, two.Excerpt, two.PrdHash)
        && All(one.Refs, two.Refs, (left, right) =>
            (left.Anchor, left.Hash) == (right.Anchor, right.Hash) && Equal(left.Lines ?? [], right.Lines ?? []));

    private static bool Same(MissionDefinition one, MissionDefinition two) =>
        Equal(one.Tasks, two.Tasks) && two == one with { Tasks = two.Tasks };

    private static bool Equal<T>(ImmutableArray<T> one, ImmutableArray<T> two)
        where T : IEquatable<T> => one.AsSpan().SequenceEqual(two.AsSpan());

    private static bool All<T>(ImmutableArray<T> one, ImmutableArray<T> two, Func<T, T, bool> same)
    {
        if (one.Length != two.Length)
            return false;
        for (var index = 0; index < one.Length; index++)
        {
            if (!same(one[index], two[index]))
                return false;
        }

        return true;
    }
}
