using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>What agents do through tools, with a real client.</summary>
public sealed class ToolTests : IDisposable
{
    private const string Two =
        """
          F1: {title: Task F1, locks: ["src/**"]}
          F2: {title: Task F2, depends_on: [F1]}
        """;

    private readonly PlaneProject project = new(Two);

    [Fact]
    public async Task A_task_goes_from_claim_to_verified_and_opens_the_next()
    {
        await using var session = await McpSession.OpenAsync(project);
        var agent = await session.JoinAsync();

        Assert.Equal("F1", (await session.DoneAsync("lodestar_task_next"))["candidates"]![0]!["id"]!.GetValue<string>());
        var claim = await session.DoneAsync("lodestar_task_claim", $$"""{"task_id":" F1 ","agent_id":"{{agent}}"}""");
        var fence = claim["lease"]!["fence"]!.GetValue<long>();
        Assert.Equal("task-claimed", await session.RefusedAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{await session.JoinAsync()}}"}"""));
        await session.DoneAsync("lodestar_task_renew", $$"""{"task_id":"F1","agent_id":"{{agent}}","ttl_seconds":60,"fence":{{fence}}}""");
        var done = await session.DoneAsync("lodestar_task_done", $$"""{"task_id":"F1","agent_id":"{{agent}}","fence":{{fence}},"note":"green"}""");
        Assert.Equal(("done", "green"), (done["status"]!.GetValue<string>(), done["note"]!.GetValue<string>()));
        var verified = await session.DoneAsync("lodestar_task_verify", $$"""{"task_id":"F1","agent_id":"{{agent}}"}""");

        Assert.Equal("""["F2"]""", verified["newlyReadyTaskIds"]!.ToJsonString());
    }

    [Fact]
    public async Task A_refusal_has_code_sentence_hint_details_and_whether_to_try_again()
    {
        await using var session = await McpSession.OpenAsync(project);

        var error = (await session.CallAsync("lodestar_task_get", """{"task_id":"F9"}""")).Structured["error"]!.AsObject();

        Assert.Equal(["code", "message", "hint", "details", "retriable"], error.Select(member => member.Key));
        Assert.Equal("task-unknown", error["code"]!.GetValue<string>());
        Assert.Equal("F9", error["details"]!["task_id"]!.GetValue<string>());
        Assert.False(error["retriable"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("lodestar_task_get", "{}")]
    [InlineData("lodestar_task_get", """{"task_id":null}""")]
    [InlineData("lodestar_task_get", """{"task_id":"  "}""")]
    [InlineData("lodestar_task_get", """{"task_id":5}""")]
    [InlineData("lodestar_task_get", """{"task_id":["F1"]}""")]
    [InlineData("lodestar_task_get", """{"task_id":"F1","taskid":"F1"}""")]
    [InlineData("lodestar_task_list", """{"limit":0}""")]
    [InlineData("lodestar_task_list", """{"limit":1.5}""")]
    [InlineData("lodestar_task_list", """{"status":"ripe"}""")]
    [InlineData("lodestar_task_next", """{"labels":"a"}""")]
    [InlineData("lodestar_task_claim", """{"task_id":"F1","ttl_seconds":"long"}""")]
    [InlineData("lodestar_task_claim", """{"task_id":"F1","force":"yes"}""")]
    [InlineData("lodestar_task_batch_verify", """{"task_ids":[]}""")]
    [InlineData("lodestar_task_restore", """{"task_ids":[]}""")]
    [InlineData("lodestar_events_pull", """{"since_cursor":-1}""")]
    [InlineData("lodestar_events_pull", """{"limit":1001}""")]
    [InlineData("lodestar_task_batch_verify", """{"task_ids":["F1",""]}""")]
    [InlineData("lodestar_task_batch_verify", """{"task_ids":["F1"],"notes":{"F1":5}}""")]
    public async Task What_cannot_be_read_is_refused_by_name(string tool, string arguments)
    {
        await using var session = await McpSession.OpenAsync(project);

        var answer = await session.CallAsync(tool, arguments);

        Assert.Equal("invalid-argument", answer.Code);
        Assert.NotNull(answer.Structured["error"]!["details"]!["argument"]);
    }

    [Fact]
    public async Task An_unknown_tool_is_refused_with_the_nearest_name()
    {
        await using var session = await McpSession.OpenAsync(project);

        var answer = await session.CallAsync("lodestar_task_claims");

        Assert.Equal("tool-unknown", answer.Code);
        Assert.Contains("lodestar_task_claim", answer.Structured["error"]!["hint"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_lease_can_be_asked_for_that_the_command_line_grants_and_no_other()
    {
        await using var session = await McpSession.OpenAsync(project);
        var agent = await session.JoinAsync();

        foreach (var seconds in new[] { "0", "-5", "604801", "9223372036854775807" })
            Assert.Equal("lease-out-of-range", await session.RefusedAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{agent}}","ttl_seconds":{{seconds}}}"""));
        var claim = await session.DoneAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{agent}}","ttl_seconds":604800}""");

        Assert.Equal(604_800, claim["lease"]!["ttlSeconds"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_lease_length_said_when_joining_holds_for_the_claims_after_it()
    {
        await using var session = await McpSession.OpenAsync(project);
        var joined = await session.DoneAsync("lodestar_agent_join", """{"ttl_seconds":120}""");

        var claim = await session.DoneAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{joined["agentId"]}}"}""");

        Assert.Equal(120, claim["lease"]!["ttlSeconds"]!.GetValue<long>());
    }

    [Fact]
    public async Task An_agent_named_by_the_environment_need_not_be_named_again()
    {
        var agent = await project.JoinAsync();
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", agent));

        var claim = await session.DoneAsync("lodestar_task_claim", """{"task_id":"F1"}""");

        Assert.Equal(agent, claim["lease"]!["agentId"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_agent_that_joined_before_goes_on_when_it_says_so_or_the_environment_does()
    {
        var agent = await project.JoinAsync("ada");
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", agent));

        foreach (var arguments in new[] { "{}", $$"""{"agent_id":"{{agent}}"}""" })
        {
            var joined = await session.DoneAsync("lodestar_agent_join", arguments);
            Assert.Equal((agent, "ada", true), (joined["agentId"]!.GetValue<string>(), joined["displayName"]!.GetValue<string>(), joined["resumed"]!.GetValue<bool>()));
        }

        Assert.NotEqual(agent, await session.JoinAsync());
        Assert.Equal("agent-unknown", await session.RefusedAsync("lodestar_agent_join", """{"agent_id":"A00000000"}"""));
    }

    [Fact]
    public async Task Pages_follow_each_other_by_priority_and_id_and_the_total_knows_the_filter()
    {
        project.Define(string.Join('\n', Enumerable.Range(1, 25).Select(n => $"  T{n}: {{title: t, priority: {n % 3}, labels: [{(n % 2 == 0 ? "even" : "odd")}]}}")));
        await using var session = await McpSession.OpenAsync(project);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await session.DoneAsync(
                "lodestar_task_list", new JsonObject { ["label"] = "even", ["limit"] = 5, ["cursor"] = cursor }.ToJsonString());
            Assert.Equal(12, page["total"]!.GetValue<int>());
            seen.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        var expected = Enumerable.Range(1, 25).Where(n => n % 2 == 0).OrderBy(n => n % 3).ThenBy(n => $"T{n}", StringComparer.Ordinal).Select(n => $"T{n}");
        Assert.Equal(expected, seen);
        Assert.Equal("cursor-invalid", await session.RefusedAsync("lodestar_task_list", """{"cursor":"T5"}"""));
    }

    [Fact]
    public async Task All_tasks_means_deleted_ones_too()
    {
        project.Define("  F1: {title: a}\n  F2: {title: b, status: deleted}");
        await using var session = await McpSession.OpenAsync(project);

        Assert.Equal(1, (await session.DoneAsync("lodestar_task_list"))["total"]!.GetValue<int>());
        Assert.Equal(2, (await session.DoneAsync("lodestar_task_list", """{"status":"ALL"}"""))["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task Tasks_are_planned_through_tools_and_the_rest_of_the_spec_stays()
    {
        await using var session = await McpSession.OpenAsync(project);

        var created = await session.DoneAsync("lodestar_task_create", """{"title":"New","depends_on":["F1"],"acceptance_criteria":["It works"],"priority":5}""");
        var id = created["id"]!.GetValue<string>();
        var updated = await session.DoneAsync("lodestar_task_update", $$"""{"task_id":"{{id}}","add_labels":["x"],"remove_depends_on":["F1"]}""");

        Assert.Equal("""["depends_on","labels"]""", updated["updatedFields"]!.ToJsonString());
        Assert.Equal("force-needed", await session.RefusedAsync("lodestar_task_update", $$"""{"task_id":"{{id}}","status":"verified"}"""));
        Assert.Contains(Two.TrimEnd(), File.ReadAllText(Path.Combine(project.Root, ".lodestar", "spec.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deleted_task_is_taken_back_with_what_went_with_it()
    {
        await using var session = await McpSession.OpenAsync(project);

        Assert.Equal("task-has-dependents", await session.RefusedAsync("lodestar_task_delete", """{"task_id":"F1"}"""));
        var gone = await session.DoneAsync("lodestar_task_delete", """{"task_id":"F1","cascade":true}""");
        Assert.Equal(["F1", "F2"], gone["deleted"]!.AsArray().Select(task => task!["id"]!.GetValue<string>()));
        Assert.Equal(0, (await session.DoneAsync("lodestar_task_list"))["total"]!.GetValue<int>());
        await session.DoneAsync("lodestar_task_restore", """{"task_ids":["F1"," F2 "]}""");

        Assert.Equal(2, (await session.DoneAsync("lodestar_task_list"))["total"]!.GetValue<int>());
        var events = await session.DoneAsync("lodestar_events_pull", """{"filter_types":["task.delete","task.restore"]}""");
        Assert.Equal(["task.delete", "task.delete", "task.restore", "task.restore"], events["events"]!.AsArray().Select(line => line!["type"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_task_is_completed_in_one_step_under_the_rules_of_both()
    {
        await using var session = await McpSession.OpenAsync(project);
        var (holder, other) = (await session.JoinAsync(), await session.JoinAsync());
        await session.DoneAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{holder}}"}""");

        Assert.Equal("lease-not-held", await session.RefusedAsync("lodestar_task_complete", $$"""{"task_id":"F1","agent_id":"{{other}}"}"""));
        Assert.Equal("fence-stale", await session.RefusedAsync("lodestar_task_complete", $$"""{"task_id":"F1","agent_id":"{{holder}}","fence":1}"""));
        var complete = await session.DoneAsync("lodestar_task_complete", $$"""{"task_id":"F1","agent_id":"{{holder}}","note":"n"}""");

        Assert.Equal(("verified", "n"), (complete["status"]!.GetValue<string>(), complete["note"]!.GetValue<string>()));
        Assert.Equal("""["F2"]""", complete["newlyReadyTaskIds"]!.ToJsonString());
    }

    [Fact]
    public async Task Overlapping_files_are_claimed_against_policy_only_with_a_reason()
    {
        File.WriteAllText(Path.Combine(project.Root, ".lodestar", "charter.yaml"), "policy:\n  lock_overlap: refuse\n");
        project.Define("  F1: {title: a, locks: [src/**]}\n  F2: {title: b, locks: [src/a.cs]}");
        await using var session = await McpSession.OpenAsync(project);
        await session.DoneAsync("lodestar_task_claim", $$"""{"task_id":"F1","agent_id":"{{await session.JoinAsync()}}"}""");
        var claim = $$"""{"task_id":"F2","agent_id":"{{await session.JoinAsync()}}","force":true""";

        Assert.Equal("scope-overlap", await session.RefusedAsync("lodestar_task_claim", claim + "}"));
        Assert.Empty((await session.DoneAsync("lodestar_task_claim", claim + ""","reason":"agreed"}"""))["warnings"]!.AsArray());
    }

    [Fact]
    public async Task A_batch_tells_of_each_task_and_holds_none_back()
    {
        project.Define("  F1: {title: a, status: done}\n  F2: {title: b, depends_on: [F1]}\n  F3: {title: c}\n  F4: {title: d, status: verified}");
        await using var session = await McpSession.OpenAsync(project);
        var agent = await session.JoinAsync();

        var batch = await session.DoneAsync("lodestar_task_batch_verify", $$"""{"task_ids":["F1","F3","F4","NOPE"],"agent_id":"{{agent}}"}""");

        Assert.Equal("""{"total":4,"succeeded":2,"failed":2}""", batch["summary"]!.ToJsonString());
        Assert.Equal(["", "task-not-done", "", "task-unknown"], batch["results"]!.AsArray().Select(line => line!["errorCode"]?.GetValue<string>() ?? ""));
        Assert.Equal("""["F2"]""", batch["allNewlyReadyTaskIds"]!.ToJsonString());
    }

    [Fact]
    public async Task A_broken_spec_is_what_every_tool_says_and_mending_it_is_enough()
    {
        project.Define("  F1: {title: [}");
        await using var session = await McpSession.OpenAsync(project);

        Assert.Equal("spec-invalid", await session.RefusedAsync("lodestar_task_next"));
        project.Define(Two);

        Assert.Equal(1, (await session.DoneAsync("lodestar_task_next"))["totalClaimable"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_store_that_is_deleted_meanwhile_begins_anew()
    {
        await using var session = await McpSession.OpenAsync(project);
        await session.JoinAsync();

        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(project.Database)!, "runtime.sqlite*"))
            File.Delete(file);

        Assert.Equal(0, (await session.DoneAsync("lodestar_agent_list"))["totalCount"]!.GetValue<int>());
        await session.JoinAsync();
        Assert.Equal(1, (await session.DoneAsync("lodestar_agent_list"))["totalCount"]!.GetValue<int>());
    }

    public void Dispose() => project.Dispose();
}
