using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine;

namespace Lodestar.Cli;

/// <summary>Runs one command line: parse, answer questions about the command itself, else run the verb; map every failure.</summary>
internal static class CommandLine
{
    /// <summary>Nothing typed is rewritten: <c>@word</c> is text, not the name of a file with more arguments.</summary>
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CommandContext context)
    {
        var output = context.Output;
        output.Json = AsksForJson(args);
        var command = CommandTree.Name;
        try
        {
            // The commonest question of scripts, answered before the tree is built.
            if (CommandTree.OnlyAsksForVersion(args))
            {
                output.WriteData($"lodestar {Product.Version}\n");
                return (int)ExitCode.Done;
            }

            var tree = new CommandTree(CommandTree.FirstWords(args));
            var parsed = tree.Root.Parse(args, Parser);
            command = CommandTree.NameOf(parsed.CommandResult.Command);
            return (int)await DispatchAsync(tree, parsed, args, context);
        }
        catch (Exception thrown)
        {
            return (int)Report(Failure.From(thrown, context, command), context);
        }
    }

    private static async Task<ExitCode> DispatchAsync(CommandTree tree, ParseResult parsed, string[] args, CommandContext context)
    {
        var output = context.Output;
        var command = parsed.CommandResult.Command;
        if (parsed.GetValue(tree.Global.NoColour))
            output.WithoutColour();
        if (parsed.Action is HelpAction help)
            return Help(help, parsed, output);
        if (parsed.GetValue(tree.Global.Version))
            return WriteData(output, $"lodestar {Product.Version}\n");

        var verb = command as Verb ?? (command == tree.Root && parsed.UnmatchedTokens.Count == 0 ? tree.Alone : null);
        if (verb is not null && parsed.GetValue(tree.Global.Schema))
            return WriteData(output, DataSchema.Of(verb.DataType, verb.FullName).ToJsonString(SchemaText) + "\n");
        if (verb is not null && parsed.GetValue(tree.Global.Explain))
            return Explain(verb, context);

        CommandLineProblems.Refuse(parsed, isGroup: command is not Verb, args);
        if (verb is null)
            return Group.Show(command, context);

        var here = parsed.GetValue(tree.Global.Directory) is { } path ? context.At(path) : context;
        here.EndsSoon = verb is { EndsInOrder: false, EndsWithReader: false };
        output.Elsewhere = parsed.GetValue(tree.Global.Directory);
        using var interrupt = new Interrupt(verb.EndsInOrder);
        if (verb.EndsWithReader)
            output.WhenReaderIsGone(interrupt.NobodyReads);
        try
        {
            return await verb.RunAsync(new Given(parsed, here), interrupt.Token);
        }
        catch (OperationCanceledException) when (interrupt.IsUnread)
        {
            // The reader has seen enough (`| head`), and there is nobody to tell.
            return ExitCode.Done;
        }
    }

    private static JsonSerializerOptions SchemaText { get; } = new()
    {
        WriteIndented = true,
        Encoder = Envelope.Indented.Encoder,
        TypeInfoResolver = CliJson.Default,
    };

    private static ExitCode Help(HelpAction help, ParseResult parsed, Output output)
    {
        // Left to itself the library asks the runtime's console, which switches the terminal's key mode.
        help.MaxWidth = output.DataShape.Width ?? int.MaxValue;
        using var text = new StringWriter();
        parsed.Invoke(new InvocationConfiguration { Output = text, Error = text, EnableDefaultExceptionHandler = false });
        return WriteData(output, text.ToString());
    }

    private static ExitCode Explain(Verb verb, CommandContext context)
    {
        if (context.Output.Json)
        {
            context.Output.WriteData(Explanation.Json(verb));
            return ExitCode.Done;
        }

        var page = new Page(context.Output.DataShape, context.Clock.GetUtcNow());
        Explanation.Show(verb, page);
        context.Output.WriteData(page.ToUtf8());
        return ExitCode.Done;
    }

    private static ExitCode WriteData(Output output, string text)
    {
        output.WriteData(text);
        return ExitCode.Done;
    }

    private static ExitCode Report(Failure failure, CommandContext context)
    {
        try
        {
            context.Output.Show(failure, context.Clock.GetUtcNow());
            return failure.ExitCode;
        }
        catch (IOException cause)
        {
            // Standard output is gone or full: the exit code still tells, and stderr may still be read.
            context.Output.WriteTalk(Encoding.UTF8.GetBytes($"Error: The result cannot be written. {cause.Message}\n"));
            return ExitCode.Environment;
        }
    }

    private static bool AsksForJson(string[] args) => args.TakeWhile(word => word != "--").Contains("--json");
}
