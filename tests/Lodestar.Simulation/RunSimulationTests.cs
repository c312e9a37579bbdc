using System.Reflection;
using Lodestar.Core.Runs;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>Whole runs of the production loop, in worlds that kill engines, break calls and reorder everything.</summary>
public sealed class RunSimulationTests(Sweep sweep) : IClassFixture<Sweep>
{
    /// <summary>What the worlds must have seen for their silence to mean something.</summary>
    private static readonly string[] Expected =
    [
        .. CrashLabel.InLoop.Select(label => $"reached {label}"),
        .. CrashLabel.InLoop.Select(label => $"killed {label}"),
        .. EventNames.All.Except(["run-integrated"]).Select(name => EventNames.ShapeOf(name)!.Type)
            .Except([
                typeof(RunEvent.EffectSettled), typeof(RunEvent.AttemptEnded), typeof(RunEvent.TaskFailed),
                typeof(RunEvent.ProcessEnded), typeof(RunEvent.RunPaused), typeof(RunEvent.RunEnded), typeof(RunEvent.FindingRaised),
            ])
            .Where(type => !type.Name.Contains("Integration") && type.Name != "RunIntegrated")
            .Select(type => type.Name),
        // A publish cut short and then a lost lease, in one attempt, is too rare to be drawn; the tests of the rules hold it.
        .. typeof(Core.Supervision.EffectResult).GetNestedTypes()
            .Where(type => type != typeof(Core.Supervision.EffectResult.NotPublished))
            .Select(type => $"settled {type.Name}"),
        "attempt conflict", "attempt lease-lost", "attempt run-aborted", "attempt check-failed", "attempt check-timed-out",
        "attempt agent-crashed", "attempt agent-failed", "attempt agent-timed-out", "attempt no-commits", "attempt no-verdict",
        "attempt branch-changed", "attempt branch-deleted", "attempt conflict-markers", "attempt foreign-ref-changed",
        "attempt history-rewritten", "attempt operation-in-progress", "attempt protected-path", "attempt scope-exceeded",
        "attempt review-rounds-exhausted", "attempt spec-rounds-exhausted", "attempt spec-out-of-bounds", "finding verdict-contradicted",
        "finding spec-edits-set-aside", "attempt setup-failed", "attempt uncommitted-changes", "attempt nested-repository",
        "failed conflict", "paused run-paused", "paused budget-exhausted", "paused world-broken", "paused run-branch-moved",
        "process orphaned", "process killed", "process timed_out",
        "asleep", "woke late", "disk full", "paused disk-full",
        "ended Completed", "ended Failed", "ended Aborted",
    ];

    [Fact]
    public void The_simplest_run_integrates_its_task()
    {
        var world = new SimulatedWorld(1, shape: scenario => Scenario.Simplest(scenario.Plan.BaseCommit));

        Live(world, 1);

        Assert.Equal(RunOutcome.Completed, world.State.Outcome);
        Assert.Equal("F1 a\n", world.Git.Contents(world.State.Tip.Value)["src/F1/a"]);
    }

    [Fact]
    public void The_invariants_hold_in_every_world() => Assert.True(sweep.Failures.Length == 0, sweep.Failures);

    [Fact]
    public void What_is_simulated_is_the_loop_that_ships()
    {
        var world = new SimulatedWorld(1);
        Live(world, 1);

        Assert.NotEmpty(world.Loops);
        foreach (var loop in world.Loops)
        {
            var runner = typeof(Supervisor).GetField("runner", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(loop);
            Assert.Equal((typeof(Supervisor), typeof(EffectRunner)), (loop.GetType(), runner!.GetType()));
            Assert.All([loop, runner], part => Assert.Equal("Lodestar.Engine", part.GetType().Assembly.GetName().Name));
        }
    }

    [Fact]
    public void The_worlds_see_every_kind_of_trouble()
    {
        if (Sweep.IsOne)
            return;

        var unseen = Expected.Where(mark => !sweep.Marks.ContainsKey(mark)).ToArray();
        Assert.True(unseen.Length == 0, $"No world saw: {string.Join(", ", unseen)}.");
    }

    [Fact]
    public void One_seed_makes_one_story()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var (first, again) = (new SimulatedWorld(seed), new SimulatedWorld(seed));
            Live(first, seed);
            Live(again, seed);

            Assert.Equal(first.Digest, again.Digest);
        }
    }

    [Fact]
    public void Where_every_task_succeeds_in_the_end_no_trouble_shows_in_what_was_made()
    {
        for (var seed = 1; seed <= 120; seed++)
        {
            var world = new SimulatedWorld(seed);
            if (!world.Scenario.IsGentle)
                continue;
            var calm = new SimulatedWorld(seed, scenario => scenario.Undisturbed);
            Live(world, seed);
            Live(calm, seed);

            Assert.Equal(RunOutcome.Completed, world.State.Outcome);
            Assert.Equal(calm.Git.Contents(calm.State.Tip.Value), world.Git.Contents(world.State.Tip.Value));
        }
    }

    private static void Live(SimulatedWorld world, int seed)
    {
        if (Sweep.Fault(world) is { } fault)
            Assert.Fail(Sweep.Report(seed, world, fault));
    }
}
