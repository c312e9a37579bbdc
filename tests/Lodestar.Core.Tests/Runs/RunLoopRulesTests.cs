using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Tests.Runs;

/// <summary>What a run does next, and what follows from what happened.</summary>
public sealed class RunLoopRulesTests
{
    [Fact]
    public void Nothing_is_wanted_before_the_engine_owns_the_run()
    {
        var run = GivenRun.Of("A").Then(new RunEvent.EngineAttached(2, 1, "here"));

        var wanted = Assert.IsType<RunEvent.EffectIntended>(Assert.Single(run.Wanted));
        Assert.Equal(2, Assert.IsType<Effect.OwnRun>(wanted.Effect).Fence);
    }

    [Fact]
    public void Owning_the_run_under_an_earlier_fence_is_void()
    {
        var run = GivenRun.Of("A").Then(new RunEvent.EngineAttached(2, 1, "here"), new RunEvent.EngineAttached(3, 1, "here"));

        Assert.DoesNotContain(run.State.InFlight.Values, pending => pending.Effect is Effect.OwnRun);
    }

    [Fact]
    public void A_task_waits_for_what_it_depends_on()
    {
        var run = GivenRun.Of("A", "B:A");

        Assert.False(run.IsInFlight<Effect.RunTurn>("B"));
        Assert.True(run.Integrated("A").IsInFlight<Effect.RunTurn>("B"));
    }

    [Fact]
    public void A_task_passes_its_steps_to_the_run_branch()
    {
        var run = GivenRun.Of("A").Integrated("A").Closed();

        Assert.Equal(TaskRunStatus.Integrated, run["A"].Status);
        Assert.Equal(RunOutcome.Completed, run.State.Outcome);
        Assert.Equal(run["A"].MergeCommit, run.State.Tip);
    }

    [Theory]
    [InlineData(1, TaskRunStatus.Failed)]
    [InlineData(2, TaskRunStatus.Running)]
    public void A_task_fails_once_its_attempts_are_used_up(int allowed, TaskRunStatus expected)
    {
        var run = GivenRun.Of(new PolicyValues { MaxAttempts = allowed }, "A").BuildFailed("A").Retired("A");

        Assert.Equal(expected, run["A"].Status);
    }

    [Fact]
    public void An_attempt_without_evidence_keeps_its_work_and_the_next_one_begins()
    {
        var run = GivenRun.Of("A").Built("A").Rejected("A");
        Assert.True(run.IsInFlight<Effect.Retire>("A"));

        run.Retired("A");

        Assert.Equal((2, "no-commits"), (run["A"].Current!.Number, run["A"].Past[0].End.Code));
    }

    [Theory]
    [InlineData("failed", "check-failed")]
    [InlineData("timed_out", "check-timed-out")]
    [InlineData("not_run", "check-failed")]
    public void A_check_that_did_not_pass_ends_the_attempt(string status, string code)
    {
        var run = GivenRun.Of("A").Built("A").Collected("A").Checked("A", status);

        Assert.Equal(code, run["A"].Current!.End!.Code);
    }

    [Fact]
    public void A_failed_check_on_the_merged_tree_publishes_nothing()
    {
        var run = GivenRun.Of("A").Built("A").Collected("A").Checked("A").Merged("A").Checked("A", "failed");

        Assert.False(run.IsInFlight<Effect.Publish>());
        Assert.True(run.IsInFlight<Effect.Retire>("A"));
    }

    [Theory]
    [InlineData(1, TaskRunStatus.Failed)]
    [InlineData(2, TaskRunStatus.Running)]
    public void A_task_fails_once_it_conflicted_too_often(int allowed, TaskRunStatus expected)
    {
        var run = GivenRun.Of(new PolicyValues { MaxConflicts = allowed }, "A")
            .Built("A").Collected("A").Checked("A").Conflicted("A").Retired("A");

        Assert.Equal(expected, run["A"].Status);
        Assert.Equal((0, 1), (run["A"].Failures, run["A"].Conflicts));
    }

    [Fact]
    public void The_oldest_in_the_queue_is_merged_first_and_alone()
    {
        var run = GivenRun.Of("A", "B").Built("B").Collected("B").Checked("B").Built("A").Collected("A").Checked("A");

        Assert.True(run.IsInFlight<Effect.Merge>("B"));
        Assert.False(run.IsInFlight<Effect.Merge>("A"));
        Assert.True(run.Merged("B").Checked("B").Published("B").IsInFlight<Effect.Merge>("A"));
    }

