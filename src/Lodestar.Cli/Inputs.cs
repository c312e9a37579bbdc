using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>Makes the arguments and options verbs declare, so that one word means one thing everywhere.</summary>
/// <remarks>Ids stay text here: one that is not of its form is simply unknown, and the operation says so with its code.</remarks>
internal static class Inputs
{
    /// <summary>The task a verb is about.</summary>
    public static Argument<string> Task(string description = "The task's id, for example F001.") =>
        new("task") { Description = description };

    /// <summary>The acting agent; LODESTAR_AGENT_ID when it is not given.</summary>
    public static Option<string> Agent(string description, params string[] aliases) =>
        Word("--agent", description + " Default: LODESTAR_AGENT_ID.", "agent", aliases.Length > 0 ? aliases : ["-a"]);

    /// <summary>What queries of the Python Lodestar take and do not use, shown by neither: a script that tells every command who
    /// asks goes on to work.</summary>
    public static Option<string> AgentOfPython() => OfPython(Agent("Without effect."));

    /// <summary>An option that only the Python Lodestar had a use for, if any: taken, and not shown.</summary>
    public static TOption OfPython<TOption>(TOption option)
        where TOption : Option
    {
        option.Hidden = true;
        return option;
    }

    /// <summary>A word or a sentence.</summary>
    public static Option<string> Text(string name, string description, params string[] aliases) =>
        Word(name, description, "text", aliases);

    /// <summary>A word or a sentence that must be given.</summary>
    public static Option<string> NeededText(string name, string description, params string[] aliases)
    {
        var option = Text(name, description, aliases);
        option.Required = true;
        return option;
    }

    /// <summary>A word. Of one given more than once the last counts, so that whoever calls a script can overrule what stands in it.</summary>
    /// <param name="name">As it is typed.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="shown">What help shows in its place.</param>
    /// <param name="aliases">Other names.</param>
    public static Option<string> Word(string name, string description, string shown, params string[] aliases) =>
        LastCounts(new Option<string>(name, aliases) { Description = description, HelpName = shown, CustomParser = Last });

    /// <summary>Several words; the option is repeated for each.</summary>
    public static Option<string[]> Texts(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description + " May be repeated.", HelpName = "text", Arity = ArgumentArity.OneOrMore };

    /// <summary>A whole number.</summary>
    public static Option<int?> Number(string name, string description, params string[] aliases) =>
        Parsed<int>(name, description, "number", "a whole number", aliases, (string text, out int value) => int.TryParse(text, CultureInfo.InvariantCulture, out value));

    /// <summary>A large whole number, such as a fence.</summary>
    public static Option<long?> LongNumber(string name, string description, params string[] aliases) =>
        Parsed<long>(name, description, "number", "a whole number", aliases, (string text, out long value) => long.TryParse(text, CultureInfo.InvariantCulture, out value));

    /// <summary>A moment.</summary>
    public static Option<DateTimeOffset?> Time(string name, string description, params string[] aliases) =>
        Parsed<DateTimeOffset>(
            name,
            description,
            "time",
            "a time such as 2026-01-31T12:00:00Z",
            aliases,
            (string text, out DateTimeOffset value) => DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out value));

    /// <summary>A length of time, zero allowed; a bare number is seconds.</summary>
    public static Option<TimeSpan?> Span(string name, string description, params string[] aliases) =>
        Parsed<TimeSpan>(name, description, "duration", $"a length of time such as {Duration.Forms}, or seconds", aliases, (string text, out TimeSpan value) =>
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && text != "0s")
                return Duration.TryParse(text, out value);
            value = TimeSpan.FromSeconds(seconds);
            return true;
        });

    /// <summary>A switch.</summary>
    public static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description };

    /// <summary>One of a few words.</summary>
    public static Option<string> Choice(string name, string description, IReadOnlyList<string> words, params string[] aliases)
    {
        var option = Word(name, description, string.Join('|', words), aliases);
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result => OneOf(result, words));
        return option;
    }

    /// <summary>An argument that is one of a few words.</summary>
    public static Argument<string> ChoiceArgument(string name, string description, IReadOnlyList<string> words)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.CompletionSources.Add([.. words]);
        argument.Validators.Add(result => OneOf(result, words));
        return argument;
    }

    /// <summary>The token lease holders present with every effect.</summary>
    public static Option<long?> Fence() => LongNumber("--fence", "The fence the claim gave; a stale one is refused.");

    /// <summary>What a verb accepts of its own, as people name it.</summary>
    public static IReadOnlyList<Input> Of(Command verb) =>
    [
        .. verb.Arguments.Select(argument => new Input(Name(argument), argument.Arity.MinimumNumberOfValues > 0, argument.Description ?? "")),
        .. verb.Options.Where(option => !option.Hidden).Select(option => new Input(Name(option), option.Required, option.Description ?? "")),
    ];

    /// <summary>The shape of the command line.</summary>
    public static string Usage(Verb verb)
    {
        var parts = verb.Arguments
            .Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? Name(argument) : $"[{Name(argument)}]")
            .Concat(verb.Options.Where(option => option.Required).Select(Name));
        return string.Join(' ', [verb.FullName, .. parts, "[options]"]);
    }

    /// <summary>An argument as people name it.</summary>
    public static string Name(Argument argument) =>
        $"<{argument.Name}>" + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    /// <summary>An option as people name it.</summary>
    public static string Name(Option option)
    {
        var names = string.Join(", ", [option.Name, .. option.Aliases]);
        return option.ValueType == typeof(bool) ? names : $"{names} <{option.HelpName ?? "value"}>";
    }

    private delegate bool TryParse<T>(string text, out T value);

    private static Option<T?> Parsed<T>(
        string name, string description, string word, string form, string[] aliases, TryParse<T> parse)
        where T : struct =>
        LastCounts(new Option<T?>(name, aliases)
        {
            Description = description,
            HelpName = word,
            CustomParser = result =>
            {
                if (parse(Last(result), out var value))
                    return value;
                result.AddError($"{name} takes {form}, not \"{Last(result)}\"");
                return null;
            },
        });

    private static Option<T> LastCounts<T>(Option<T> option)
    {
        option.Arity = ArgumentArity.OneOrMore;
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count < result.IdentifierTokenCount)
                result.AddError($"{option.Name} needs a value each time it is given");
        });
        return option;
    }

    private static string Last(SymbolResult result) => result.Tokens[^1].Value;

    private static void OneOf(SymbolResult result, IReadOnlyList<string> words)
    {
        if (result.Tokens.Count > 0 && Last(result) is var word && !words.Contains(word))
            result.AddError($"\"{word}\" is none of {string.Join(", ", words)}");
    }
}

/// <summary>One thing a verb accepts.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Required">Whether the verb refuses to work without it.</param>
/// <param name="Description">One sentence.</param>
internal sealed record Input(string Name, bool Required, string Description);
