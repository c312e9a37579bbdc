using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>What every verb really answers fits the schema the same verb prints, and fits it no longer once any member of
/// it is missing, renamed, added or of another type.</summary>
[Trait("Category", "Transcript")]
public sealed class SchemaScenarioTests : IDisposable
{
    private readonly MemoryConsole console = new(new TestClock());
    private readonly ScratchDirectory scratch;
    private readonly SortedSet<string> asked = new(StringComparer.Ordinal);
    private Func<string[], Task<ProgramRun>> run;

    public SchemaScenarioTests()
    {
        scratch = console.Scratch;
        console.Directory = scratch.PathOf("p");
        Directory.CreateDirectory(console.Directory);
        run = console.RunAsync;
    }

    [Fact]
    public async Task Every_answer_fits_its_schema()
    {
        await AskAsync("init", "--name", "p", "--prd");
        await AskAsync("task create", "--title", "One", "--id", "T1", "--lock", "src/**", "--accept", "It works");
        await AskAsync("task create", "--title", "Two", "--id", "T2");
        scratch.Write("p/more.yaml", "- {title: Three, depends_on: [T1]}\n- {title: Four}\n");
        await AskAsync("task create", "--from", "more.yaml");
        await AskAsync("task list", "--label", "a", "--label", "b", "--limit", "1");
        await AskAsync("task update", "T2", "--add-depends-on", "T1", "--priority", "5");
        scratch.Write("p/PRD.md", "# Shop\n## Log in {#login}\nwith a key\n");
        await AskAsync("task update", "T2", "--prd-source", "PRD.md", "--prd-ref", "#login", "--prd-ref", "#L1-L2", "--prd-excerpt", "with a key");
        await AskAsync("task show", "T2");
        await AskAsync("task context", "T2");
        scratch.Write("p/PRD.md", "# Shop\n## Log in {#login}\nwithout a key\n");
        await AskAsync("task context", "T2", "--max-chars", "20");
        await AskAsync("task graph");
        await AskAsync("task graph", "--format", "mermaid");
        console.With("LODESTAR_AGENT_ID", (await AskAsync("agent join", "--name", "ada", "--model", "m")).Data["agent_id"]!.GetValue<string>());
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
        await AskAsync("task complete", "T2");
        await AskAsync("task delete", "T1", "--cascade");
        await AskAsync("task restore", "T2", "T1");
        await AskAsync("agent heartbeat");
        await AskAsync("agent list");
        await AskAsync("agent show", (await AskAsync("agent list")).Data["agents"]![0]!["agent_id"]!.GetValue<string>());
        await AskAsync("agent find", "--role", "nobody");
        await AskAsync("agent brief", "T1", "--format", "copilot");
        await AskAsync("agent join", "--role", "builder");
        await AskAsync("events");
        await AskAsync("agent leave");
        await AskAsync("export snapshot", "--include-messages");
        File.WriteAllText(scratch.PathOf("snapshot.json"), (await AskAsync("export snapshot")).Output);
        await AskAsync("reset", "--force");
        await AskAsync("import snapshot", scratch.PathOf("snapshot.json"));
        scratch.Write("p/charter.yaml", "policy: {lanes: 2}\n");
        await AskAsync("validate", "charter.yaml");
        scratch.Write("p/charter.yaml", "policy: {lanse: 2}\n");
        await AskAsync("validate", exit: 1, "charter.yaml");
        await AskAsync("completion", "bash");
        await AskAsync("__complete", "--", "task", "cl");

        Assert.Empty(Verbs.Where(verb => !IsOfRuns(verb)).Except(asked));
    }

    [Fact]
    public async Task Every_answer_about_runs_fits_its_schema()
    {
        using var project = await RunProject.WithBuilderAsync(
            "case $LODESTAR_TASK_ID in F003) sleep 600;; esac; test $LODESTAR_TASK_ID = F001 && echo x > a.txt",
            "  F001: {title: First}\n  F002: {title: Second}\n  F003: {title: Third, labels: [slow]}");
        run = project.LodestarAsync;
        await AskAsync("plan", "--label", "slow");
        await AskAsync("run plan");
        await AskAsync("run", exit: 1, "--task", "F001", "--task", "F002");
        await AskAsync("run list");
        await AskAsync("run show");
        await AskAsync("run watch");
        await AskAsync("run log");
        var first = await project.RunIdAsync();
        await AskAsync("run replay", project.RunPath(first, "ledger.ndjson"));
        await AskAsync("run explain", "F002");
        await AskAsync("run receipts");
        await FilesFitAsync(project.RunPath(first));
        await AskAsync("run diff", "F001");
        await AskAsync("ps", "--all");
        await AskAsync("run retry", "F002", "--note", "once more");
        await AskAsync("run resume", exit: 1);
        await AskAsync("run skip", "F002", "--reason", "not needed");
        await AskAsync("resume", exit: 1);
        await AskAsync("run integrate", "--dry-run");
        await AskAsync("run integrate");
        await AskAsync("run", "--detach", "--label", "slow");
        await AskAsync("ps");
        await AskAsync("run pause");
        await AskAsync("run abort");
        await AskAsync("__crash-labels");
        foreach (var file in Directory.GetFiles(Path.Combine(project.Repo.Root, ".lodestar"), "runtime.sqlite*"))
            File.Delete(file);
        await AskAsync("import ledger", first);

        // The demonstration holds its own answer to the schema; the server speaks another protocol, and has tests of its own.
        Assert.Empty(Verbs.Where(IsOfRuns).Except([.. asked, "demo", "mcp serve"]));
    }