    [Fact]
    public void An_interrupted_merge_is_done_again_under_its_key()
    {
        var run = GivenRun.Of("A").Built("A").Collected("A").Checked("A");
        var key = run.KeyOf<Effect.Merge>();

        run.Settled<Effect.Merge>(new EffectResult.Interrupted("git-failed"));

        Assert.Equal(key, run.KeyOf<Effect.Merge>());
    }

    [Fact]
    public void A_review_that_asks_for_changes_leads_to_another_round_until_rounds_are_used_up()
    {
        var run = Reviewed(rounds: 2).Built("A").Collected("A").Checked("A").Reviewed("A", Verdict.ChangesRequested);
        Assert.Equal((2, "What I found."), (run["A"].Current!.Round, run["A"].Current!.ReviewFindings));

        run.Built("A").Collected("A").Checked("A").Reviewed("A", Verdict.ChangesRequested);

        Assert.Equal("review-rounds-exhausted", run["A"].Current!.End!.Code);
    }

    [Fact]
    public void A_reviewer_without_a_verdict_is_asked_again_and_nothing_is_approved()
    {
        var run = Reviewed(rounds: 1).Built("A").Collected("A").Checked("A").BuildFailed("A", "no-verdict");

        Assert.Equal((AttemptPhase.Review, 2), (run["A"].Current!.Phase, run["A"].Current!.Try));
    }

    [Fact]
    public void A_declared_no_change_is_integrated_without_a_merge()
    {
        var run = GivenRun.Of("A").Built("A", noChange: "Done already.").NothingCollected("A");

        Assert.Equal((TaskRunStatus.Integrated, "no-change"), (run["A"].Status, run["A"].Code));
        Assert.Equal(GivenPlan.Base, run.State.Tip);
    }

    [Fact]
    public void A_reason_for_no_change_does_not_count_where_something_was_changed()
    {
        var run = GivenRun.Of("A").Built("A", noChange: "Done already.").Collected("A").Checked("A")
            .Merged("A").Checked("A").Published("A");

        Assert.Null(run["A"].Code);
    }

    [Fact]
    public void A_pause_is_reached_when_nothing_is_in_flight()
    {
        var run = GivenRun.Of("A").Then(new RunEvent.PauseRequested("operator", "run-paused", "Lunch."));
        Assert.Empty(run.Wanted);

        run.Settled<Effect.RunTurn>(new EffectResult.Interrupted("stopped"));

        Assert.Equal(RunStatus.Paused, run.State.Status);
    }

    [Fact]
    public void A_resumed_run_takes_its_leases_again_and_goes_on_under_the_same_key()
    {
        var run = GivenRun.Of("A");
        var key = run.KeyOf<Effect.RunTurn>();
        run.Then(new RunEvent.PauseRequested("operator", "run-paused", "Lunch."))
            .Settled<Effect.RunTurn>(new EffectResult.Interrupted("stopped"))
            .Then(new RunEvent.EngineAttached(2, 1, "here"), new RunEvent.RunResumed("operator")).Decided()
            .Settled<Effect.OwnRun>(new EffectResult.Owned(2));

        Assert.Equal(2, run["A"].Current!.LeaseEngine);
        Assert.Equal(key, run.KeyOf<Effect.RunTurn>());
    }

    [Fact]
    public void An_abort_keeps_the_work_of_every_attempt_before_the_run_ends()
    {
        var run = GivenRun.Of("A", "B").Then(new RunEvent.AbortRequested("operator", "Enough."))
            .Settled<Effect.RunTurn>(new EffectResult.Interrupted("stopped"), "A")
            .Settled<Effect.RunTurn>(new EffectResult.Interrupted("stopped"), "B");
        Assert.True(run.IsInFlight<Effect.Retire>("A") && run.IsInFlight<Effect.Retire>("B"));

        run.Retired("A").Retired("B").Closed();

        Assert.Equal(RunOutcome.Aborted, run.State.Outcome);
    }

    [Fact]
    public void A_lost_lease_ends_the_attempt_and_counts_as_no_failure()
    {
        var run = GivenRun.Of("A").Then(new RunEvent.LeaseLost(new("A"), 1)).Built("A").Retired("A");

        Assert.Equal((2, 0), (run["A"].Current!.Number, run["A"].Failures));
    }

    [Fact]
    public void A_lease_lost_in_the_moment_of_publishing_takes_nothing_back()
    {
        var run = GivenRun.Of("A").Built("A").Collected("A").Checked("A").Merged("A").Checked("A");
        run.Then(new RunEvent.LeaseLost(new("A"), 1)).Published("A");

        Assert.Equal(TaskRunStatus.Integrated, run["A"].Status);
    }

