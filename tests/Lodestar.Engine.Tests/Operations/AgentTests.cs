using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class AgentTests : IDisposable
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly AgentProfile Nothing = new(null, null, [], new Dictionary<string, string>());

    private readonly PlaneProject project = new(
        """
          F001: {title: First, description: "Do <this> & that", acceptance_criteria: [It works], locks: ["src/**"]}
          F002: {title: Second, depends_on: [F001]}
          F003: {title: Third, locks: ["src/a.cs"]}
        """);

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task An_agent_that_joins_again_goes_on_and_keeps_what_it_does_not_say()
    {
        var ada = await project.JoinAsync("ada", "python");
        await project.DoneAsync(new LeaveAgent(ada).ExecuteAsync);

        var back = await project.DoneAsync(new JoinAgent(Nothing with { Role = "builder" }) { Named = ada }.ExecuteAsync);
        var again = await project.DoneAsync(new JoinAgent(Nothing) { Remembered = ada }.ExecuteAsync);

        Assert.Equal((ada, "ada", "builder", true), (back.AgentId.Value, back.DisplayName, back.Role, back.Resumed));
        Assert.Equal((ada, "builder", true), (again.AgentId.Value, again.Role, again.Resumed));
        Assert.Null((await project.DoneAsync(new ShowAgent(ada).ExecuteAsync)).LeftAt);
        Assert.Equal(1, (await project.DoneAsync(new ListAgents().ExecuteAsync)).Count);
    }

    [Fact]
    public async Task A_named_agent_that_never_joined_is_refused_and_a_remembered_one_is_replaced_with_a_warning()
    {
        Assert.Equal("agent-unknown", await project.RefusedAsync(new JoinAgent(Nothing) { Named = "A0000000F" }.ExecuteAsync));

        var joined = await project.RunAsync(new JoinAgent(Nothing) { Remembered = "A0000000F" }.ExecuteAsync);

        Assert.False(joined.Data!.Resumed);
        Assert.Equal("agent-unknown", Assert.Single(joined.Warnings).Code);
    }

    [Fact]
    public async Task An_agent_is_found_by_capability_and_role_together()
    {
        var builder = (await project.DoneAsync(new JoinAgent(Nothing with { Role = "builder", Capabilities = ["python"] }).ExecuteAsync)).AgentId;
        await project.DoneAsync(new JoinAgent(Nothing with { Role = "reviewer", Capabilities = ["python"] }).ExecuteAsync);

        var both = await project.DoneAsync(new FindAgents("python", "builder").ExecuteAsync);
        var one = await project.DoneAsync(new FindAgents("python", null).ExecuteAsync);

        Assert.Equal([builder], both.Agents.Select(agent => agent.AgentId));
        Assert.Equal(new AgentSearch("capability", "python") { Role = "builder" }, both.Search);
        Assert.Equal(2, one.Count);
        Assert.Equal("filter-needed", await project.RefusedAsync(new FindAgents(null, null).ExecuteAsync));
    }

    [Fact]
    public async Task What_an_agent_holds_and_held_is_shown()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        await project.DoneAsync(new ReleaseTask("F001", ada).ExecuteAsync);
        await project.DoneAsync(new ClaimTask("F003", ada, TimeSpan.FromSeconds(5)).ExecuteAsync);
        project.Clock.Advance(TimeSpan.FromSeconds(5));
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);
        await project.DoneAsync(new SendMessage(null, bob, "hi") { To = ada }.ExecuteAsync);

        var shown = await project.DoneAsync(new ShowAgent(ada).ExecuteAsync);

        Assert.Equal(["F001"], shown.Leases.Select(lease => lease.TaskId.Value));
        Assert.Equal([("F003", "expired"), ("F001", "released")], shown.History.Select(lease => (lease.TaskId.Value, lease.EndReason)));
        Assert.Equal(1, shown.Unread);
    }

    [Fact]
    public async Task Work_and_words_count_as_signs_of_life_and_reading_does_not()
    {
        var ada = await project.JoinAsync();
        await project.DoneAsync(new SendMessage("F001", await project.JoinAsync(), "hi").ExecuteAsync);
        project.Clock.Advance(TimeSpan.FromMinutes(20));
        await project.DoneAsync(new ReadInbox(ada).ExecuteAsync);
        await project.DoneAsync(new ReadThread("F001") { Agent = ada, Unread = true }.ExecuteAsync);
        Assert.Equal("idle", await StatusAsync(ada));

        await project.DoneAsync(new MarkRead("F001", ada, []).ExecuteAsync);

        Assert.Equal("active", await StatusAsync(ada));
    }

    [Fact]
    public async Task A_brief_tells_what_is_needed_in_every_form_and_marks_nothing_as_read()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new SendMessage("F002", ada, "half <done>") { Severity = "handoff" }.ExecuteAsync);
        foreach (var format in BriefText.Formats)
        {
            var brief = await project.DoneAsync(new BriefTask("F002", format, bob).ExecuteAsync);

            Assert.Equal((1, "F001", "ready"), (brief.Unread, brief.Dependencies[0].TaskId.Value, brief.Dependencies[0].Status));
            Assert.Contains("half", brief.FormattedOutput, StringComparison.Ordinal);
            Assert.Contains($"lodestar task claim F002 --agent {bob}", brief.FormattedOutput, StringComparison.Ordinal);
        }

        Assert.Contains("Do &lt;this&gt; &amp; that", (await project.DoneAsync(new BriefTask("F001", "claude", null).ExecuteAsync)).FormattedOutput, StringComparison.Ordinal);
        Assert.Equal("brief-format-unknown", await project.RefusedAsync(new BriefTask("F404", "Claude", null).ExecuteAsync));
    }

    [Fact]
    public async Task Overlapping_files_are_warned_of_and_force_says_nothing()
    {
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);

        Assert.Equal("lock-overlap", Assert.Single((await project.RunAsync(new ClaimTask("F003", bob, Quarter).ExecuteAsync)).Warnings).Code);
        await project.DoneAsync(new ReleaseTask("F003", bob).ExecuteAsync);

        Assert.Empty((await project.RunAsync(new ClaimTask("F003", bob, Quarter) { Force = true }.ExecuteAsync)).Warnings);
    }

    [Theory]
    [InlineData(false, null, "scope-overlap")]
    [InlineData(true, null, "scope-overlap")]
    [InlineData(true, "agreed with ada", null)]
    public async Task By_policy_overlapping_files_are_refused_unless_forced_with_a_reason(bool force, string? reason, string? code)
    {
        project.Set("LODESTAR_LOCK_OVERLAP", "refuse");
        var (ada, bob) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);

        Assert.Equal(code, await project.RefusedAsync(new ClaimTask("F003", bob, Quarter) { Force = force, Reason = reason }.ExecuteAsync));
    }

    [Fact]
    public async Task Ones_own_work_keeps_nobody_out()
    {
        project.Set("LODESTAR_LOCK_OVERLAP", "refuse");
        var ada = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", ada, Quarter).ExecuteAsync);

        var claimed = await project.RunAsync(new ClaimTask("F003", ada, Quarter).ExecuteAsync);

        Assert.Null(claimed.Refusal);
        Assert.Equal("lock-overlap", Assert.Single(claimed.Warnings).Code);
    }

    private async Task<string> StatusAsync(string agent) => (await project.DoneAsync(new ShowAgent(agent).ExecuteAsync)).Status;
}
