using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class FinishingTests : IDisposable
{
    private const string Tasks =
        """
          F001: {title: First}
          F002: {title: Second, depends_on: [F001]}
          F003: {title: Third, depends_on: [F002, F404]}
          F004: {title: Fourth, status: done, completed_by: A0000BEEF}
        """;

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PlaneProject project = new(Tasks);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task Done_ends_the_lease_and_verified_opens_the_dependents()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);

        var done = await project.DoneAsync(new CompleteTask("F001", agent).ExecuteAsync);
        var shown = await project.DoneAsync(new ShowTask("F001").ExecuteAsync);
        var verified = await project.DoneAsync(new VerifyTask(["F001"], agent).ExecuteAsync);

        Assert.Equal(("done", agent), (done.Status, done.CompletedBy));
        Assert.Null(shown.ClaimedBy);
        Assert.Equal(["F002"], verified.Unblocked.Select(task => task.Value));
        Assert.Null(await project.RefusedAsync(new ClaimTask("F002", agent, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task A_caller_without_identity_finishes_for_the_holder()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);

        Assert.Equal(agent, (await project.DoneAsync(new CompleteTask("F001", null).ExecuteAsync)).CompletedBy);
    }

    [Fact]
    public async Task Another_agent_cannot_finish_for_the_holder()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", first, Quarter).ExecuteAsync);

        Assert.Equal("lease-not-held", await project.RefusedAsync(new CompleteTask("F001", second).ExecuteAsync));
    }

    [Fact]
    public async Task Finishing_without_a_lease_is_allowed_from_ready_with_a_warning()
    {
        var outcome = await project.RunAsync(new CompleteTask("F001", null).ExecuteAsync);

        Assert.Equal("done", outcome.Data?.Status);
        Assert.Equal("not-leased", Assert.Single(outcome.Warnings).Code);
        Assert.Equal("task-blocked", await project.RefusedAsync(new CompleteTask("F002", null).ExecuteAsync));
    }

    [Fact]
    public async Task Only_what_is_done_can_be_verified_and_twice_is_once()
    {
        Assert.Equal("task-not-done", await project.RefusedAsync(new VerifyTask(["F001"], null).ExecuteAsync));
        await project.DoneAsync(new VerifyTask(["F004"], null).ExecuteAsync);

        var again = await project.RunAsync(new VerifyTask(["F004"], null).ExecuteAsync);

        Assert.Null(again.Refusal);
        Assert.Equal("already-verified", Assert.Single(again.Warnings).Code);
    }

    [Fact]
    public async Task Verifying_several_tasks_is_all_or_none()
    {
        Assert.Equal("task-not-done", await project.RefusedAsync(new VerifyTask(["F004", "F001"], null).ExecuteAsync));

        Assert.Equal("done", (await project.DoneAsync(new ShowTask("F004").ExecuteAsync)).Status);
    }

    [Theory]
    [InlineData("F004", "task.verify")]
    [InlineData("F001", "task.next")]
    public async Task What_is_shown_leads_on_by_its_status(string task, string expected) =>
        Assert.Equal([expected], (await project.RunAsync(new ShowTask(task).ExecuteAsync)).Next.Select(next => next.Intent));

    [Fact]
    public async Task The_runtime_wins_over_a_status_in_the_spec_except_deleted()
    {
        await project.DoneAsync(new VerifyTask(["F004"], null).ExecuteAsync);
        var verified = await project.DoneAsync(new ShowTask("F004").ExecuteAsync);

        project.Define("  F004: {title: Fourth, status: deleted}");
        var deleted = await project.DoneAsync(new ShowTask("F004").ExecuteAsync);
        project.Define("  F004: {title: Fourth}");
        var restored = await project.DoneAsync(new ShowTask("F004").ExecuteAsync);

        Assert.Equal(("verified", "deleted", "verified"), (verified.Status, deleted.Status, restored.Status));
        Assert.Equal("A0000BEEF", verified.CompletedBy);
    }

    [Fact]
    public async Task An_id_reused_with_another_definition_is_not_taken_for_the_old_task()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
        project.Define("  F001: {title: Something else}");

        Assert.Equal("task-redefined", await project.RefusedAsync(new CompleteTask("F001", agent).ExecuteAsync));
        await project.DoneAsync(new RenewLease("F001", agent, Quarter).ExecuteAsync);
        await project.DoneAsync(new CompleteTask("F001", agent).ExecuteAsync);
        project.Define("  F001: {title: Third thing}");

        Assert.Equal("task-redefined", await project.RefusedAsync(new VerifyTask(["F001"], agent).ExecuteAsync));
        Assert.Equal("task-redefined", await project.RefusedAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync));
    }

    [Fact]
    public async Task Done_from_inside_a_lane_is_a_report_and_changes_no_status()
    {
        await project.JoinAsync();
        project.Set("LODESTAR_RUN_ID", "run-20310514-120000-0123abcd");

        var reported = await project.DoneAsync(new CompleteTask("F001", null).ExecuteAsync);

        Assert.Equal(("ready", true), (reported.Status, reported.Reported));
        Assert.Equal("ready", (await project.DoneAsync(new ShowTask("F001").ExecuteAsync)).Status);
    }

    [Fact]
    public async Task Why_shows_the_whole_chain_and_where_somebody_has_to_act()
    {
        project.Define(
            """
              F001: {title: First}
              F002: {title: Second, depends_on: [F001]}
              F003: {title: Third, depends_on: [F002]}
            """);

        var reasons = await project.DoneAsync(new ExplainTask("F003").ExecuteAsync);

        Assert.Equal("task-blocked", reasons.Reason);
        Assert.Equal([("F002", 1), ("F001", 2)], reasons.Chain.Select(link => (link.TaskId.Value, link.Depth)));
        Assert.Equal("Somebody claims and finishes F001.", Assert.Single(reasons.Unblock));
    }

    [Fact]
    public async Task Messages_reach_those_they_concern_once()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync);
        await project.DoneAsync(new SendMessage("F001", first, "Mind the gap") { Severity = "HandOff" }.ExecuteAsync);
        await project.DoneAsync(new SendMessage(null, first, "Only you") { To = second }.ExecuteAsync);

        var inbox = await project.DoneAsync(new ReadInbox(second, Acknowledge: true).ExecuteAsync);
        var again = await project.DoneAsync(new ReadInbox(second).ExecuteAsync);
        var sender = await project.DoneAsync(new ReadInbox(first).ExecuteAsync);
        var thread = await project.DoneAsync(new ReadThread("task:F001").ExecuteAsync);

        Assert.Equal(["Mind the gap", "Only you"], inbox.Messages.Select(message => message.Text));
        Assert.Equal((0, 0), (again.Count, sender.Count));
        Assert.Equal(("handoff", second), (thread.Messages[0].Meta.Severity, Assert.Single(thread.Messages[0].ReadBy)));
    }

    [Fact]
    public async Task The_next_holder_is_handed_the_last_unread_message()
    {
        var (first, second) = (await project.JoinAsync(), await project.JoinAsync());
        foreach (var number in Enumerable.Range(1, 12))
            await project.DoneAsync(new SendMessage("F001", first, $"note {number}").ExecuteAsync);

        var claimed = await project.DoneAsync(new ClaimTask("F001", second, Quarter).ExecuteAsync);

        Assert.Equal(("note 12", 12), (claimed.HandoffMessage?.Text, claimed.UnreadCount));
    }

    [Theory]
    [InlineData(" ", null)]
    public async Task A_message_that_says_nothing_or_nonsense_is_refused(string text, string? severity)
    {
        var agent = await project.JoinAsync();

        Assert.Equal("message-invalid", await project.RefusedAsync(new SendMessage("F001", agent, text) { Severity = severity }.ExecuteAsync));
    }
}
