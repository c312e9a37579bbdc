using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>Commands shown to the caller of <c>-C</c> carry it too, so that they work where they are read.</summary>
internal static class NextSteps
{
    private const string Program = CommandTree.Name + " ";

    /// <summary>The same commands, acting from a directory; unchanged when it is null.</summary>
    public static IReadOnlyList<NextAction> From(string? directory, IReadOnlyList<NextAction> next) =>
        directory is null ? next : [.. next.Select(action => action with { Cmd = From(directory, action.Cmd) })];

    /// <summary>The same refusal, its commands acting from a directory; unchanged when that is null.</summary>
    public static Refusal From(string? directory, Refusal refusal) => directory is null
        ? refusal
        : refusal with
        {
            Hint = refusal.Hint is { } hint ? From(directory, hint) : null,
            Next = From(directory, refusal.Next),
        };

    /// <summary>The same outcome, its commands acting from a directory; unchanged when that is null.</summary>
    public static Outcome<TData> From<TData>(string? directory, Outcome<TData> outcome)
        where TData : class
    {
        if (directory is null)
            return outcome;
        var next = From(directory, outcome.Next);
        return (outcome.Data, outcome.Refusal) switch
        {
            ({ } data, { } refusal) => Outcome<TData>.Unhealthy(data, From(directory, refusal), next, outcome.Warnings),
            ({ } data, null) => Outcome<TData>.Done(data, next, outcome.Warnings),
            (null, { } refusal) => From(directory, refusal with { Next = outcome.Next }),
            (null, null) => throw new InvalidOperationException("An outcome has data or a refusal."),
        };
    }

    private static string From(string directory, string command) =>
        command.StartsWith(Program, StringComparison.Ordinal) && !command.StartsWith(Program + "-C ", StringComparison.Ordinal)
            ? $"{Program}-C {ShellWord.Quote(directory)} {command[Program.Length..]}"
            : command;
}
