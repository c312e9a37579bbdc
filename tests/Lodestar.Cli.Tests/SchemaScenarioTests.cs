using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>What every verb really answers fits the schema the same verb prints.</summary>
[Trait("Category", "Transcript")]
public sealed class SchemaScenarioTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;
    private readonly SortedSet<string> asked = new(StringComparer.Ordinal);

    public SchemaScenarioTests()
    {
        program = new LodestarProgram(scratch);
        scratch.Write("p/.lodestar/spec.yaml", "project: {id: 01JZ0000000000000000000000, name: p}\ntasks:\n  T1: {title: One}\n  T2: {title: Two, depends_on: [T1]}\n");
    }

    [Fact]
    public async Task Every_answer_fits_its_schema()
    {
        program.Set("LODESTAR_AGENT_ID", (await AskAsync("agent join", "--name", "ada", "--model", "m")).Data["agent_id"]!.GetValue<string>());
        await AskAsync("status");
        scratch.Write("p/.lodestar/.gitignore", "*\n");
        await AskAsync("doctor");
        await AskAsync("task list");
        await AskAsync("task next");
        await AskAsync("task claim", "T1");
        await AskAsync("task list");
        await AskAsync("task show", "T1");
        await AskAsync("task why", "T2");
        await AskAsync("task renew", "T1");
        await AskAsync("task release", "T1", "--reason", "tea");
        await AskAsync("msg send", "--task", "T1", "--text", "hello", "--subject", "s", "--severity", "info");
        await AskAsync("msg thread", "T1");
        await AskAsync("msg inbox");
        await AskAsync("task claim", "T1");
        await AskAsync("task done", "T1");
        await AskAsync("task verify", "T1");
        await AskAsync("agent heartbeat");
        await AskAsync("agent list");
        await AskAsync("agent show", (await AskAsync("agent list")).Data["agents"]![0]!["agent_id"]!.GetValue<string>());
        await AskAsync("agent leave");
        await AskAsync("completion", "bash");
        await AskAsync("__complete", "--", "task", "cl");

        Assert.Empty(new CommandTree().Verbs.Select(verb => verb.FullName["lodestar ".Length..]).Except(asked));
    }

    public void Dispose() => scratch.Dispose();

    private async Task<ProgramRun> AskAsync(string verb, params string[] arguments)
    {
        asked.Add(verb);
        var answer = await program.RunAsync(scratch.PathOf("p"), ["--json", .. verb.Split(' '), .. arguments]);
        var schema = await program.RunAsync(scratch.PathOf("p"), [.. verb.Split(' '), "--schema"]);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        var problems = JsonSchemaCheck.Problems(schema.Json, answer.Data);
        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n{answer}");
        Assert.Empty(answer.Error);
        return answer;
    }
}
