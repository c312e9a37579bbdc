using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Tests.Runs;

/// <summary>What people may ask of a run, and laws of the rules whatever happens.</summary>
public sealed class RunDeciderTests
{
    [Fact]
    public void Only_a_failed_task_can_be_retried()
    {
        Assert.Equal("task-not-failed", RunDecider.Retry(GivenRun.Of("A").State, new("A"), "me", null).Refusal?.Code);
        Assert.Equal("task-unknown", RunDecider.Retry(GivenRun.Of("A").State, new("Z"), "me", null).Refusal?.Code);
        Assert.IsType<RunEvent.TaskRetried>(RunDecider.Retry(Failed().State, new("A"), "me", null).Event);
    }

    [Fact]
    public void A_retried_task_begins_to_count_anew()
    {
        var run = Failed().Then(new RunEvent.TaskRetried(new("A"), "me", "Look at B."));

        Assert.Equal((TaskRunStatus.Waiting, 0), (run["A"].Status, run["A"].Failures));
        Assert.Equal(["Look at B."], run["A"].Notes);
    }

    [Fact]
    public void A_task_that_is_worked_on_cannot_be_skipped()
    {
        var run = GivenRun.Of("A", "B:A");

        Assert.Equal("task-in-progress", RunDecider.Skip(run.State, new("A"), "me", null).Refusal?.Code);
        Assert.IsType<RunEvent.TaskSkipped>(RunDecider.Skip(run.State, new("B"), "me", null).Event);
    }

    [Fact]
    public void A_skipped_task_opens_its_dependents()
    {
        var run = GivenRun.Of(new PolicyValues { MaxAttempts = 1 }, "A", "B:A").BuildFailed("A").Retired("A");

        run.Then(new RunEvent.TaskSkipped(new("A"), "me", "Not needed.")).Closed();

        Assert.True(run.IsInFlight<Effect.RunTurn>("B"));
    }

    [Fact]
    public void A_run_that_failed_goes_on_only_after_its_tasks_were_retried_or_skipped()
    {
        var run = Failed().Closed();
        Assert.Equal("tasks-failed", RunDecider.Resume(run.State, "me").Refusal?.Code);

        run.Then(new RunEvent.TaskRetried(new("A"), "me", null));

        Assert.IsType<RunEvent.RunResumed>(RunDecider.Resume(run.State, "me").Event);
    }

    [Fact]
    public void A_run_that_is_over_stays_over()
    {
        var run = GivenRun.Of("A").Integrated("A").Closed();

        Assert.Equal("run-ended", RunDecider.Resume(run.State, "me").Refusal?.Code);
        Assert.Equal("run-ended", RunDecider.Pause(run.State, "me", null).Refusal?.Code);
        Assert.Equal("run-ended", RunDecider.Abort(run.State, "me", null).Refusal?.Code);
        Assert.Equal("run-ended", RunDecider.Skip(run.State, new("A"), "me", null).Refusal?.Code);
    }

    [Fact]
    public void Who_resumes_a_run_whose_engine_died_on_the_way_to_a_pause_withdraws_the_pause()
    {
        var run = GivenRun.Of("A");
        Assert.Equal((null, null), RunDecider.Resume(run.State, "me"));

        run.Then(new RunEvent.PauseRequested("me", "run-paused", "Lunch."));

        Assert.Null(run.Then(RunDecider.Resume(run.State, "me").Event!).State.Pausing);
    }

    [Fact]
    public void Whatever_happens_no_settled_effect_is_wanted_again_and_one_ledger_makes_one_state() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ListOf().ToArbitrary(), choices =>
        {
            var run = Lived(choices, run =>
            {
                Assert.Empty(run.Wanted);
                Assert.DoesNotContain(run.State.InFlight.Keys, run.State.Settled.Contains);
                Assert.True(run.State.Active.Count() <= run.State.Plan.Policy.Lanes.Value);
            });

            var again = RunFold.All(GivenRun.Id, run.Ledger);
            Assert.Equal(run.State.InFlight.Keys, again.InFlight.Keys);
            Assert.Equal(run.State.Tasks.Values.Select(Summary), again.Tasks.Values.Select(Summary));
            Assert.Equal((run.State.Tip, run.State.Status, run.State.Outcome), (again.Tip, again.Status, again.Outcome));
        }).QuickCheckThrowOnFailure();

    /// <summary>A run of three tasks in which everything ends as the choices say.</summary>
    internal static GivenRun Lived(IEnumerable<int> choices, Action<GivenRun>? look = null)
    {
        var run = GivenRun.Of(new PolicyValues { MaxAttempts = 2, MaxConflicts = 2 }, "A", "B", "C:A");
        foreach (var choice in choices.Take(60).TakeWhile(_ => !run.State.InFlight.IsEmpty))
        {
            var (_, pending) = run.State.InFlight.ElementAt(choice % run.State.InFlight.Count);
            Settle(run, pending.Effect, choice / 7 % 4);
            look?.Invoke(run);
        }

        return run;
    }

    private static string Summary(TaskRun task) =>
        $"{task.Id} {task.Status} {task.Current?.Phase} {task.LastAttempt} {task.Failures} {task.Conflicts} {task.MergeCommit}";

    /// <summary>Ends an effect in one of the ways it can end; 0 and 1 are good ones.</summary>
    private static void Settle(GivenRun run, Effect effect, int how)
    {
        var task = effect.ForTask?.Value ?? "";
        switch (effect)
        {
            case Effect.RunTurn when how == 3:
                run.BuildFailed(task);
                break;
            case Effect.RunTurn:
                run.Built(task);
                break;
            case Effect.Collect when how == 2:
                run.Rejected(task);
                break;
            case Effect.Collect:
                run.Collected(task);
                break;
            case Effect.RunCheck:
                run.Checked(task, how == 2 ? "failed" : "passed");
                break;
            case Effect.Merge when how == 2:
                run.Conflicted(task);
                break;
            case Effect.Merge when how == 3:
                run.Settled<Effect.Merge>(new EffectResult.Interrupted("git-failed"));
                break;
            case Effect.Merge:
                run.Merged(task);
                break;
            case Effect.Publish:
                run.Published(task);
                break;
            case Effect.Retire:
                run.Retired(task);
                break;
            case Effect.CloseRun:
                run.Closed();
                break;
            default:
                throw new InvalidOperationException($"{effect} was not expected.");
        }
    }

    private static GivenRun Failed() => GivenRun.Of(new PolicyValues { MaxAttempts = 1 }, "A").BuildFailed("A").Retired("A");
}
