using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Tests.Planes;

public sealed class LeaseTests
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 14, 12, 0, 0, TimeSpan.Zero);
    private static readonly TaskId Task = new("F001");

    [Fact]
    public void Within_one_boot_a_lease_lives_exactly_its_term_however_the_wall_clock_is_set() =>
        Prop.ForAll<PositiveInt, NonNegativeInt, int>((term, passed, jump) =>
        {
            var granted = new Moment(Noon, "boot", 5_000);
            var lease = Granted(granted, TimeSpan.FromSeconds(term.Get));
            var now = new Moment(Noon.AddSeconds(jump), "boot", granted.BootMilliseconds + (passed.Get * 1000L));
            return lease.IsLive(now) == (passed.Get < term.Get);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void In_another_boot_the_wall_clock_alone_decides() =>
        Prop.ForAll<PositiveInt, int, int>((term, wall, boot) =>
        {
            var lease = Granted(new Moment(Noon, "boot", 5_000), TimeSpan.FromSeconds(term.Get));
            return lease.IsLive(new Moment(Noon.AddSeconds(wall), "other", boot)) == (wall < term.Get);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_claim_is_allowed_exactly_when_the_board_calls_the_task_claimable() =>
        Prop.ForAll<byte, byte, bool>((own, dependency, held) =>
        {
            var statuses = Enum.GetValues<TaskStatus>();
            var first = Defined("F000", statuses[dependency % statuses.Length]);
            var task = Defined(Task.Value, statuses[own % statuses.Length]) with { DependsOn = [first.Id] };
            var leases = held
                ? new Dictionary<TaskId, Lease> { [Task] = Granted(new(Noon, "boot", 0), TimeSpan.FromMinutes(1)) }
                : [];
            var board = new TaskBoard(new(new(null, "demo", "main"), [], [first, task]), new Dictionary<TaskId, TaskState>(), leases);
            return (LeaseRules.Claim(board, task) is null) == board.IsClaimable(task)
                && board.Claimable().Contains(task) == board.IsClaimable(task);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_the_last_fence_granted_passes() =>
        Prop.ForAll<long, long>((presented, last) =>
            (LeaseRules.Fence(Task, presented, last) is null) == (presented == last)
            && LeaseRules.Fence(Task, null, last) is null
            && LeaseRules.Fence(Task, presented, null)?.Code == "fence-stale").QuickCheckThrowOnFailure();

    [Fact]
    public void A_lease_of_a_run_is_not_open_to_callers_without_identity()
    {
        var lease = Granted(new(Noon, "boot", 0), TimeSpan.FromMinutes(1));
        var inRun = lease with { Run = new RunId("run-20310514-120000-0123abcd") };

        Assert.Null(LeaseRules.ActFor(lease, null));
        Assert.Equal("lease-not-held", LeaseRules.ActFor(inRun, null)?.Code);
        Assert.Null(LeaseRules.ActFor(inRun, inRun.Agent));
    }

    private static Lease Granted(Moment now, TimeSpan term) => new(
        new("L00000001"), Task, new("A00000001"), 1, null, "sha256:0", term, now.Wall, now.Add(term));

    private static TaskDefinition Defined(string id, TaskStatus status) => new(
        new(id), id, "", [], [], [], [], TaskDefinition.DefaultPriority, status);
}
