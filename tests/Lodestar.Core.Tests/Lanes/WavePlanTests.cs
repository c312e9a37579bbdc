using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Lanes;

namespace Lodestar.Core.Tests.Lanes;

public class WavePlanTests
{
    [Fact]
    public void A_diamond_has_three_waves() =>
        Assert.Equal("A | B C | D", Waves(WavePlan.Of(Planned.Lanes("A", "B:A", "C:A", "D:B,C"), 4)));

    [Fact]
    public void Overlapping_tasks_stand_in_different_waves_and_the_plan_says_why()
    {
        var waves = WavePlan.Of(Planned.Lanes("A@src", "B@src"), 4);

        Assert.Equal("A | B", Waves(waves));
        var lost = Assert.Single(waves.Lost);
        Assert.Equal(LostParallelismReason.ScopeOverlap, lost.Reason);
        Assert.Equal("A B", Planned.Text(lost.Tasks));
    }

    [Fact]
    public void The_longest_chain_is_named()
    {
        var lost = Assert.Single(WavePlan.Of(Planned.Lanes("A", "B:A", "C:B", "D"), 4).Lost);

        Assert.Equal("3 tasks run one after the other whatever the lanes: A -> B -> C.", lost.Message);
    }

    [Fact]
    public void A_wave_wider_than_the_lanes_is_named()
    {
        var lost = Assert.Single(WavePlan.Of(Planned.Lanes("A", "B", "C"), 2).Lost);

        Assert.Equal(LostParallelismReason.Lanes, lost.Reason);
        Assert.Equal("Wave 1 has 3 tasks for 2 lanes.", lost.Message);
    }

    [Fact]
    public void Independent_tasks_with_lanes_enough_lose_nothing() =>
        Assert.Empty(WavePlan.Of(Planned.Lanes("A@x", "B@y", "C"), 3).Lost);

    [Fact]
    public void Many_reasons_are_cut_visibly()
    {
        var lost = WavePlan.Of(Planned.Lanes([.. Enumerable.Range(0, 100).Select(at => $"T{at}@same")]), 4).Lost;

        Assert.Equal(WavePlan.MaxReasons + 1, lost.Length);
        Assert.EndsWith("more of this kind are not listed.", lost[^1].Message);
    }

    [Fact]
    public void Every_task_stands_in_one_wave_after_its_dependencies() =>
        Prop.ForAll(Planned.Graphs, tasks =>
        {
            var waves = WavePlan.Of(Planned.Lanes(tasks), 4).Waves;
            var at = waves.Index().SelectMany(wave => wave.Item.Select(task => (task, wave.Index)))
                .ToDictionary(entry => entry.task, entry => entry.Index);
            return at.Count == tasks.Length
                && tasks.All(task => task.DependsOn.All(needed => at[needed] < at[task.Id]));
        }).QuickCheckThrowOnFailure();

    private static string Waves(WavePlan plan) => string.Join(" | ", plan.Waves.Select(wave => Planned.Text(wave)));
}
