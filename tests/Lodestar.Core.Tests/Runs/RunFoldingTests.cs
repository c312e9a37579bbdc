using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Tests.Runs;

/// <summary>A ledger folded in one go, in place, and the same events folded one by one.</summary>
public sealed class RunFoldingTests
{
    [Fact]
    public void A_ledger_folded_in_place_is_at_every_event_what_the_events_make_one_by_one() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ListOf().ToArbitrary(), choices =>
        {
            var run = RunDeciderTests.Lived(choices);
            var folding = new RunFolding(GivenRun.Id);
            RunState? state = null;
            foreach (var recorded in run.Ledger)
            {
                state = state is null ? RunFold.Begin(GivenRun.Id, recorded) : RunFold.Next(state, recorded);
                folding.Take(recorded);
                if (recorded.Seq % 5 == 0)
                    RequireSame(state, folding.Result());
            }

            RequireSame(state!, folding.Result());
            RequireSame(state!, RunFold.All(GivenRun.Id, run.Ledger));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_result_stays_as_it_is_when_more_is_folded()
    {
        var run = GivenRun.Of("A", "B");
        var folding = new RunFolding(GivenRun.Id);
        foreach (var recorded in run.Ledger)
            folding.Take(recorded);
        var before = folding.Result();
        var known = run.Ledger.Count;

        run.Integrated("A");
        foreach (var recorded in run.Ledger.Skip(known))
            folding.Take(recorded);

        Assert.Equal(TaskRunStatus.Running, before.Tasks[new("A")].Status);
        Assert.Equal(TaskRunStatus.Integrated, folding.Result().Tasks[new("A")].Status);
    }

    [Fact]
    public void A_plan_with_a_task_twice_is_no_plan()
    {
        var plan = GivenRun.Of("A", "B").State.Plan;

        Assert.Throws<LedgerContradictionException>(() => RunFold.Begin(
            GivenRun.Id, new(1, GivenRun.Noon, "operator", new RunEvent.RunStarted(plan with { Tasks = [.. plan.Tasks, plan.Tasks[0]] }))));
    }

    [Fact]
    public void A_changed_table_of_tasks_leaves_the_one_before_it_as_it_was() =>
        Prop.ForAll(Gen.Choose(1, 70).ToArbitrary(), Gen.Choose(0, 69).ListOf().ToArbitrary(), (count, changes) =>
        {
            var model = Enumerable.Range(0, count).ToImmutableSortedDictionary(number => new TaskId($"T{number}"), _ => 0);
            var table = TaskRuns.Waiting(model.Keys.Select(id => GivenPlan.Login with { Id = id }));
            var seen = new List<(TaskRuns, ImmutableSortedDictionary<TaskId, int>)> { (table, model) };
            foreach (var change in changes)
            {
                var id = new TaskId($"T{change % count}");
                table = table.With(table[id] with { LastAttempt = table[id].LastAttempt + 1 });
                model = model.SetItem(id, model[id] + 1);
                seen.Add((table, model));
            }

            foreach (var (some, expected) in seen)
                Assert.Equal(expected.Select(one => (one.Key, one.Value)), some.Values.Select(task => (task.Id, task.LastAttempt)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_set_of_keys_has_those_it_was_given_and_none_of_those_given_to_sets_that_grew_out_of_it() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ListOf(40).ToArbitrary(),
            choices =>
            {
                var sets = new List<(SettledKeys Keys, ImmutableHashSet<IdempotencyKey> Model)> { (SettledKeys.None, []) };
                foreach (var choice in choices)
                {
                    var (keys, model) = sets[choice % 3 == 0 ? choice / 3 % sets.Count : sets.Count - 1];
                    var key = Key(choice % 50);
                    sets.Add((keys.With(key), model.Add(key)));
                }

                foreach (var (keys, model) in sets)
                {
                    Assert.Equal(model.Count, keys.Count);
                    Assert.All(Enumerable.Range(0, 50).Select(Key), key => Assert.Equal(model.Contains(key), keys.Contains(key)));
                }
            }).QuickCheckThrowOnFailure();

    private static IdempotencyKey Key(int number) => new("ik:" + Sha256Text.Of($"{number}"));

    private static void RequireSame(RunState expected, RunState state)
    {
        Assert.Equal(Plain(expected), Plain(state) with { Tasks = expected.Tasks, Schedule = expected.Schedule });
        Assert.Equal(expected.Tasks.Values.Select(Plain), state.Tasks.Values.Select(Plain));
        Assert.Equal(expected.Tasks.Values.SelectMany(task => task.Past), state.Tasks.Values.SelectMany(task => task.Past));
        Assert.Equal(expected.Tasks.Values.SelectMany(task => task.Notes), state.Tasks.Values.SelectMany(task => task.Notes));
        Assert.Equal(expected.InFlight, state.InFlight);
        Assert.Equal(expected.Processes, state.Processes);
        Assert.Equal(expected.Checks, state.Checks);
        Assert.Equal(expected.LanesUsed, state.LanesUsed);
        Assert.Equal(expected.Findings, state.Findings);
        Assert.Equal(expected.Settled.Count, state.Settled.Count);
    }

    private static TaskRun Plain(TaskRun task) => task with { Past = [], Notes = [] };

    /// <summary>What a comparison of records compares by value.</summary>
    private static RunState Plain(RunState state) => state with
    {
        InFlight = ImmutableSortedDictionary<IdempotencyKey, Pending>.Empty,
        Processes = ImmutableSortedDictionary<ProcessId, ProcessRecord>.Empty,
        Checks = ImmutableDictionary<(string, TreeId), string>.Empty,
        Settled = SettledKeys.None,
        LanesUsed = [],
        Findings = [],
    };
}
