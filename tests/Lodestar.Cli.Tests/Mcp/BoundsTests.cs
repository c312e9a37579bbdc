using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lodestar.Engine.Schemas;
using Lodestar.Mcp;
using Lodestar.Mcp.Tools;
using Lodestar.TestKit;
using ModelContextProtocol.Protocol;

namespace Lodestar.Cli.Tests.Mcp;

/// <summary>What a client must take into its context stays small, and what it is told exists.</summary>
public sealed partial class BoundsTests
{
    private const int MostForTools = 12 * 1024;
    private const int MostForAnswer = 16 * 1024;

    private static readonly (string Tool, string Arguments)[] Largest =
    [
        ("lodestar_task_list", """{"status":"all","limit":200}"""),
        ("lodestar_task_next", """{"limit":20}"""),
        ("lodestar_task_get", """{"task_id":"T1"}"""),
        ("lodestar_task_context", """{"task_id":"T1","max_chars":1000000}"""),
        ("lodestar_task_why", """{"task_id":"T300"}"""),
        ("lodestar_task_graph", "{}"),
        ("lodestar_task_graph", """{"format":"mermaid"}"""),
        ("lodestar_agent_list", "{}"),
        ("lodestar_message_list", """{"task_id":"T1","limit":200}"""),
        ("lodestar_message_inbox", """{"limit":200}"""),
        ("lodestar_message_wait", """{"limit":200}"""),
        ("lodestar_message_search", """{"limit":200,"task_id":"T1"}"""),
        ("lodestar_events_pull", """{"limit":1000}"""),
        ("lodestar_repo_status", "{}"),
        ("lodestar_doctor", "{}"),
    ];

    [Fact]
    public async Task All_tools_together_cost_less_than_12_KiB()
    {
        using var project = new PlaneProject("  F1: {title: a}");
        await using var session = await McpSession.OpenAsync(project);

        var answer = await session.Client.SendRequestAsync(new JsonRpcRequest { Method = "tools/list", Params = new JsonObject() });

        var bytes = Encoding.UTF8.GetByteCount(answer.Result!.ToJsonString());
        Assert.True(bytes < MostForTools, $"tools/list answers with {bytes} bytes");
        Assert.Null(answer.Result["nextCursor"]);
        Assert.Equal(ToolList.All.Length, answer.Result["tools"]!.AsArray().Count);
    }

    [Fact]
    public async Task No_answer_is_larger_than_16_KiB_unless_asked()
    {
        using var project = Large();
        var agent = await project.JoinAsync("reader");
        await using var session = await McpSession.OpenAsync(project, ("LODESTAR_AGENT_ID", agent));
        var writer = await session.JoinAsync(new string('w', 150));
        await session.DoneAsync("lodestar_task_claim", """{"task_id":"T1"}""");
        for (var n = 0; n < 40; n++)
            await session.JoinAsync(new string('w', 200));
        for (var n = 0; n < 20; n++)
        {
            await session.DoneAsync(
                "lodestar_message_send",
                $$"""{"task_id":"T1","from_agent_id":"{{writer}}","body":"{{new string('é', 2000)}}"}""");
        }

        foreach (var (tool, arguments) in Largest)
        {
            var answer = await session.CallAsync(tool, arguments);
            Assert.False(answer.IsError, answer.Text);
            Assert.True(answer.Bytes < MostForAnswer, $"{tool} answers with {answer.Bytes} bytes");
            Assert.Equal([], JsonSchemaCheck.Problems(ToolDescriptions.Schema(ToolList.Find(tool)!), answer.Structured));
        }
    }

    [Fact]
    public async Task A_list_cut_by_its_size_goes_on_where_it_was_cut()
    {
        using var project = Large();
        await using var session = await McpSession.OpenAsync(project);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await session.DoneAsync("lodestar_task_list", new JsonObject { ["limit"] = 200, ["cursor"] = cursor }.ToJsonString());
            Assert.Equal(page["items"]!.AsArray().Count, page["count"]!.GetValue<int>());
            seen.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        Assert.Equal(300, seen.Distinct().Count());
        Assert.Equal(300, seen.Count);
    }

