using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>A run that failed, was sent back by its reviewer and by its spec maintainer, cut after every entry of its ledger.</summary>
public sealed class ResumeBoundaryTests
{
    private const int Seed = 3;

    [Fact]
    public void Wherever_the_ledger_is_cut_the_resumed_run_takes_the_same_steps_and_none_twice()
    {
        var whole = Live(null);
        Assert.Equal(RunOutcome.Completed, whole.State.Outcome);
        Assert.Equal(2, whole.State.Tasks.Values.Max(task => task.LastAttempt));
        Assert.Contains(whole.Receipts, receipt => receipt is { Step: "maintain-spec", Verdict: Core.Supervision.Verdict.ChangesRequested });
        Assert.Contains(whole.Receipts, receipt => receipt is { Step: "review", Verdict: Core.Supervision.Verdict.ChangesRequested });

        // A ledger ends where a transaction does. After the last one the run is over, and nobody resumes it.
        Assert.Equal("run-ended", RunDecider.Resume(whole.State, "operator").Refusal?.Code);
        foreach (var at in whole.Batches.SkipLast(1))
        {
            var resumed = Live(at);

            Assert.True(resumed.Engines == 2, $"Cut at {at}: {resumed.Engines} engines.");
            Assert.Equal(Steps(whole), Steps(resumed));
            Assert.Equal(whole.Git.Contents(whole.State.Tip.Value), resumed.Git.Contents(resumed.State.Tip.Value));
            Assert.Equal(
                resumed.Receipts.Count,
                resumed.Receipts.Select(receipt => (receipt.TaskId, receipt.Number)).Distinct().Count());
        }
    }

    /// <summary>The accepted steps in order: what was done, in which attempt and round, numbered on, with which word.</summary>
    private static string[] Steps(SimulatedWorld world) =>
    [
        .. world.Receipts.Select(receipt =>
            $"{receipt.TaskId} {receipt.Number} {receipt.Step} {receipt.Attempt}.{receipt.Round} {receipt.Verdict} {string.Join(' ', receipt.Checks.Select(check => $"{check.Name}:{check.Status}"))}"),
    ];

    private static SimulatedWorld Live(long? cutAt)
    {
        var world = new SimulatedWorld(Seed, scenario => Rich(scenario.Plan) with { CutAt = cutAt });
        if (Sweep.Fault(world) is { } fault)
            Assert.Fail($"Cut at {cutAt}: {Sweep.Report(Seed, world, fault)}");
        return world;
    }

    /// <summary>Three tasks on one lane, so that chance decides nothing about the order of steps.</summary>
    private static Scenario Rich(RunPlan drawn)
    {
        var simple = Scenario.Simplest(drawn.BaseCommit);
        TaskId[] ids = [new("F1"), new("F2"), new("F3")];
        var profile = simple.Plan.Builder;
        return simple with
        {
            Plan = simple.Plan with
            {
                Tasks = [.. ids.Select(id => simple.Plan.Tasks[0] with { Id = id, Locks = [$"src/{id}/**"] })],
                Waves = [[.. ids]],
                Reviewer = profile with { Name = "reviewer" },
                SpecMaintainer = profile with { Name = "spec_maintainer" },
                SpecDocuments = [new("SPEC.md", ["## Changelog"])],
                Policy = simple.Plan.Policy with { Lanes = new(1, SettingSource.Flag), Commit = new(CommitBy.Engine, SettingSource.Flag) },
            },
            Conducts = Of<Conduct>((ids[0], [Conduct.Fails, Conduct.Commits]), (ids[1], [Conduct.LeavesUncommitted]), (ids[2], [Conduct.BreaksCheck])),
            Reviews = Of<bool?>((ids[1], [false, true])),
            Specs = Of<Upkeep>((ids[0], [Upkeep.LeavesBounds, Upkeep.LeavesUncommitted]), (ids[1], [Upkeep.AsksForChanges]), (ids[2], [Upkeep.FindsNothing])),
        };
    }

    private static ImmutableDictionary<TaskId, ImmutableArray<T>> Of<T>(params (TaskId Task, T[] Values)[] entries) =>
        entries.ToImmutableDictionary(entry => entry.Task, entry => entry.Values.ToImmutableArray());
}
