using System.CommandLine;
using System.CommandLine.Completions;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;

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
            Data = static () => CliJson.Default.Completions,
            Text = (page, data) =>
            {
                foreach (var word in data.Words)
                    page.Line(word);
            },
            Run = async (given, cancellation) =>
            {
                var typed = given.Get(words) ?? [];
                return new Completions([.. await FindAsync(tree, typed, given.Context, cancellation)]);
            },
        };
    }

    private static async Task<IEnumerable<string>> FindAsync(
        CommandTree tree, string[] typed, CommandContext context, CancellationToken cancellation)
    {
        var begun = typed.LastOrDefault() ?? "";
        var before = typed.SkipLast(1).ToArray();
        var parsed = tree.Root.Parse(before);
        var command = parsed.CommandResult.Command;
        var options = CommandTree.Ancestors(command)
            .SelectMany(parent => parent.Options.Where(option => option.Recursive))
            .Concat(command.Options)
            .Where(option => !option.Hidden)
            .ToArray();

        if (begun.StartsWith('-'))
            return Beginning(begun, options.Select(option => option.Name));
        var awaiting = AwaitingValue(options, before);
        var fixedWords = awaiting is not null
            ? Values(awaiting.GetCompletions(CompletionContext.Empty))
            : command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name)
                .Concat(command.Arguments.SelectMany(argument => Values(argument.GetCompletions(CompletionContext.Empty))));
        var kinds = awaiting is not null ? [KindOf(awaiting.Name)] : command.Arguments.Select(argument => KindOf(argument.Name)).ToArray();
        var there = parsed.GetValue(tree.Global.Directory) is { } path && Directory.Exists(Path.GetFullPath(path, context.Directory))
            ? context.At(path)
            : context;
        var ids = new List<string>();
        foreach (var kind in kinds.OfType<IdKind>())
            ids.AddRange(await IdsAsync(kind, begun, there, cancellation));
        return Beginning(begun, fixedWords).Concat(ids);
    }

    /// <summary>A symbol's name says what it takes, so that no verb has to say it again.</summary>
    private static IdKind? KindOf(string symbol) => symbol switch
    {
        "task" or "--task" or "--depends-on" or "--add-depends-on" or "--remove-depends-on" => IdKind.Task,
        "agent" or "--agent" or "--from" => IdKind.Agent,
        "run" or "--run" => IdKind.Run,
        _ => null,
    };

    /// <summary>Ids of the project here. A shell waits for this while somebody types: what is refused or broken offers nothing.</summary>
    private static async Task<IEnumerable<string>> IdsAsync(IdKind kind, string begun, CommandContext context, CancellationToken cancellation)
    {
        try
        {
            if (context.OpenSession().Data is not { } session)
                return [];
            using (session)
                return (await new SuggestIds(kind, begun).ExecuteAsync(session, cancellation)).Data?.Ids ?? [];
        }
        catch (EnvironmentException)
        {
            return [];
        }
        catch (RefusedException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Beginning(string begun, IEnumerable<string> words) =>
        words.Where(word => word.StartsWith(begun, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);

    private static Option? AwaitingValue(Option[] options, string[] before) =>
        before is [.., var last]
            ? options.FirstOrDefault(option => option.ValueType != typeof(bool) && (option.Name == last || option.Aliases.Contains(last)))
            : null;

    private static IEnumerable<string> Values(IEnumerable<CompletionItem> items) => items.Select(item => item.InsertText ?? item.Label);
}

/// <summary>What a word may become.</summary>
internal sealed record Completions(IReadOnlyList<string> Words);
