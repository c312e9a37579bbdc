using System.CommandLine;
using System.CommandLine.Parsing;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>Says what is wrong with a command line, and what was most likely meant.</summary>
internal static class CommandLineProblems
{
    /// <summary>Throws when the command line cannot be run as typed.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="isGroup">Whether a group or the program stands alone, so that a missing verb is no problem.</param>
    /// <param name="args">The words as typed.</param>
    public static void Refuse(ParseResult parsed, bool isGroup, string[] args)
    {
        var command = parsed.CommandResult.Command;
        var stray = StrayOption(parsed, args) ?? (parsed.UnmatchedTokens is [var unmatched, ..] ? unmatched : null);
        if (stray is not null)
        {
            var what = stray.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
            throw new UsageException(
                $"{CommandTree.NameOf(command)} has no {what} {stray}.",
                Meant(command, stray) is { } meant
                    ? $"Did you mean {meant}?"
                    : $"{CommandTree.NameOf(command)} --help lists what it accepts.");
        }

        // "run --lanes 2 list" would start nothing and mean nothing.
        if (command.Parents.OfType<Verb>().FirstOrDefault() is { } above
            && above.Options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } early)
            throw new UsageException(
                $"Option {early.Name} belongs to {CommandTree.NameOf(above)}, not to {CommandTree.NameOf(command)}.",
                $"{CommandTree.NameOf(command)} --help lists what it accepts.");

        if (parsed.Errors.FirstOrDefault(error => !isGroup || error.SymbolResult is not CommandResult) is not { } problem)
            return;
        throw new UsageException(
            Missing(parsed) is { } missing
                ? $"{CommandTree.NameOf(command)} needs {missing}."
                : problem.Message.TrimEnd('.') + ".",
            $"{CommandTree.NameOf(command)} --help lists what it accepts.");
    }

    private static string? Missing(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 })
            .Select(Inputs.Name)
            .Concat(command.Options.Where(option => option.Required && parsed.GetResult(option) is null).Select(Inputs.Name))
            .FirstOrDefault();
    }

    /// <summary>A mistyped option must not pass for the value of an argument; after <c>--</c> it may.</summary>
    private static string? StrayOption(ParseResult parsed, string[] args) =>
        args.Contains("--")
            ? null
            : parsed.CommandResult.Command.Arguments
                .SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
                .FirstOrDefault(token => token.Value.Length > 1 && token.Value[0] == '-')?.Value;

    /// <summary>What was most likely meant; any one-letter option is as near to another as the next, and says nothing.</summary>
    private static string? Meant(Command command, string stray) =>
        stray is ['-', _] ? null : Spelling.Closest(stray, Candidates(command, stray));

    private static IEnumerable<string> Candidates(Command command, string stray)
    {
        if (!stray.StartsWith('-'))
            return command.Subcommands.Where(verb => !verb.Hidden).Select(verb => verb.Name);
        var own = command.Options.AsEnumerable();
        var inherited = CommandTree.Ancestors(command).SelectMany(parent => parent.Options).Where(option => option.Recursive);
        return own.Concat(inherited).Where(option => !option.Hidden).SelectMany(option => option.Aliases.Append(option.Name));
    }
}
