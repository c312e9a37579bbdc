using System.CommandLine;
using System.CommandLine.Completions;
using Lodestar.Core;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar __complete -- WORDS</c>: what the last word may become. Asked by shells, not by people.</summary>
internal static class CompleteCommand
{
    /// <summary>Declares the verb.</summary>
    /// <param name="tree">The tree to complete from.</param>
    public static Verb Create(CommandTree tree)
    {
        var words = new Argument<string[]>("words") { Description = "The words typed so far; the last may be empty." };
        return new Verb<Completions>("__complete", "Lists what the last word of a command line may become.")
        {
            Hidden = true,
            Accepts = [words],
            About = Explanation.Reads("lodestar __complete -- task cl"),
            Data = CliJson.Default.Completions,
            Text = (page, data) =>
            {
                foreach (var word in data.Words)
                    page.Line(word);
            },
            Run = (given, _) => Task.FromResult(Outcome<Completions>.Done(new(Find(tree, given.Get(words) ?? [])))),
        };
    }

    private static string[] Find(CommandTree tree, string[] typed)
    {
        var begun = typed.LastOrDefault() ?? "";
        var before = typed.SkipLast(1).ToArray();
        var command = tree.Root.Parse(before).CommandResult.Command;
        var options = CommandTree.Ancestors(command)
            .SelectMany(parent => parent.Options.Where(option => option.Recursive))
            .Concat(command.Options)
            .Where(option => !option.Hidden)
            .ToArray();

        var words = begun.StartsWith('-') ? options.Select(option => option.Name)
            : AwaitingValue(options, before) is { } option ? Values(option.GetCompletions(CompletionContext.Empty))
            : command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)
                .Concat(command.Arguments.SelectMany(argument => Values(argument.GetCompletions(CompletionContext.Empty))));
        return [.. words.Where(word => word.StartsWith(begun, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
    }

    private static Option? AwaitingValue(Option[] options, string[] before) =>
        before is [.., var last]
            ? options.FirstOrDefault(option => option.ValueType != typeof(bool) && (option.Name == last || option.Aliases.Contains(last)))
            : null;

    private static IEnumerable<string> Values(IEnumerable<CompletionItem> items) => items.Select(item => item.InsertText ?? item.Label);
}

/// <summary>What a word may become.</summary>
internal sealed record Completions(IReadOnlyList<string> Words);
