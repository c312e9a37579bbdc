using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class PlanVerbTests : IDisposable
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly PlaneProject project = new(
        """
          # the first
          F001: {title: First}
          F002:
            title: Second # waits
            depends_on: [F001]
          F003: {title: Third, depends_on: [F002], status: deleted}
          F004: {title: Fourth, depends_on: [F002]}
        """);

    [Fact]
    public async Task A_task_others_depend_on_is_not_deleted_alone()
    {
        var before = Spec();

        var outcome = await project.RunAsync(new DeleteTask("F001").ExecuteAsync);

        Assert.Equal("task-has-dependents", outcome.Refusal?.Code);
        Assert.Equal("""["F002"]""", outcome.Refusal!.Details["dependents"]!.ToJsonString());
        Assert.Equal(before, Spec());
        Assert.False(File.Exists(project.Database));
    }

    [Fact]
    public async Task Deleting_with_what_depends_on_it_names_all_that_goes_and_restoring_brings_every_byte_back()
    {
        var before = Spec();

        var deleted = await project.DoneAsync(new DeleteTask("F001", Cascade: true).ExecuteAsync);
        Assert.Equal(["F001", "F002", "F004"], deleted.Deleted.Select(task => task.Id.Value));
        Assert.Equal("task-deleted", await project.RefusedAsync(new DeleteTask("F001").ExecuteAsync));
        var restored = await project.DoneAsync(new RestoreTasks(["F001", "F002", "F004"]).ExecuteAsync);

        Assert.Equal("ready", restored.Restored[0].Status);
        Assert.Equal(before, Spec());
        Assert.Equal("task-not-deleted", await project.RefusedAsync(new RestoreTasks(["F003", "F001"]).ExecuteAsync));
        Assert.Equal("task-unknown", await project.RefusedAsync(new RestoreTasks(["F009"]).ExecuteAsync));
    }

    [Fact]
    public async Task A_restored_task_has_the_status_it_had_and_says_what_it_waits_for()
    {
        await project.DoneAsync(new FinishTask("F001", null).ExecuteAsync);
        await project.DoneAsync(new DeleteTask("F001", Cascade: true).ExecuteAsync);

        var waiting = await project.RunAsync(new RestoreTasks(["F002"]).ExecuteAsync);
        var back = await project.DoneAsync(new RestoreTasks(["F001"]).ExecuteAsync);

        Assert.Equal("dependency-deleted", Assert.Single(waiting.Warnings).Code);
        Assert.Equal("verified", Assert.Single(back.Restored).Status);
    }

    [Fact]
    public async Task Deleting_a_task_somebody_holds_ends_the_lease_and_says_so()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);

        var outcome = await project.RunAsync(new DeleteTask("F001", Cascade: true).ExecuteAsync);

        Assert.Equal("lease-ended", Assert.Single(outcome.Warnings).Code);
        await project.DoneAsync(new RestoreTasks(["F001"]).ExecuteAsync);
        await project.DoneAsync(new ClaimTask("F001", agent, Quarter).ExecuteAsync);
    }

    [Fact]
    public async Task Completing_is_done_and_verified_in_one_step_under_the_rules_of_both()
    {
        var (holder, other) = (await project.JoinAsync(), await project.JoinAsync());
        var lease = await project.DoneAsync(new ClaimTask("F001", holder, Quarter).ExecuteAsync);

        Assert.Equal("lease-not-held", await project.RefusedAsync(new FinishTask("F001", other).ExecuteAsync));
        Assert.Equal("fence-stale", await project.RefusedAsync(new FinishTask("F001", holder, lease.Fence - 1).ExecuteAsync));
        Assert.Equal("task-blocked", await project.RefusedAsync(new FinishTask("F002", null).ExecuteAsync));
        var finished = await project.DoneAsync(new FinishTask("F001", null, lease.Fence).ExecuteAsync);
        var again = await project.RunAsync(new FinishTask("F001", null).ExecuteAsync);
        var unleased = await project.RunAsync(new FinishTask("F002", other).ExecuteAsync);

        Assert.Equal(("verified", holder, holder), (finished.Status, finished.CompletedBy, finished.VerifiedBy));
        Assert.Equal("F002", Assert.Single(finished.Unblocked).Value);
        Assert.Equal("already-verified", Assert.Single(again.Warnings).Code);
        Assert.Equal("not-leased", Assert.Single(unleased.Warnings).Code);
    }

    [Fact]
    public async Task Many_tasks_are_written_at_once_and_may_depend_on_each_other_in_any_order()
    {
        var written = await project.DoneAsync(new CreateTasks(
            """
            - title: Fifth
              depends_on: [Last, F001]
              labels: [a, a]
            - {id: Last, title: "Last: really", priority: -1, status: todo}
            - title: Sixth
            """, "tasks.yaml").ExecuteAsync);

        Assert.Equal(["T001", "Last", "T002"], written.Created!.Value.Select(task => task.Id.Value));
        Assert.Equal("a", Assert.Single(written.Labels));
        Assert.Equal("todo", (await project.DoneAsync(new ShowTask("Last").ExecuteAsync)).Status);
        Assert.Contains("title: Second # waits", Spec(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"title": "One"}, {"title": "Two", "depends_on": ["T001"]}]""")]
    [InlineData("tasks:\n  T001: {title: One}\n  T002: {title: Two, depends_on: [T001]}\n")]
    [InlineData("T001: {title: One}\nT002: {title: Two, depends_on: [T001]}\n")]
    public async Task New_tasks_come_in_the_shapes_of_a_spec_and_in_json(string text)
    {
        await project.DoneAsync(new CreateTasks(text, "-").ExecuteAsync);

        Assert.Equal("T001", Assert.Single((await project.DoneAsync(new ShowTask("T002").ExecuteAsync)).DependsOn).Value);
    }

    [Theory]
    [InlineData("- title: A\n- titel: B\n", "tasks-invalid")]
    [InlineData("- title: A\n- {title: B, depends_on: [Nowhere]}\n", "dependency-unknown")]
    [InlineData("- {id: A, title: A, depends_on: [B]}\n- {id: B, title: B, depends_on: [A]}\n", "dependency-cycle")]
    [InlineData("- {id: A, title: A}\n- {id: A, title: B}\n", "tasks-invalid")]
    [InlineData("- {id: F001, title: A}\n", "task-exists")]
    [InlineData("- title: A\n- {title: B, status: verified}\n", "force-needed")]
    [InlineData("- title: A\n- {title: B, locks: [../x]}\n", "lock-invalid")]
    [InlineData("- title: A\n- {title: B, prd: {source: NO.md}}\n", "prd-missing")]
    [InlineData("- title: A\n- just text\n", "tasks-invalid")]
    [InlineData("[]", "tasks-invalid")]
    [InlineData("", "tasks-invalid")]
    [InlineData("{", "tasks-invalid")]
    public async Task One_bad_task_among_many_leaves_everything_as_it_was(string text, string code)
    {
        var before = Spec();

        Assert.Equal(code, await project.RefusedAsync(new CreateTasks(text, "tasks.yaml").ExecuteAsync));

        Assert.Equal(before, Spec());
        Assert.False(File.Exists(project.Database));
    }

    [Fact]
    public async Task A_holder_may_change_its_own_task_and_somebody_elses_change_must_be_agreed_to()
    {
        var (holder, other) = (await project.JoinAsync(), await project.JoinAsync());
        await project.DoneAsync(new ClaimTask("F001", holder, Quarter).ExecuteAsync);

        var own = await project.RunAsync(new UpdateTask("F001") { Description = "more", Agent = holder }.ExecuteAsync);
        var foreign = await project.RunAsync(new UpdateTask("F001") { Title = "Other", Agent = other }.ExecuteAsync);

        Assert.Empty(own.Warnings);
        Assert.Equal("lease-redefined", Assert.Single(foreign.Warnings).Code);
        Assert.Equal("task-redefined", await project.RefusedAsync(new CompleteTask("F001", holder).ExecuteAsync));
        await project.DoneAsync(new RenewLease("F001", holder, Quarter).ExecuteAsync);
        await project.DoneAsync(new CompleteTask("F001", holder).ExecuteAsync);
    }

    [Fact]
    public async Task A_change_of_the_plan_leaves_one_event_that_says_what_changed()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new CreateTask("New") { Id = "N", Agent = agent }.ExecuteAsync);
        await project.DoneAsync(new UpdateTask("N") { Priority = 4, Status = new("todo") }.ExecuteAsync);
        await project.DoneAsync(new DeleteTask("N").ExecuteAsync);
        await project.DoneAsync(new RestoreTasks(["N"]).ExecuteAsync);

        using var session = project.Open();
        var events = await session.Store.ReadAsync(
            store => store.Events(store.Project(null), new EventFilter { Task = new TaskId("N") }), CancellationToken.None);

        Assert.Equal(["task.create", "task.update", "task.delete", "task.restore"], events.Select(one => one.Event.Type));
        Assert.Equal(agent, events[0].Event.Agent?.Value);
        Assert.Equal("""["priority","status"]""", events[1].Event.Data["fields"]!.ToJsonString());
    }

    [Fact]
    public async Task When_the_spec_cannot_be_replaced_the_runtime_is_as_it_was()
    {
        await project.JoinAsync();
        using var session = project.Open();

        await Assert.ThrowsAsync<EnvironmentException>(() => session.ChangePlanAsync<TaskDetails>(
            document => SpecEditor.SetTitle(document, new("F001"), "Changed"),
            (plane, _) =>
            {
                plane.Append(new("task.update") { Task = new TaskId("F001") });
                throw new EnvironmentException("spec-unwritable", "no", null);
            },
            CancellationToken.None));

        Assert.DoesNotContain("Changed", Spec(), StringComparison.Ordinal);
        Assert.Empty(await session.Store.ReadAsync(
            store => store.Events(store.Project(null), new EventFilter { Task = new TaskId("F001") }), CancellationToken.None));
    }

    public void Dispose() => project.Dispose();

    private string Spec() => File.ReadAllText(Path.Combine(project.Root, ".lodestar", "spec.yaml"));
}
