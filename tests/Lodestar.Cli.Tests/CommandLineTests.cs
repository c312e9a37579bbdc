namespace Lodestar.Cli.Tests;

/// <summary>How a command line is read, before any verb runs.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly MemoryConsole console = new();

    [Fact]
    public void The_part_of_the_tree_that_a_first_word_names_holds_what_the_whole_tree_has_there()
    {
        var whole = new CommandTree();
        foreach (var command in whole.Root.Subcommands)
        {
            var part = new CommandTree(command.Name);

            Assert.Equal(command.Name, Assert.Single(part.Root.Subcommands).Name);
            Assert.Equal(
                whole.Verbs.Select(verb => verb.FullName).Where(name => name.Split(' ')[1] == command.Name),
                part.Verbs.Select(verb => verb.FullName));
        }
    }

    [Fact]
    public void Two_words_that_name_a_verb_get_that_verb_and_no_other()
    {
        foreach (var verb in new CommandTree().Root.Subcommands.SelectMany(group => group.Subcommands).Cast<Verb>())
        {
            var words = verb.FullName.Split(' ');

            Assert.Equal(verb.FullName, new CommandTree(words[1], words[2]).Verbs.Last().FullName);
            Assert.Single(new CommandTree(words[1], words[2]).Root.Subcommands.Single().Subcommands);
        }
    }

    [Theory]
    [InlineData("task next", "task", "next")]
    [InlineData("task next", "-C", "run", "--json", "task", "--no-color", "next", "--count", "2")]
    [InlineData("task", "task", "--count", "2", "next")]
    [InlineData("task", "task", "--", "next")]
    [InlineData("task", "task")]
    [InlineData("status", "--repo", "-C", "--no-color", "status")]
    [InlineData("", "--agent", "task", "next")]
    [InlineData("", "--repo=x", "task")]
    [InlineData("", "__complete", "task")]
    [InlineData("", "--")]
    [InlineData("")]
    public void The_first_words_are_told_only_where_they_are_certain(string expected, params string[] args) =>
        Assert.Equal(expected, string.Join(' ', CommandTree.FirstWords(args)));

    [Fact]
    public void A_word_that_names_nothing_gets_all_there_is_in_its_place()
    {
        var whole = new CommandTree();

        Assert.Equal(whole.Root.Subcommands.Count, new CommandTree("tsk").Root.Subcommands.Count);
        Assert.Equal(
            whole.Root.Subcommands.Single(command => command.Name == "task").Subcommands.Count,
            new CommandTree("task", "nxt").Root.Subcommands.Single().Subcommands.Count);
    }

    [Theory]
    [InlineData("completoin")]
    [InlineData("complet")]
    public async Task A_mistyped_command_is_answered_with_the_one_meant(string typed)
    {
        var run = await console.RunAsync(typed, "bash");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Did you mean completion?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_option_is_never_taken_for_an_argument()
    {
        var run = await console.RunAsync("completion", "--jsno", "bash");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("no option --jsno", run.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean --json?", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--json", "completion", "bash")]
    [InlineData("completion", "--json", "bash")]
    [InlineData("completion", "bash", "--json")]
    public async Task Json_may_stand_before_and_after_the_verb(params string[] words)
    {
        var run = await console.RunAsync(words);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["ok", "data", "next", "warnings"], run.Json.Select(member => member.Key));
    }

    [Theory]
    [InlineData("T002", "task create --title One --title Two", "title", "Two")]
    [InlineData("T002", "task create --title One --priority 5 --priority=7", "priority", "7")]
    [InlineData("T001", "task update T001 --status blocked --status ready --force --reason x", "status", "ready")]
    public async Task Of_an_option_given_twice_the_last_counts(string id, string typed, string member, string expected)
    {
        await console.RunAsync("init");
        await console.RunAsync("task", "create", "--title", "First");

        Assert.Equal(0, (await console.RunAsync(typed.Split(' '))).ExitCode);
        Assert.Equal(expected, (await console.RunAsync("task", "show", id, "--json")).Json["data"]![member]!.ToString());
    }

    [Theory]
    [InlineData("task list")]
    [InlineData("task show T001")]
    [InlineData("task context T001")]
    [InlineData("task graph")]
    [InlineData("agent list")]
    [InlineData("agent find")]
    public async Task A_query_may_be_told_who_asks(string typed)
    {
        await console.RunAsync("init");
        await console.RunAsync("task", "create", "--title", "First");
        var told = await console.RunAsync([.. typed.Split(' '), "--agent", "A0000000F", "--json"]);

        Assert.Equal((await console.RunAsync([.. typed.Split(' '), "--json"])).Json["data"]!.ToJsonString(), told.Json["data"]!.ToJsonString());
        Assert.DoesNotContain("Without effect", (await console.RunAsync([.. typed.Split(' '), "--help"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_argument_is_a_usage_error_with_an_envelope()
    {
        var run = await console.RunAsync("completion", "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["ok", "data", "next", "warnings", "error"], run.Json.Select(member => member.Key));
        Assert.Equal("lodestar completion needs <shell>.", run.Data["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_a_usage_error()
    {
        var run = await console.RunAsync("-C", "nowhere", "completion", "bash");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no directory", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    [InlineData("--version --no-color")]
    [InlineData("-C elsewhere --version")]
    public async Task The_version_is_one_line(string typed)
    {
        var run = await console.RunAsync(typed.Split(' '));

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^lodestar \d+\.\d+\.\d+\n$", run.Output);
    }

    [Theory]
    [InlineData("", "completion")]
    [InlineData("completion|p", "pwsh")]
    [InlineData("completion|--js", "--json")]
    public async Task Words_are_completed(string typed, string expected)
    {
        var run = await console.RunAsync(["__complete", "--", .. typed.Split('|')]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, run.Output.Split('\n'));
    }

    public void Dispose() => console.Dispose();
}