    [Fact]
    public async Task Events_cut_by_the_size_of_an_answer_go_on_where_they_were_cut_and_a_tail_has_a_cursor()
    {
        using var project = new PlaneProject("  F1: {title: a}");
        for (var n = 0; n < 70; n++)
            await project.JoinAsync(new string('n', 200));
        await using var session = await McpSession.OpenAsync(project);

        var seen = new List<long>();
        long cursor = 0;
        JsonObject page;
        do
        {
            page = await session.DoneAsync("lodestar_events_pull", $$"""{"since_cursor":{{cursor}}}""");
            seen.AddRange(page["events"]!.AsArray().Select(line => line!["id"]!.GetValue<long>()));
            cursor = page["nextCursor"]!.GetValue<long>();
        }
        while (page["more"]!.GetValue<bool>());

        Assert.Equal(Enumerable.Range(1, 70).Select(seq => (long)seq), seen);
        Assert.Equal(70, cursor);
        var tail = await session.DoneAsync("lodestar_events_pull", $$"""{"since_cursor":{{cursor}}}""");
        Assert.Equal((0, 70L), (tail["count"]!.GetValue<int>(), tail["nextCursor"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_long_text_is_cut_where_one_sees_it_and_whole_when_asked_for()
    {
        using var project = Large();
        await using var session = await McpSession.OpenAsync(project);

        var cut = await session.DoneAsync("lodestar_task_get", """{"task_id":"T1"}""");
        var whole = await session.DoneAsync("lodestar_task_get", """{"task_id":"T1","max_bytes":1000000}""");

        Assert.EndsWith("[cut]", cut["description"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.True(cut["truncated"]!.GetValue<bool>());
        Assert.Equal(40_000, whole["description"]!.GetValue<string>().Length);
        Assert.Null(whole["truncated"]);
    }

    [Fact]
    public void Prompts_name_only_tools_arguments_and_members_there_are()
    {
        var known = ToolList.All.Select(tool => tool.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var tool in ToolList.All)
        {
            known.UnionWith(tool.Accepts.Select(argument => argument.Name));
            Collect(ToolDescriptions.Schema(tool), known);
        }

        Collect(ToolDescriptions.ErrorSchema(), known);
        known.UnionWith(["handoff", "blocker", "all", ".lodestar/"]);
        known.UnionWith(SourceTree.Read("docs/errors.md").Split('`'));

        var words = PromptDesk.All.Prompts
            .SelectMany(prompt => Quoted().Matches(((TextContentBlock)PromptDesk.Get(prompt.Name).Messages[0].Content).Text))
            .Select(match => match.Groups["word"].Value);

        Assert.Empty(words.SelectMany(word => word.EndsWith('/') ? [word] : word.Split('.')).Where(word => !known.Contains(word)).Distinct());
    }

    [Fact]
    public async Task Every_tool_tells_the_schema_of_its_result_as_a_resource()
    {
        using var project = new PlaneProject("  F1: {title: a}");
        await using var session = await McpSession.OpenAsync(project);

        foreach (var name in ToolList.All.Select(tool => tool.Name).Append("error"))
        {
            var read = await session.Client.ReadResourceAsync($"lodestar://schema/{name}");
            var schema = JsonNode.Parse(((TextResourceContents)read.Contents[0]).Text)!;
            Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        }
    }

    /// <summary>Many tasks, and one of them with more text than an answer holds.</summary>
    private static PlaneProject Large() => new(string.Join('\n', Enumerable.Range(1, 300).Select(n => n == 1
        ? $"  T1: {{title: t, description: {new string('d', 40_000)}, locks: [{string.Join(", ", Enumerable.Range(1, 500).Select(l => $"\"src/{l}/**\""))}]}}"
        : $"  T{n}: {{title: {new string('t', 100)}, depends_on: [T1{(n > 2 ? $", T{n - 1}" : "")}]}}")));

    private static void Collect(JsonNode? schema, HashSet<string> names)
    {
        if (schema is JsonObject members)
        {
            if (members["properties"] is JsonObject properties)
                names.UnionWith(properties.Select(property => property.Key));
            foreach (var (_, member) in members)
                Collect(member, names);
        }
        else if (schema is JsonArray items)
        {
            foreach (var item in items)
                Collect(item, names);
        }
    }

    [GeneratedRegex("`(?<word>[^`\n]+)`")]
    private static partial Regex Quoted();
}
