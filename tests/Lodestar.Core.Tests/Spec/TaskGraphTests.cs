using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Tests.Spec;

public sealed class TaskGraphTests
{
    [Fact]
    public void A_chain_of_a_hundred_thousand_tasks_is_walked_without_recursion()
    {
        const int length = 100_000;
        var tasks = Enumerable.Range(0, length).Select(number => Task($"T{number}", number + 1 < length ? [$"T{number + 1}"] : []));

        var graph = TaskGraph.Of([.. tasks]);

        Assert.Equal(new TaskId("T99999"), graph.TopologicalOrder()[0]);
        Assert.Empty(graph.Cycles());
        Assert.Equal(length - 1, graph.AllDependentsOf(new("T99999")).Length);
    }

    [Fact]
    public void A_ring_of_a_hundred_thousand_tasks_is_one_closed_path()
    {
        const int length = 100_000;
        var tasks = Enumerable.Range(0, length).Select(number => Task($"T{number}", [$"T{(number + 1) % length}"]));

        var cycle = Assert.Single(TaskGraph.Of([.. tasks]).Cycles());

        Assert.Equal(length + 1, cycle.Length);
        Assert.Equal(cycle[0], cycle[^1]);
    }

    [Fact]
    public void Each_knot_shows_its_shortest_cycle_from_its_first_task()
    {
        var graph = TaskGraph.Of([Task("A", ["C"]), Task("B", ["A"]), Task("C", ["B", "A"]), Task("D", ["D"]), Task("E", ["A"])]);

        Assert.Equal(["A C A", "D D"], graph.Cycles().Select(path => string.Join(' ', path)));
        Assert.Equal(["dependency-cycle", "dependency-self"], SpecCheck.Run(graph).Select(finding => finding.Rule));
    }

    [Fact]
    public void Missing_dependencies_are_told_in_order()
    {
        var graph = TaskGraph.Of([Task("B", ["Z", "Y", "A"]), Task("A", [])]);

        Assert.Equal("Y Z", string.Join(' ', graph.Missing[new("B")]));
        Assert.Equal("Y Z", string.Join(' ', graph.UnmetDependencies(new("B"), _ => true)));
        Assert.Equal("A Y Z", string.Join(' ', graph.UnmetDependencies(new("B"), _ => false)));
    }

    [Fact]
    public void The_order_puts_every_dependency_first_and_leaves_out_exactly_what_cycles_hold_back()
    {
        Prop.ForAll(Graphs.ToArbitrary(), tasks =>
        {
            var graph = TaskGraph.Of(tasks);
            var order = graph.TopologicalOrder();
            var places = order.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
            var sorted = order.All(id => graph.DependenciesOf(id).All(dependency => places[dependency] < places[id]));
            var cyclic = tasks.Where(task => graph.AllDependenciesOf(task.Id).Append(task.Id)
                .Any(id => graph.DependenciesOf(id).Any(next => next == id || graph.AllDependenciesOf(next).Contains(id))));
            return sorted
                && tasks.Select(task => task.Id).Except(order).ToHashSet().SetEquals(cyclic.Select(task => task.Id))
                && (order.Length == tasks.Length) == graph.Cycles().IsEmpty
                && graph.Cycles().All(path => path.Zip(path.Skip(1)).All(step => graph.DependenciesOf(step.First).Contains(step.Second)));
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<TaskDefinition[]> Graphs =>
        from size in Gen.Choose(1, 8)
        from edges in Gen.Choose(0, size - 1).ListOf(2).ListOf(size)
        from kept in Gen.Choose(0, 2).ListOf(size)
        select Enumerable.Range(0, size)
            .Select(number => Task($"T{number}", [.. edges[number].Take(kept[number]).Select(other => $"T{other}")]))
            .ToArray();

    private static TaskDefinition Task(string id, string[] dependsOn) =>
        new(new(id), id, "", [], [.. dependsOn.Select(other => new TaskId(other))], [], [], TaskDefinition.DefaultPriority, null);
}
