using System.CommandLine;
using System.Text.Json.Nodes;
using Lodestar.Engine.Schemas;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests;

/// <summary>What holds for every command there is, without a list to forget one in.</summary>
public sealed class CommandContractTests : IDisposable
{
    private static readonly CommandTree Tree = new();

    private readonly MemoryConsole console = new();

    public static TheoryData<string> Verbs => [.. Tree.Verbs.Select(verb => verb.FullName)];

    public static TheoryData<string> Groups =>
        [.. Below(Tree.Root).Where(command => command is not Verb).Select(CommandTree.NameOf)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_schema_needs_no_repository_and_no_arguments(string verb)
    {
        var run = await console.RunAsync([.. Words(verb), "--schema"]);

        Assert.Equal(0, run.ExitCode);
        var schema = run.Json;
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema["$schema"]!.GetValue<string>());
        Assert.Equal("object", schema["type"]!.GetValue<string>());
        Assert.NotNull(schema["properties"]);
        Assert.NotNull(JsonSchemaCheck.Problems(schema, new JsonObject())); // A keyword nobody checks throws.
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_explanation_needs_no_repository_and_no_arguments(string verb)
    {
        var text = await console.RunAsync([.. Words(verb), "--explain"]);
        var json = await console.RunAsync([.. Words(verb), "--json", "--explain"]);

        Assert.Equal((0, 0), (text.ExitCode, json.ExitCode));
        Assert.StartsWith(verb + "\n", text.Output, StringComparison.Ordinal);
        Assert.Equal(verb, json.Json["command"]!.GetValue<string>());
        Assert.NotEmpty(json.Json["purpose"]!.GetValue<string>());
        Assert.NotEmpty(json.Json["effects"]!.AsArray());
        Assert.NotEmpty(json.Json["examples"]!.AsArray());
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Asking_about_a_command_leaves_nothing_behind(string verb)
    {
        await console.RunAsync([.. Words(verb), "--schema"]);
        await console.RunAsync([.. Words(verb), "--explain"]);
        await console.RunAsync([.. Words(verb), "--help"]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(console.Scratch.Root));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_unknown_option_is_a_usage_error_in_both_renderings(string verb)
    {
        var text = await console.RunAsync([.. Words(verb), "--no-such-option"]);
        var json = await console.RunAsync([.. Words(verb), "--no-such-option", "--json"]);

        Assert.Equal((2, 2), (text.ExitCode, json.ExitCode));
        Assert.Empty(text.Output);
        Assert.Equal("usage", json.Code);
        Assert.Empty(json.Error);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task A_group_alone_lists_its_verbs(string group)
    {
        if (group == CommandTree.Name)
            return; // Alone it is a verb of its own.
        var run = await console.RunAsync([.. Words(group), "--json"]);

        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Data["commands"]!.AsArray());
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_input_is_described_in_a_sentence(string verb) =>
        Assert.All(Inputs.Of(Tree.Verbs.Single(one => one.FullName == verb)), input => Assert.Matches(@"^[A-Z].*\.$", input.Description));

    public void Dispose() => console.Dispose();

    private static IEnumerable<string> Words(string name) => name.Split(' ').Skip(1);

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}
