using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>The real program, as people and agents meet it: what they type and every word it answers.</summary>
[Trait("Category", "Transcript")]
public sealed class PlaneTranscriptTests : IDisposable
{
    private const string Spec = """
        project:
          id: 01JZ0000000000000000000000
          name: demo
          default_branch: main
        tasks:
          F001:
            title: Implement user authentication
            description: Add an OAuth2 login flow
            acceptance_criteria: ["Login works", "Logout works"]
            labels: [feature, security]
            locks: ["src/auth/**"]
            priority: 1
          F002:
            title: Reset a forgotten password
            depends_on: [F001]

        """;

    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;
    private readonly Transcript transcript;

    public PlaneTranscriptTests()
    {
        program = new LodestarProgram(scratch);
        scratch.Write("demo/.lodestar/spec.yaml", Spec);
        transcript = new Transcript(program, scratch, scratch.PathOf("demo"));
    }

    [Fact]
    public async Task An_agent_takes_a_task_from_ready_to_verified()
    {
        var joined = await program.RunAsync(scratch.PathOf("demo"), "agent", "join", "--name", "ada", "--json");
        var agent = joined.Data["agent_id"]!.GetValue<string>();
        program.Set("LODESTAR_AGENT_ID", agent);

        await transcript.RunAsync();
        await transcript.RunAsync("task", "next");
        await transcript.RunAsync("task", "claim", "F001");
        await transcript.RunAsync("task", "list");
        await transcript.RunAsync("task", "claim", "F002");
        await transcript.RunAsync("task", "why", "F002");
        await transcript.RunAsync("msg", "send", "--task", "F001", "--text", "Half way");
        await transcript.RunAsync("msg", "thread", "F001");
        await transcript.RunAsync("task", "renew", "F001", "--ttl", "1h");
        await transcript.RunAsync("task", "done", "F001");
        await transcript.RunAsync("task", "verify", "F001");
        await transcript.RunAsync("task", "verify", "F001");
        await transcript.RunAsync("task", "show", "F002");
        // Seen a moment ago, so that the column is as wide on any machine.
        await transcript.RunAsync("agent", "heartbeat");
        await transcript.RunAsync("agent", "list");
        await transcript.RunAsync("agent", "leave");

        transcript.Matches("Lodestar.Cli.Tests", "plane-golden-path");
    }

    [Fact]
    public async Task Refusals_say_what_is_so_and_what_to_do()
    {
        await transcript.RunAsync("task", "show", "F009");
        await transcript.RunAsync("task", "claim", "F001");
        await transcript.RunAsync("task", "claim", "F001", "--agent", "A0000000F");
        await transcript.RunAsync("task", "done", "F001", "--fence", "1");
        await transcript.RunAsync("task", "verify", "F001");
        await transcript.RunAsync("task", "release", "F001");
        await transcript.RunAsync("msg", "send", "--text", "to nobody");
        await transcript.RunAsync("task", "clam", "F001");
        await transcript.RunAsync("task", "claim", "--json");

        transcript.Matches("Lodestar.Cli.Tests", "plane-refusals");
    }

    [Fact]
    public async Task Outside_a_project_every_verb_says_so()
    {
        var outside = new Transcript(program, scratch, scratch.PathOf("home"));

        await outside.RunAsync();
        await outside.RunAsync("status", "--json");
        await outside.RunAsync("task", "list");
        await outside.RunAsync("task", "list", "--json");

        outside.Matches("Lodestar.Cli.Tests", "outside-a-project");
    }

    [Fact]
    public async Task A_question_writes_nothing()
    {
        var project = scratch.PathOf("demo");
        foreach (var words in new[] { "status", "task list", "task next", "task show F001", "task why F002", "agent list", "msg thread F001" })
            Assert.Equal(0, (await program.RunAsync(project, words.Split(' '))).ExitCode);

        Assert.Equal(["spec.yaml"], Directory.EnumerateFileSystemEntries(Path.Combine(project, ".lodestar")).Select(Path.GetFileName));
    }

    public void Dispose() => scratch.Dispose();
}
