using Lodestar.Core;
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
        Directory.CreateDirectory(scratch.PathOf("p"));
    }

    [Fact]
    public async Task Every_answer_fits_its_schema()
    {
        await AskAsync("init", "--name", "p", "--prd");
        await AskAsync("task create", "--title", "One", "--id", "T1", "--lock", "src/**", "--accept", "It works");
        await AskAsync("task create", "--title", "Two", "--id", "T2");
        await AskAsync("task update", "T2", "--add-depends-on", "T1", "--priority", "5");
        scratch.Write("p/PRD.md", "# Shop\n## Log in {#login}\nwith a key\n");
        await AskAsync("task update", "T2", "--prd-source", "PRD.md", "--prd-ref", "#login", "--prd-ref", "#L1-L2", "--prd-excerpt", "with a key");
        await AskAsync("task show", "T2");
        await AskAsync("task context", "T2");
        scratch.Write("p/PRD.md", "# Shop\n## Log in {#login}\nwithout a key\n");
        await AskAsync("task context", "T2", "--max-chars", "20");
        await AskAsync("task graph");
        await AskAsync("task graph", "--format", "mermaid");
        program.Set("LODESTAR_AGENT_ID", (await AskAsync("agent join", "--name", "ada", "--model", "m")).Data["agent_id"]!.GetValue<string>());
        await AskAsync("status");
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
        await AskAsync("msg send", "--to", "all", "--text", "hello all");
        await AskAsync("msg thread", "T1", "--receipts");
        await AskAsync("msg inbox");
        await AskAsync("msg wait", "--timeout", "0");
        await AskAsync("msg search", "--keyword", "hello");
        await AskAsync("msg mark-read", "--task", "T1");
        await AskAsync("task claim", "T1");
        await AskAsync("task done", "T1");
        await AskAsync("task verify", "T1");
        await AskAsync("agent heartbeat");
        await AskAsync("agent list");
        await AskAsync("agent show", (await AskAsync("agent list")).Data["agents"]![0]!["agent_id"]!.GetValue<string>());
        await AskAsync("agent leave");
        await AskAsync("export snapshot", "--include-messages");
        File.WriteAllText(scratch.PathOf("snapshot.json"), (await AskAsync("export snapshot")).Output);
        await AskAsync("reset", "--force");
        await AskAsync("import snapshot", scratch.PathOf("snapshot.json"));
        await AskAsync("completion", "bash");
        await AskAsync("__complete", "--", "task", "cl");

        var planes = new CommandTree().Verbs.Select(verb => verb.FullName["lodestar ".Length..]).Where(verb => !IsOfRuns(verb));
        Assert.Empty(planes.Except(asked));
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>Verbs that need a repository and agents, or serve a client, have tests of their own.</summary>
    private static bool IsOfRuns(string verb) => verb.Split(' ')[0] is "run" or "plan" or "resume" or "ps" or "demo" or "mcp" or "__crash-labels";

    private async Task<ProgramRun> AskAsync(string verb, params string[] arguments)
    {
        asked.Add(verb);
        var answer = await program.RunAsync(scratch.PathOf("p"), ["--json", .. verb.Split(' '), .. arguments]);
        var schema = await program.RunAsync(scratch.PathOf("p"), [.. verb.Split(' '), "--schema"]);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        var problems = JsonSchemaCheck.Problems(schema.Json, answer.Data);
        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n{answer}");
        Assert.Empty(answer.Error);
        Assert.All(answer.Json["next"]!.AsArray(), action => Runs(action!["cmd"]!.GetValue<string>()));
        return answer;
    }

    /// <summary>A command that leads on is one this program has, with arguments it takes.</summary>
    private static void Runs(string command)
    {
        Assert.Null(ShellWords.TrySplit(command, out var words));
        if (words[0] != CommandTree.Name)
            return;
        var parsed = new CommandTree().Root.Parse([.. words.Skip(1)]);
        Assert.True(parsed.Errors.Count == 0 && parsed.CommandResult.Command is Verb, $"\"{command}\" does not run.");
    }
}