    [Fact]
    public void A_schema_that_lets_anything_through_is_found_out()
    {
        var open = JsonNode.Parse("""{"type":"object","properties":{"a":{"type":"string"}}}""")!;

        Assert.Equal(
            ["$ with one more member", "$.a renamed"],
            JsonSchemaMutations.Unnoticed(open, JsonNode.Parse("""{"a":"x"}""")!));
    }

    public void Dispose() => console.Dispose();

    /// <summary>What a run leaves in its folder is of the form that is published, each file as the kind it is taken for.</summary>
    private static async Task FilesFitAsync(string folder)
    {
        var kinds = new SortedSet<string>(StringComparer.Ordinal);
        var evidence = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("events.ndjson" or "report.json" or "briefing.md"));
        foreach (var file in evidence)
        {
            var held = (await new ValidateFile(file, null).ExecuteAsync(CancellationToken.None)).Data!;
            Assert.True(held.Valid, $"{file}\n{string.Join('\n', held.Problems)}");
            kinds.Add(held.Kind);
        }

        Assert.Equal(["briefing", "ledger", "plan", "receipt", "run-state", "snapshot"], kinds);
        Assert.All(File.ReadLines(Path.Combine(folder, "ledger.ndjson")), line =>
            Assert.Empty(JsonSchemaCheck.Problems(PublishedSchema.Of("ledger-line"), JsonNode.Parse(line))));
    }

    private static IEnumerable<string> Verbs => new CommandTree().Verbs.Select(verb => verb.FullName["lodestar ".Length..]);

    /// <summary>Verbs that need a repository and agents, or serve a client.</summary>
    private static bool IsOfRuns(string verb) => verb == "import ledger" || verb.Split(' ')[0] is "run" or "plan" or "resume" or "ps" or "demo" or "mcp" or "__crash-labels";

    private Task<ProgramRun> AskAsync(string verb, params string[] arguments) => AskAsync(verb, 0, arguments);

    private async Task<ProgramRun> AskAsync(string verb, int exit, params string[] arguments)
    {
        asked.Add(verb);
        var answer = await run(["--json", .. verb.Split(' '), .. arguments]);
        var schema = (await console.RunAsync([.. verb.Split(' '), "--schema"])).Json;
        Assert.True(answer.ExitCode == exit, answer.ToString());
        var problems = JsonSchemaCheck.Problems(schema, answer.Data);
        Assert.True(problems.Count == 0, $"{string.Join('\n', problems)}\n{answer}");
        Assert.Empty(JsonSchemaMutations.Unnoticed(schema, answer.Data));
        Reads(verb, answer.Data);
        // What is told while a run goes on is JSON too, a line at a time.
        Assert.All(answer.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull(JsonNode.Parse(line)!["type"]));
        Assert.All(answer.Json["next"]!.AsArray(), action => Runs(action!["cmd"]!.GetValue<string>()));
        return answer;
    }

    /// <summary>The same answer is text for people on a terminal of any width, with and without colour, and in a pipe.</summary>
    private static void Reads(string name, JsonObject data)
    {
        var verb = new CommandTree().Verbs.Single(one => one.FullName == "lodestar " + name);
        var answer = JsonSerializer.Deserialize(data, verb.DataType);
        var text = (Delegate)verb.GetType().GetProperty("Text")!.GetValue(verb)!;
        foreach (var width in new int?[] { 40, 80, 200, null })
        {
            var (plain, coloured) = (Shown(new(width, false)), Shown(new(width, true)));
            Assert.Equal(plain, Regex.Replace(coloured, "\e\\[[0-9]+m", ""));
            Assert.DoesNotContain(plain, letter => letter != '\n' && char.IsControl(letter));
        }

        string Shown(PageShape shape)
        {
            var page = new Page(shape, MemoryConsole.Noon);
            text.DynamicInvoke(page, answer);
            return Encoding.UTF8.GetString(page.ToUtf8());
        }
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
