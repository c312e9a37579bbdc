using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class ClaimingTests : IDisposable
{
    private const string Tasks =
        """
          F001: {title: First, priority: 5}
          F002: {title: Second, depends_on: [F001]}
          F003: {title: Third, status: todo}
          F004: {title: Fourth, locks: ["src/auth/**"]}
          F005: {title: Fifth, locks: ["src/auth/login.cs"]}
        """;

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PlaneProject project = new(Tasks);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task A_claim_gives_a_lease_with_a_rising_fence_and_what_the_task_is_about()
    {
        var agent = await project.JoinAsync();

        var first = await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
        var other = await project.DoneAsync(new ClaimTask("F004", agent, Quarter).ExecuteAsync);

        Assert.Equal(TestClock.Noon + Quarter, first.ExpiresAt);
        Assert.Equal(900, first.TtlSeconds);
        Assert.Equal(first.Fence + 1, other.Fence);
        Assert.Equal("First", first.Context?.Title);
    }

    [Theory]
    [InlineData("F404", "task-unknown")]
    [InlineData("F002", "task-blocked")]
    [InlineData("F003", "task-not-ready")]
    public async Task A_task_that_cannot_be_worked_on_is_refused_with_its_reason(string task, string code)
    {
        var agent = await project.JoinAsync();

        Assert.Equal(code, await project.RefusedAsync(new ClaimTask(task, agent, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task Who_comes_too_late_hears_it_without_waiting_for_those_who_write()
    {
        var first = await project.JoinAsync();
        var second = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        using var writing = Lodestar.Engine.Storage.FileLock.TryAcquire(project.Database + ".lock", TimeSpan.Zero);

        Assert.Equal("task-claimed", await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("A00000000")]
    [InlineData("nonsense")]
    public async Task Somebody_who_never_joined_cannot_claim(string? agent)
    {
        Assert.Equal("agent-unknown", await project.RefusedAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync));
        Assert.False(File.Exists(project.Database));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(604_801)]
    public async Task A_lease_outside_one_second_to_seven_days_is_refused(double seconds)
    {
        var agent = await project.JoinAsync();

        Assert.Equal(
            "lease-out-of-range",
            await project.RefusedAsync(new ClaimTask("F001", agent, TimeSpan.FromSeconds(seconds)).ExecuteAsync));
    }

    [Fact]
    public async Task A_lease_keeps_others_out_until_its_last_instant()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        project.Clock.Advance(Quarter - TimeSpan.FromMilliseconds(1));
        Assert.Equal("task-claimed", await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
        project.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(second, (await project.DoneAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync)).AgentId.Value);
    }

    [Fact]
    public async Task Setting_the_wall_clock_neither_ends_a_lease_nor_revives_one()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        project.Clock.SetWall(TimeSpan.FromDays(1));
        Assert.Equal("task-claimed", await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
        project.Clock.Advance(Quarter);
        project.Clock.SetWall(TimeSpan.FromDays(-2));

        Assert.Null(await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task Who_renews_too_late_is_told_when_the_lease_ran_out()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
        project.Clock.Advance(Quarter);

        var late = (await project.RunAsync(new RenewLease("F001", agent, Quarter).ExecuteAsync)).Refusal!;
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
        await project.DoneAsync(new ReleaseTask("F001", agent).ExecuteAsync);
        var released = (await project.RunAsync(new RenewLease("F001", agent, Quarter).ExecuteAsync)).Refusal!;

        Assert.Equal(("lease-not-held", agent), (late.Code, late.Details["last_holder"]!.GetValue<string>()));
        Assert.Contains("ran out at 2031-05-14T12:15:00Z", late.Message, StringComparison.Ordinal);
        Assert.Equal(("lease-not-held", null), (released.Code, released.Details["last_holder"]));
    }

    [Fact]
    public void However_clocks_are_set_and_machines_restart_a_task_is_given_again_only_after_its_lease_was_put_on_record_as_over() =>
        Prop.ForAll(Gen.Choose(0, 99).ListOf(14).ToArbitrary(), moves => OneHolderAtATimeAsync(moves).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    [Fact]
    public async Task After_a_restart_of_the_machine_the_wall_clock_decides()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        project.Clock.Reboot();
        project.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("task-claimed", await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
        project.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Null(await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task A_stale_fence_is_refused_at_every_effect()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        var old = await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);
        project.Clock.Advance(Quarter);
        var current = await project.DoneAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync);

        Assert.Equal("fence-stale", await project.RefusedAsync(new RenewLease("F001", first, Quarter, old.Fence).ExecuteAsync));
        Assert.Equal("fence-stale", await project.RefusedAsync(new ReleaseTask("F001", first, old.Fence).ExecuteAsync));
        Assert.Equal("fence-stale", await project.RefusedAsync(new CompleteTask("F001", first, old.Fence).ExecuteAsync));
        await project.DoneAsync(new CompleteTask("F001", second, current.Fence).ExecuteAsync);
        Assert.Equal("fence-stale", await project.RefusedAsync(new VerifyTask(["F001"], null, old.Fence).ExecuteAsync));

        Assert.Equal("verified", (await project.DoneAsync(new VerifyTask(["F001"], null, current.Fence).ExecuteAsync)).Status);
    }

    [Fact]
    public async Task A_renewed_lease_runs_from_now()
    {
        var agent = await project.JoinAsync();
        var claimed = await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
        project.Clock.Advance(TimeSpan.FromMinutes(10));

        var renewed = await project.DoneAsync(new RenewLease("F001", agent, Quarter, claimed.Fence).ExecuteAsync);

        Assert.Equal(TestClock.Noon + TimeSpan.FromMinutes(25), renewed.ExpiresAt);
        Assert.Equal((claimed.LeaseId, claimed.Fence), (renewed.LeaseId, renewed.Fence));
        project.Clock.Advance(Quarter);
        Assert.Equal("lease-not-held", await project.RefusedAsync(new RenewLease("F001", agent, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task A_released_task_is_free_at_once_and_only_its_holder_releases_it()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        Assert.Equal("lease-not-held", await project.RefusedAsync(new ReleaseTask("F001", second).ExecuteAsync));
        await project.DoneAsync(new ReleaseTask("F001", null).ExecuteAsync);

        Assert.Null(await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task None_asked_for_is_a_count_and_less_than_none_is_refused()
    {
        var counted = await project.RunAsync(new NextTasks(0).ExecuteAsync);

        Assert.Equal((0, 3, 0), (counted.Data!.Tasks.Length, counted.Data.TotalClaimable, counted.Next.Count));
        Assert.Equal("count-out-of-range", await project.RefusedAsync(new NextTasks(-1).ExecuteAsync));
    }

    [Fact]
    public async Task Leased_tasks_are_not_offered_and_the_claim_offered_runs_as_printed()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);

        var next = await project.RunAsync(new NextTasks(10, agent).ExecuteAsync);

        Assert.Equal(["F004", "F005"], next.Data!.Tasks.Select(task => task.Id.Value));
        Assert.Equal(2, next.Data.TotalClaimable);
        Assert.Contains(next.Next, action => action.Cmd == $"lodestar task claim F004 --agent {agent}");
        Assert.Equal(2, (await project.DoneAsync((session, cancellation) => new ShowStatus(session).ExecuteAsync(cancellation))).Tasks!.Claimable);
    }

    [Fact]
    public async Task A_claim_that_may_touch_files_in_work_warns()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F004", agent, Quarter).ExecuteAsync);

        var overlapping = await project.RunAsync(new ClaimTask("F005", agent, Quarter).ExecuteAsync);

        Assert.Equal("lock-overlap", Assert.Single(overlapping.Warnings).Code);
    }

    [Fact]
    public async Task An_agent_that_leaves_gives_its_tasks_back()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        var left = await project.DoneAsync(new LeaveAgent(first).ExecuteAsync);

        Assert.Equal(["F001"], left.Released.Select(task => task.Value));
        Assert.Null(await project.RefusedAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync));
        var agents = await project.DoneAsync(new ListAgents().ExecuteAsync);
        Assert.Equal("offline", agents.Agents.Single(agent => agent.AgentId.Value == first).Status);
    }

    [Fact]
    public async Task The_agent_of_a_lane_may_not_claim()
    {
        var agent = await project.JoinAsync();
        project.Set("LODESTAR_RUN_ID", "run-20310514-120000-0123abcd");

        Assert.Equal("not-allowed-in-lane", await project.RefusedAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync));
        Assert.Equal("not-allowed-in-lane", await project.RefusedAsync(new VerifyTask(["F001"], agent).ExecuteAsync));
        Assert.Null(await project.RefusedAsync(new ShowTask("F001").ExecuteAsync));
    }

    [Fact]
    public async Task Queries_write_nothing()
    {
        await project.DoneAsync(new ListTasks().ExecuteAsync);
        await project.DoneAsync(new ShowTask("F001").ExecuteAsync);
        await project.DoneAsync(new NextTasks().ExecuteAsync);
        await project.DoneAsync(new ExplainTask("F002").ExecuteAsync);
        await project.DoneAsync(new ListAgents().ExecuteAsync);
        await project.DoneAsync(new ReadThread("F001").ExecuteAsync);
        await project.DoneAsync((session, cancellation) => new ShowStatus(session).ExecuteAsync(cancellation));

        Assert.Equal(["spec.yaml"], Directory.GetFileSystemEntries(Path.Combine(project.Root, ".lodestar")).Select(Path.GetFileName));
    }

    private static async Task<bool> OneHolderAtATimeAsync(IEnumerable<int> moves)
    {
        using var world = new PlaneProject("  F001: {title: First}");
        string[] agents = [await world.JoinAsync(), await world.JoinAsync()];
        foreach (var move in moves)
        {
            var amount = TimeSpan.FromMinutes(move);
            Func<Task> act = (move % 7) switch
            {
                0 => () => Task.Run(() => world.Clock.Advance(amount)),
                1 => () => Task.Run(() => world.Clock.SetWall(amount * 60)),
                2 => () => Task.Run(() => world.Clock.SetWall(-amount * 60)),
                3 => () => Task.Run(world.Clock.Reboot),
                4 => () => world.RunAsync(new ReleaseTask("F001", agents[move % 2]).ExecuteAsync),
                _ => () => world.RunAsync(new ClaimTask("F001", agents[move % 2], Quarter).ExecuteAsync),
            };
            await act();
        }

        // Claims and ends of leases take turns, and each end is that of the claim before it.
        var story = (await world.DoneAsync(new ListEvents { Types = ["task.claim", "task.release", "lease.expired"] }.ExecuteAsync)).Events;
        return story.Select((line, place) => place % 2 == 0
            ? line.Type == "task.claim"
            : line.Type != "task.claim" && line.Data["lease_id"]!.GetValue<string>() == story[place - 1].Data["lease_id"]!.GetValue<string>()).All(fits => fits);
    }
}
