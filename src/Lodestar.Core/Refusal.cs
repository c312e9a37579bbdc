using System.Text.Json.Nodes;

namespace Lodestar.Core;

/// <summary>An expected "no": a rule or the state of the world forbids what was asked. It has had no effect.</summary>
/// <param name="Code">Stable kebab-case code that scripts match on.</param>
/// <param name="Message">One sentence: subject and fact.</param>
/// <param name="Hint">The next step in words or as a command; never a destructive one, because agents obey hints.</param>
public sealed record Refusal(string Code, string Message, string? Hint = null)
{
    /// <summary>Facts for programs: identifiers, limits, holders. Members are snake_case.</summary>
    public JsonObject Details { get; init; } = [];

    /// <summary>Commands that lead on, each complete and runnable as printed.</summary>
    public IReadOnlyList<NextAction> Next { get; init; } = [];
}

/// <summary>A command the caller may want to run next.</summary>
/// <param name="Intent">Short dotted name of the purpose, for example <c>task.claim</c>.</param>
/// <param name="Cmd">The complete command line.</param>
/// <param name="Description">Why one would run it, or null.</param>
public sealed record NextAction(string Intent, string Cmd, string? Description = null);

/// <summary>Something the caller should know although the operation was done.</summary>
/// <param name="Code">Stable kebab-case code.</param>
/// <param name="Message">One sentence.</param>
public sealed record Warning(string Code, string Message)
{
    /// <summary>The form shown to people and put in the envelope: the code, a colon, the sentence.</summary>
    public override string ToString() => $"{Code}: {Message}";
}
