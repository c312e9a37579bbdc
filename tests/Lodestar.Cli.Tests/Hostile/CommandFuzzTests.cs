using System.CommandLine;
using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Hostile;

/// <summary>Whatever is typed at the planes: a clear answer with a stable code, never a bug, and a refused command has changed nothing.</summary>
public sealed class CommandFuzzTests : IDisposable
{
    /// <summary>Verbs that start processes, serve, or wait; and the one whose business it is to take everything away.</summary>
    private static readonly string[] Left =
        ["run", "plan", "resume", "ps", "demo", "mcp", "reset", "kill", "dashboard", "__crash-labels"];

    private static readonly string[] Waiting = ["--follow", "-f"];

    private static readonly Verb[] Verbs =
        [.. new CommandTree().Verbs.Where(verb => !Left.Contains(verb.FullName.Split(' ')[1]) && !verb.FullName.EndsWith(" wait", StringComparison.Ordinal))];

    private readonly TestClock clock = new();
    private readonly MemoryConsole console;

    public CommandFuzzTests()
    {
        console = new MemoryConsole(clock);
        console.Directory = console.Scratch.PathOf("p");
        Directory.CreateDirectory(console.Directory);
    }

    [Fact]
    public async Task Any_words_behind_a_verb_have_a_clear_answer()
    {
        await BeginAsync();

        await Fuzzing.RunAsync(400, async random =>
        {
            clock.Advance(TimeSpan.FromSeconds(random.Next(3)));
            var words = Words(random);
            var before = await StateAsync();

            var run = await console.RunAsync(words);

            Assert.True(run.ExitCode is >= 0 and <= 3, $"{run}");
            Assert.True(JsonNode.Parse(run.Output) is JsonObject, $"{run}");
            if (run.ExitCode != 0)
                Assert.True(before == await StateAsync(), $"It was refused and changed something.\n{run}");
        });
    }

    [Fact]
    public async Task Any_spec_is_read_by_every_verb_or_named_and_left_as_it_is()
    {
        await BeginAsync();
        var path = Path.Combine(console.Directory, ".lodestar", "spec.yaml");
        var good = await File.ReadAllTextAsync(path);

        await Fuzzing.RunAsync(120, async random =>
        {
            await File.WriteAllBytesAsync(path, Fuzzing.Bytes(random, Fuzzing.Damaged(random, good)));
            var before = await File.ReadAllBytesAsync(path);

            var asked = await console.RunAsync([.. Fuzzing.Pick(random, Questions).Split(' '), "--json"]);
            Assert.True(asked.ExitCode is >= 0 and <= 3, $"{asked}");
            Assert.Equal(before, await File.ReadAllBytesAsync(path));

            var changed = await console.RunAsync([.. Fuzzing.Pick(random, Changes).Split(' '), "--json"]);
            Assert.True(changed.ExitCode is >= 0 and <= 3, $"{changed}");
            if (changed.ExitCode != 0)
                Assert.Equal(before, await File.ReadAllBytesAsync(path));
        });
    }

    public void Dispose() => console.Dispose();

    private static readonly string[] Questions =
        ["status", "doctor", "task list", "task next", "task show T001", "task why T002", "task graph", "task graph --format dot", "task context T001", "export snapshot", "agent list"];

    private static readonly string[] Changes =
        ["task create --title x", "task update T001 --title y --add-label z", "task update T002 --remove-depends-on T001", "task claim T001 --agent A00000001", "task done T001"];

    private async Task BeginAsync()
    {
        (await console.RunAsync("init", "--name", "p")).MustSucceed();
        console.Scratch.Write("p/PRD.md", "# Shop\n\n## Log in {#login}\nWith a key.\n\n## Out\nBye.\n");
        (await console.RunAsync("task", "create", "--title", "One", "--lock", "src/**", "--prd-source", "PRD.md", "--prd-ref", "#login")).MustSucceed();
        (await console.RunAsync("task", "create", "--title", "Two [/x] \e[2J", "--depends-on", "T001", "--label", "a")).MustSucceed();
        var agent = (await console.RunAsync("agent", "join", "--json")).MustSucceed().Data["agent_id"]!.GetValue<string>();
        console.With("LODESTAR_AGENT_ID", agent);
        (await console.RunAsync("msg", "send", "--task", "T001", "--text", "hello")).MustSucceed();
    }

    /// <summary>A verb, most of its arguments, some of its options, and values that fit now and then.</summary>
    private static string[] Words(Random random)
    {
        var verb = Fuzzing.Pick(random, Verbs);
        var words = new List<string> { "--json" };
        words.AddRange(verb.FullName.Split(' ').Skip(1));
        foreach (var option in verb.Options.Where(option => random.Next(option.Required ? 8 : 4) > 0 == option.Required && !option.Aliases.Append(option.Name).Any(Waiting.Contains)))
        {
            words.Add(option.Name);
            if (option.ValueType != typeof(bool))
                words.Add(Value(random));
        }

        foreach (var argument in verb.Arguments.Where(_ => random.Next(8) > 0))
            words.Add(Value(random));
        if (random.Next(10) == 0)
            words.Add(Fuzzing.Word(random));
        return [.. words.Select(word => word.Replace("\0", "", StringComparison.Ordinal))];
    }

    private static string Value(Random random) => random.Next(3) switch
    {
        0 => Fuzzing.Pick(random, ["T001", "T002", "T003", "A00000000", "15m", "1", "ready", "done", "json", "dot", "PRD.md", "#login", "info", "src/**", "generic"]),
        _ => Fuzzing.Word(random),
    };

    /// <summary>Everything both planes hold.</summary>
    private async Task<string> StateAsync()
    {
        var snapshot = (await console.RunAsync("export", "snapshot", "--include-messages", "--json")).MustSucceed().Data;
        snapshot.Remove("timestamp");
        return snapshot.ToJsonString() + await File.ReadAllTextAsync(Path.Combine(console.Directory, ".lodestar", "spec.yaml"));
    }
}
