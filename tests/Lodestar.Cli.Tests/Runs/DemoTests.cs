using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>The demonstration, as a newcomer types it: ten real tasks through the real program.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;

    public DemoTests() => program = new LodestarProgram(scratch);

    [Fact]
    public async Task The_demonstration_stumbles_in_every_way_it_promises_and_integrates_all_ten_tasks()
    {
        var demo = await program.RunAsync(scratch.Root, "demo", "--path", "here", "--json");

        Assert.True(demo.ExitCode == 0, demo.ToString());
        Assert.Equal(10, demo.Data["totals"]!["integrated"]!.GetValue<int>());
        Assert.Equal(1, demo.Data["totals"]!["conflicts"]!.GetValue<int>());
        Assert.Equal((2, 2), (Attempts(demo, "T03"), Attempts(demo, "T04")));
        Assert.Contains("\"changes_requested\"", demo.Error, StringComparison.Ordinal);
        Assert.All(demo.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull(JsonNode.Parse(line)!["type"]));

        var schema = await program.RunAsync(scratch.Root, "demo", "--schema");
        Assert.Empty(JsonSchemaCheck.Problems(schema.Json, demo.Data));
        foreach (var next in demo.Json["next"]!.AsArray())
        {
            var printed = next!["cmd"]!.GetValue<string>();
            Assert.Null(ShellWords.TrySplit(printed, out var words));
            var answer = await program.RunAsync("/", [.. words.Skip(1)]);
            Assert.True(answer.ExitCode == 0, answer.ToString());
        }

        Assert.Contains("commonest", File.ReadAllText(scratch.PathOf("here", "docs", "commands.txt")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_demonstration_whose_engine_is_killed_half_way_is_resumed_to_the_same_end()
    {
        var demo = await program.RunAsync(scratch.Root, "demo", "--crash");

        Assert.True(demo.ExitCode == 0, demo.ToString());
        Assert.Contains("The engine is dead", demo.Error, StringComparison.Ordinal);
        Assert.Contains("10 of 10 tasks integrated", demo.Output, StringComparison.Ordinal);
        Assert.Contains(" resume\n", demo.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demonstration_leaves_alone_what_is_there()
    {
        scratch.Write("here/mine.txt", "mine");

        var demo = await program.RunAsync(scratch.Root, "demo", "--path", "here", "--json");

        Assert.Equal((1, "demo-path-taken"), (demo.ExitCode, demo.Code));
        Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(scratch.PathOf("here")).Select(Path.GetFileName));
    }

    public void Dispose() => scratch.Dispose();

    private static int Attempts(ProgramRun run, string task) => run.Data["tasks"]!.AsArray()
        .Single(one => one!["id"]!.GetValue<string>() == task)!["attempts"]!.GetValue<int>();
}
