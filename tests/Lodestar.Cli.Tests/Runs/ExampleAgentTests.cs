using System.Text.Json.Nodes;
using Lodestar.Cli.Tests.Docs;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>The agents of <c>examples/</c> work, as the page on writing one's own says.</summary>
public sealed class ExampleAgentTests
{
    [Fact]
    public async Task The_examples_build_review_and_maintain_in_one_run()
    {
        using var project = await RunProject.CreateAsync("  F001: {title: First, locks: [\"made/**\"], acceptance_criteria: [\"Two lines.\"]}", $$"""
            policy: {lanes: 1, max_attempts: 1}
            profiles:
              builder: {adapter: native, command: ["{{Example("native-agent.py")}}"]}
              reviewer: {adapter: native, command: ["{{Example("native-agent.sh")}}"]}
              spec_maintainer: {adapter: exec, command: ["{{Example("exec-agent.sh")}}", "{briefing_file}"]}
            spec_documents: {CHANGES.md: ["# Changes"]}
            """);
        project.Repo.Write("CHANGES.md", "# Changes\n");
        await project.Repo.CommitAsync("the change log");

        var ended = (await project.LodestarAsync("run", "--json")).MustSucceed();

        var branch = $"lodestar/{(string)ended.Data["run_id"]!}/run";
        Assert.Equal("attempt 1\nAdd a second line.", await project.Repo.GitAsync("show", $"{branch}:made/F001.txt"));
        Assert.Equal("# Changes\n- F001", await project.Repo.GitAsync("show", $"{branch}:CHANGES.md"));
        var story = (await project.LodestarAsync("run", "explain", "F001", "--json")).MustSucceed().Output;
        Assert.Contains("changes requested", story);
        Assert.DoesNotContain("protocol-error", story);
        var said = Directory.GetFiles(project.RunPath((string)ended.Data["run_id"]!, "agents"), "events.ndjson", SearchOption.AllDirectories)
            .SelectMany(File.ReadAllLines).Select(line => JsonNode.Parse(line)!).Where(line => (string)line["kind"]! is "event" or "heartbeat").ToArray();
        Assert.Contains(said, line => (string)line["kind"]! == "heartbeat");
        foreach (var line in said)
            Assert.Empty(JsonSchemaCheck.Problems(PublishedSchema.Of((string)line["kind"]!), JsonNode.Parse((string)line["text"]!)));
    }

    [Fact]
    public void The_messages_shown_have_the_form_they_are_said_to_have()
    {
        var shown = MarkdownPage.Read("docs/write-your-own-agent.md").Blocks.Where(block => block.Tag == "json").Select(block => JsonNode.Parse(block.Body)!).ToArray();

        Assert.Equal(["command", "event"], shown.Select(message => (string)message["kind"]!));
        foreach (var message in shown)
            Assert.Empty(JsonSchemaCheck.Problems(PublishedSchema.Of((string)message["kind"]!), message));
    }

    private static string Example(string name) => SourceTree.PathOf("examples", name);
}