    [Fact]
    public void An_interrupted_publish_is_settled_before_the_attempt_may_end()
    {
        var run = GivenRun.Of("A").Built("A").Collected("A").Checked("A").Merged("A").Checked("A")
            .Then(new RunEvent.LeaseLost(new("A"), 1))
            .Settled<Effect.Publish>(new EffectResult.Interrupted("git-failed"));
        Assert.True(run.IsInFlight<Effect.Publish>("A"));

        run.Settled<Effect.Publish>(new EffectResult.NotPublished("lease-lost"));

        Assert.True(run.IsInFlight<Effect.Retire>("A"));
    }

    [Fact]
    public void Nothing_starts_while_the_lanes_are_taken_away()
    {
        var run = GivenRun.Of(new PolicyValues { MaxAttempts = 1 }, "A").BuildFailed("A").Retired("A")
            .Then(new RunEvent.TaskRetried(new("A"), "operator", null)).Decided();
        Assert.Null(run["A"].Current);

        run.Closed();

        Assert.Equal(2, run["A"].Current!.Number);
        Assert.False(run.State.IsClosed);
    }

    [Fact]
    public void A_spent_budget_pauses_the_run()
    {
        var run = GivenRun.Of(new PolicyValues { BudgetTokens = 10 }, "A").Then(
            new RunEvent.ProcessSpawning(
                new("P1"), new("ik:x"), new("A00000001"), AgentRole.Builder, new("A"), 1, 1, "", "", null, null),
            new RunEvent.ProcessEnded(new("P1"), "exited", 0, new Usage(null, 10)));

        Assert.Equal("budget-exhausted", Assert.IsType<RunEvent.PauseRequested>(Assert.Single(run.Wanted)).Code);
    }

    [Fact]
    public void A_task_held_by_somebody_else_is_left_until_it_is_free()
    {
        var run = GivenRun.Of(new PolicyValues { MaxAttempts = 1 }, "A", "B").BuildFailed("A").Retired("A").Integrated("B")
            .Then(new RunEvent.TaskRetried(new("A"), "operator", null));
        var free = GivenRun.Noon.AddMinutes(1);
        run.Then(new RunEvent.LeaseUnavailable(new("A"), new("A0000000F"), free));
        run.Closed();

        Assert.Empty(run.Wanted);
        Assert.IsType<RunEvent.AttemptStarted>(Assert.Single(SupervisorPolicy.Decide(run.State, free)));
    }

    [Fact]
    public void A_key_in_flight_or_settled_is_never_intended_again()
    {
        var run = GivenRun.Of("A");
        var key = run.KeyOf<Effect.RunTurn>();
        var again = new RunEvent.EffectIntended(key, run.State.InFlight[key].Effect);

        Assert.Throws<LedgerContradictionException>(() => run.Then(again));
        run.Built("A");
        Assert.DoesNotContain(key, run.State.InFlight.Keys);
        Assert.Throws<LedgerContradictionException>(() => run.Then(again));
    }

    [Fact]
    public void What_cannot_have_happened_is_a_contradiction()
    {
        var run = GivenRun.Of("A");
        var key = run.KeyOf<Effect.RunTurn>();

        Assert.Throws<LedgerContradictionException>(() => RunFold.Next(run.State, new(99, GivenRun.Noon, "", new RunEvent.RunResumed(""))));
        Assert.Throws<LedgerContradictionException>(() => run.Then(new RunEvent.EffectIntended(key, run.State.InFlight[key].Effect)));
        Assert.Throws<LedgerContradictionException>(() => run.Then(new RunEvent.EffectSettled(key, new EffectResult.Merged(GivenPlan.Base, new(new('1', 40))))));
        Assert.Throws<LedgerContradictionException>(() => run.Then(new RunEvent.TaskIntegrated(new("A"), 1, null, null)));
        Assert.Throws<LedgerContradictionException>(() => run.Then(new RunEvent.AttemptEnded(new("A"), 1, "failed", "", "")));
        Assert.Throws<LedgerContradictionException>(() => run.Then(new RunEvent.LeaseLost(new("Z"), 1)));
    }

    private static GivenRun Reviewed(int rounds) => GivenRun.Begun(GivenPlan.Of(GivenRun.Task("A")) with
    {
        Policy = RunPolicy.Resolve(new PolicyLayer(SettingSource.Flag, new PolicyValues { ReviewRounds = rounds })),
    });
}
