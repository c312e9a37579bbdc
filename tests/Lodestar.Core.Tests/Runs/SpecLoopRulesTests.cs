using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Tests.Runs;

/// <summary>Spec maintenance: on the merge commit, one task at a time, until it is settled, within bounds.</summary>
public sealed class SpecLoopRulesTests
{
    [Fact]
    public void The_spec_is_brought_up_to_date_on_the_merge_commit_and_published_with_it()
    {
        var run = Merged("A").Maintained("A", Verdict.Updated).SpecCollected("A");
        var candidate = run["A"].Current!.Candidate;

        run.Checked("A").Published("A").Closed();

        Assert.Equal(RunOutcome.Completed, run.State.Outcome);
        Assert.Equal(candidate, run.State.Tip);
    }

    [Fact]
    public void Where_the_spec_needs_nothing_the_merge_commit_itself_is_published()
    {
        var run = Merged("A");
        var merge = run["A"].Current!.Candidate;

        run.Maintained("A", Verdict.NoChangesNeeded).SpecCollected("A").Checked("A").Published("A");

        Assert.Equal(merge, run["A"].MergeCommit);
    }

    [Fact]
    public void Nothing_is_published_before_the_spec_is_settled()
    {
        var run = Merged("A");

        Assert.Equal(AgentRole.SpecMaintainer, Assert.IsType<Effect.RunTurn>(run.State.InFlight[run.KeyOf<Effect.RunTurn>("A")].Effect).Role);
        Assert.False(run.IsInFlight<Effect.Publish>() || run.IsInFlight<Effect.RunCheck>());
    }

    [Fact]
    public void Changes_the_maintainer_asks_for_go_to_the_builder_with_its_findings_and_are_reviewed_again()
    {
        var run = Merged("A", reviewer: true).Maintained("A", Verdict.ChangesRequested).SpecCollected("A");
        Assert.Equal((AttemptPhase.Implement, 2, "What I miss."), (run["A"].Current!.Phase, run["A"].Current!.Round, run["A"].Current!.ReviewFindings));

        run.Built("A").Collected("A").Checked("A");

        Assert.Equal(AttemptPhase.Review, run["A"].Current!.Phase);
        Assert.True(run.Reviewed("A", Verdict.Approved).Merged("A").Maintained("A", Verdict.Updated).SpecCollected("A").IsInFlight<Effect.RunCheck>("A"));
    }

    [Fact]
    public void A_round_that_adds_no_commit_is_merged_again_and_maintained_again()
    {
        var run = Merged("A").Maintained("A", Verdict.ChangesRequested).SpecCollected("A").Built("A");
        var head = run["A"].Current!.Head!.Value;

        // The builder found nothing to add: the same commit comes to the same tip, and is another effect all the same.
        run.Settled<Effect.Collect>(new EffectResult.Collected(head, run["A"].Current!.Tree, 1, run.ProofOf("A")), "A");

        Assert.True(run.IsInFlight<Effect.Merge>("A"));
    }

    [Fact]
    public void Rounds_are_used_up_by_maintainers_as_by_reviewers()
    {
        var run = Merged("A", rounds: 1).Maintained("A", Verdict.ChangesRequested).SpecCollected("A");

        Assert.Equal("spec-rounds-exhausted", run["A"].Current!.End!.Code);
    }

    [Fact]
    public void Work_out_of_bounds_is_asked_for_again_with_the_reason_until_attempts_are_used_up()
    {
        var run = Merged("A", attempts: 2).Maintained("A", Verdict.Updated).SpecRejected("A");
        Assert.Equal((AttemptPhase.MaintainSpec, 2), (run["A"].Current!.Phase, run["A"].Current!.Try));
        Assert.Contains("It changed README.md.", run["A"].Current!.SpecProblems);

        run.Maintained("A", Verdict.Updated).SpecRejected("A");

        Assert.Equal("spec-out-of-bounds", run["A"].Current!.End!.Code);
    }

    [Fact]
    public void No_other_task_is_merged_while_the_spec_is_maintained()
    {
        var run = Merged("A", "B");
        run.Built("B").Collected("B").Checked("B");

        Assert.False(run.IsInFlight<Effect.Merge>("B"));
        Assert.True(run.Maintained("A", Verdict.Updated).SpecCollected("A").Checked("A").Published("A").IsInFlight<Effect.Merge>("B"));
    }

    [Fact]
    public void A_maintainer_whose_builder_changed_nothing_is_not_asked()
    {
        var run = Of(["A"], 3, 3, false).Built("A", noChange: "Done already.").NothingCollected("A");

        Assert.Equal(TaskRunStatus.Integrated, run["A"].Status);
    }

    [Fact]
    public void A_lost_lease_ends_maintenance()
    {
        var run = Merged("A").Then(new RunEvent.LeaseLost(new("A"), 1)).Maintained("A", Verdict.Updated);

        Assert.True(run.IsInFlight<Effect.Retire>("A"));
    }

    private static GivenRun Merged(string task, string? other = null, int rounds = 3, int attempts = 3, bool reviewer = false)
    {
        var run = Of(other is null ? [task] : [task, other], rounds, attempts, reviewer).Built(task).Collected(task).Checked(task);
        return (reviewer ? run.Reviewed(task, Verdict.Approved) : run).Merged(task);
    }

    private static GivenRun Of(string[] tasks, int rounds, int attempts, bool reviewer)
    {
        var plan = GivenPlan.Of([.. tasks.Select(GivenRun.Task)]);
        return GivenRun.Begun(plan with
        {
            Reviewer = reviewer ? plan.Reviewer : null,
            SpecMaintainer = GivenPlan.Builder with { Name = Charter.SpecMaintainerProfile },
            SpecDocuments = [new("SPEC.md", ["## Changelog"])],
            Policy = RunPolicy.Resolve(new PolicyLayer(
                SettingSource.Flag, new PolicyValues { ReviewRounds = rounds, MaxAttempts = attempts })),
        });
    }
}
