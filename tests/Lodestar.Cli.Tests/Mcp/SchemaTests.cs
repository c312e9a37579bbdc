using System.Text.Json.Nodes;
using Lodestar.Engine.Schemas;
using Lodestar.Mcp;
using Lodestar.Mcp.Tools;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>What every tool really answers fits the schema it tells, and nothing else does.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly PlaneProject project = new("  F1: {title: a, locks: [src/**], prd: {source: PRD.md, refs: [{anchor: \"#sec\"}], excerpt: e}}\n  F2: {title: b, depends_on: [F1]}\n  F3: {title: c}\n  F4: {title: d}");
    private readonly SortedSet<string> asked = new(StringComparer.Ordinal);

    [Fact]
    public async Task Every_answer_fits_its_schema_and_a_changed_one_does_not()
    {
        File.WriteAllText(Path.Combine(project.Root, "PRD.md"), "# P\n\n## Sec {#sec}\n\nText.\n");
        await using var session = await McpSession.OpenAsync(project);
        var agent = (await AskAsync(session, "lodestar_agent_join", """{"name":"ada","client":"c","model":"m","capabilities":["x"]}"""))["agentId"]!.GetValue<string>();
        var other = await session.JoinAsync("bob");
        var me = $"\"agent_id\":\"{agent}\"";

        await AskAsync(session, "lodestar_repo_status", $"{{{me}}}");
        await AskAsync(session, "lodestar_doctor");
        await AskAsync(session, "lodestar_agent_heartbeat", $"{{{me}}}");
        await AskAsync(session, "lodestar_agent_list");
        await AskAsync(session, "lodestar_task_next", """{"labels":["x"],"max_priority":5}""");
        await AskAsync(session, "lodestar_task_next");
        await AskAsync(session, "lodestar_message_send", $$"""{"task_id":"F1","from_agent_id":"{{other}}","body":"b","subject":"s","severity":"handoff"}""");
        await AskAsync(session, "lodestar_task_claim", $"{{\"task_id\":\"F1\",{me}}}");
        await AskAsync(session, "lodestar_task_get", """{"task_id":"F1"}""");
        await AskAsync(session, "lodestar_task_context", """{"task_id":"F1"}""");
        await AskAsync(session, "lodestar_task_list", """{"limit":1}""");
        await AskAsync(session, "lodestar_task_why", """{"task_id":"F2"}""");
        await AskAsync(session, "lodestar_task_graph", """{"format":"text"}""");
        await AskAsync(session, "lodestar_task_renew", $"{{\"task_id\":\"F1\",{me}}}");
        await AskAsync(session, "lodestar_message_list", """{"task_id":"F1"}""");
        await AskAsync(session, "lodestar_message_inbox", $"{{{me}}}");
        await AskAsync(session, "lodestar_message_wait", $"{{{me},\"timeout_seconds\":0}}");
        await AskAsync(session, "lodestar_message_search", """{"keyword":"b"}""");
        await AskAsync(session, "lodestar_message_ack", $"{{\"task_id\":\"F1\",{me}}}");
        await AskAsync(session, "lodestar_task_release", $"{{\"task_id\":\"F1\",{me},\"reason\":\"r\"}}");
        await AskAsync(session, "lodestar_task_done", $"{{\"task_id\":\"F1\",{me},\"note\":\"n\"}}");
        await AskAsync(session, "lodestar_task_verify", $"{{\"task_id\":\"F1\",{me},\"note\":\"n\"}}");
        await AskAsync(session, "lodestar_task_batch_verify", $"{{\"task_ids\":[\"F1\",\"F2\"],{me}}}");
        await AskAsync(session, "lodestar_task_create", """{"title":"new","task_id":"N1"}""");
        await AskAsync(session, "lodestar_task_update", """{"task_id":"N1","title":"newer"}""");
        await AskAsync(session, "lodestar_task_delete", """{"task_id":"N1"}""");
        await AskAsync(session, "lodestar_task_restore", """{"task_ids":["N1"]}""");
        await AskAsync(session, "lodestar_task_complete", $"{{\"task_id\":\"F3\",{me}}}");
        await AskAsync(session, "lodestar_events_pull", """{"filter_types":["task","message","agent"]}""");
        await AskAsync(session, "lodestar_agent_leave", $"{{{me},\"reason\":\"r\"}}");

        Assert.Empty(ToolList.All.Select(tool => tool.Name).Except(asked));
        var refused = await session.CallAsync("lodestar_task_get", """{"task_id":"F9"}""");
        Assert.Empty(JsonSchemaCheck.Problems(ToolDescriptions.ErrorSchema(), refused.Structured));
    }

    public void Dispose() => project.Dispose();

    private async Task<JsonObject> AskAsync(McpSession session, string tool, string arguments = "{}")
    {
        asked.Add(tool);
        var answer = await session.DoneAsync(tool, arguments);
        var schema = ToolDescriptions.Schema(ToolList.Find(tool)!);
        Assert.Equal([], JsonSchemaCheck.Problems(schema, answer));
        foreach (var name in answer.Select(member => member.Key).ToList())
        {
            var changed = answer.DeepClone().AsObject();
            changed[name + "x"] = changed[name]?.DeepClone();
            Assert.NotEmpty(JsonSchemaCheck.Problems(schema, changed));
            changed.Remove(name + "x");
            changed[name] = new JsonObject { ["mutated"] = new JsonArray() };
            Assert.NotEmpty(JsonSchemaCheck.Problems(schema, changed));
        }

        return answer;
    }
}
