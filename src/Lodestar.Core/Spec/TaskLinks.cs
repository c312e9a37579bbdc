namespace Lodestar.Core.Spec;

/// <summary>For every task a list of others, by place, in two flat tables: fast to walk, and as they are also to store.</summary>
/// <param name="Starts">Where the list of each place begins; one more for the end of the last.</param>
/// <param name="Places">All lists, one after the other.</param>
public sealed record TaskLinks(int[] Starts, int[] Places)
{
    /// <summary>How many lists there are.</summary>
    public int Count => Starts.Length - 1;

    /// <summary>The list of one place.</summary>
    public ReadOnlySpan<int> this[int place] => Places.AsSpan(Starts[place]..Starts[place + 1]);

    /// <summary>What each task waits for, in the order written; <see cref="SpecIndex.Nowhere"/> for what does not exist.</summary>
    public static TaskLinks Dependencies(IReadOnlyList<TaskDefinition> tasks, Func<TaskId, int> placeOf)
    {
        var starts = new int[tasks.Count + 1];
        for (var place = 0; place < tasks.Count; place++)
            starts[place + 1] = starts[place] + tasks[place].DependsOn.Length;
        var places = new int[starts[^1]];
        for (var place = 0; place < tasks.Count; place++)
        {
            for (var index = 0; index < tasks[place].DependsOn.Length; index++)
                places[starts[place] + index] = placeOf(tasks[place].DependsOn[index]);
        }

        return new(starts, places);
    }

    /// <summary>The same links without those to nowhere, each once.</summary>
    public TaskLinks Existing()
    {
        var starts = new int[Starts.Length];
        var places = new int[Places.Length];
        var count = 0;
        for (var source = 0; source < Count; source++)
        {
            foreach (var target in this[source])
            {
                if (target != SpecIndex.Nowhere && !places.AsSpan(starts[source], count - starts[source]).Contains(target))
                    places[count++] = target;
            }

            starts[source + 1] = count;
        }

        return count == Places.Length ? this : new(starts, places[..count]);
    }

    /// <summary>The same links seen from the other end: for each task those that name it, in file order, each once.</summary>
    public TaskLinks Reversed()
    {
        var starts = new int[Starts.Length];
        VisitOnce((_, target) => starts[target + 1]++);
        for (var place = 0; place < Count; place++)
            starts[place + 1] += starts[place];
        var places = new int[starts[^1]];
        var next = starts[..^1];
        VisitOnce((source, target) => places[next[target]++] = source);
        return new(starts, places);
    }

    /// <summary>Visits every link to an existing task; a target named twice by one source counts once.</summary>
    private void VisitOnce(Action<int, int> visit)
    {
        for (var source = 0; source < Count; source++)
        {
            var named = this[source];
            for (var index = 0; index < named.Length; index++)
            {
                if (named[index] != SpecIndex.Nowhere && !named[..index].Contains(named[index]))
                    visit(source, named[index]);
            }
        }
    }
}
