using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Tests.Lanes;

public class LanePlanTests
{
    [Fact]
    public void The_longest_critical_path_goes_first() =>
        Assert.Equal("B C A D", Planned.Text(Planned.Lanes("A", "B", "C:B", "D:C").Order));

    [Fact]
    public void Priority_and_then_id_decide_between_equal_paths() =>
        Assert.Equal("D A B C", Planned.Text(Planned.Lanes(
            [Planned.Task("C"), Planned.Task("B", 5), Planned.Task("A", 5), Planned.Task("D", 1)]).Order));

    [Fact]
    public void A_dependency_outside_the_plan_counts_as_satisfied() =>
        Assert.Equal("A", Planned.Text(Start(Planned.Lanes("A:Elsewhere"), 4)));

    [Fact]
    public void A_task_starts_as_soon_as_its_own_dependencies_are_satisfied()
    {
        var plan = Planned.Lanes("A", "B", "C:A");

        Assert.Equal("C", Planned.Text(Start(plan, 2, satisfied: "A", inFlight: "B")));
    }

    [Fact]
    public void Tasks_that_declare_the_same_files_do_not_run_together()
    {
        var plan = Planned.Lanes("A@src", "B@src", "C@docs");

        Assert.Equal("A C", Planned.Text(Start(plan, 4)));
        Assert.Equal("C", Planned.Text(Start(plan, 4, inFlight: "B")));
    }

    [Fact]
    public void A_task_without_scope_keeps_nobody_out() =>
        Assert.Equal("A B C", Planned.Text(Start(Planned.Lanes("A", "B", "C@src"), 4)));

    [Fact]
    public void A_failed_dependency_opens_nothing() =>
        Assert.Empty(Start(Planned.Lanes("A", "B:A"), 4, stopped: "A"));

    [Fact]
    public void A_cycle_is_not_a_plan() =>
        Assert.Throws<ArgumentException>(() => Planned.Lanes("A:B", "B:A"));

    [Fact]
    public void A_chain_of_a_hundred_thousand_tasks_is_planned()
    {
        var plan = Planned.Lanes(Enumerable.Range(0, 100_000)
            .Select(at => Planned.Task(at == 0 ? "T0" : $"T{at}:T{at - 1}")));

        Assert.Equal(100_000, plan.CriticalPathOf(new("T0")));
        Assert.Equal("T0", Planned.Text(Start(plan, 4)));
    }

    [Fact]
    public void A_run_of_any_graph_keeps_every_rule_and_ends() =>
        Prop.ForAll(Planned.Graphs, Gen.Choose(1, 5).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (tasks, lanes, seed) =>
        {
            var plan = Planned.Lanes(tasks);
            var byId = tasks.ToDictionary(task => task.Id);
            var random = new Random(seed);
            var done = new HashSet<TaskId>();
            var running = new List<TaskId>();
            while (done.Count < tasks.Length)
            {
                var starting = plan.Startable(task => State(task, done, running), running, lanes - running.Count);
                foreach (var task in starting)
                {
                    if (done.Contains(task) || running.Contains(task)
                        || !byId[task].DependsOn.All(done.Contains)
                        || running.Any(other => byId[other].Locks.Intersect(byId[task].Locks).Any()))
                        return false;
                    running.Add(task);
                }

                if (running.Count == 0 || running.Count > lanes)
                    return false;
                var finished = running[random.Next(running.Count)];
                running.Remove(finished);
                done.Add(finished);
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_tasks_are_given_in_never_shows() =>
        Prop.ForAll(Planned.Graphs, tasks =>
        {
            var forth = Planned.Lanes(tasks);
            var back = Planned.Lanes(tasks.Reverse());
            return forth.Order.SequenceEqual(back.Order)
                && Start(forth, 3).SequenceEqual(Start(back, 3))
                && WavePlan.Of(forth, 3).Waves.Select(wave => Planned.Text(wave))
                    .SequenceEqual(WavePlan.Of(back, 3).Waves.Select(wave => Planned.Text(wave)));
        }).QuickCheckThrowOnFailure();

    private static LaneState State(TaskId task, HashSet<TaskId> done, List<TaskId> running) =>
        done.Contains(task) ? LaneState.Satisfied
        : running.Contains(task) ? LaneState.InFlight
        : LaneState.Waiting;

    private static ImmutableArray<TaskId> Start(
        LanePlan plan, int free, string satisfied = "", string inFlight = "", string stopped = "")
    {
        TaskId[] running = inFlight.Length == 0 ? [] : [new(inFlight)];
        return plan.Startable(
            task => task.Value == satisfied ? LaneState.Satisfied
                : task.Value == inFlight ? LaneState.InFlight
                : task.Value == stopped ? LaneState.Stopped
                : LaneState.Waiting,
            running,
            free);
    }
}
