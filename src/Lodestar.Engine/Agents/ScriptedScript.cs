using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Engine.Agents;

/// <summary>What a scripted agent does: the first turn whose conditions hold is taken. See <c>docs/scripted-agents.md</c>.</summary>
/// <param name="Turns">In order of preference.</param>
internal sealed record ScriptedScript(IReadOnlyList<ScriptedTurn> Turns)
{
    /// <summary>The turn for a command; null when the script has none.</summary>
    internal ScriptedTurn? TurnFor(string action, string task, int round, int attempt) => Turns.FirstOrDefault(turn =>
        turn.Action == action
        && (turn.Task is null || turn.Task == task)
        && (turn.Round is null || turn.Round == round)
        && (turn.Attempt is null || turn.Attempt == attempt));

    /// <summary>Reads a script.</summary>
    /// <exception cref="FormatException">It is no script: says where and why.</exception>
    internal static ScriptedScript Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ScriptJson.Default.ScriptedScript) ?? throw new FormatException("The script is empty.");
        }
        catch (JsonException cause)
        {
            throw new FormatException($"The script is not valid: {cause.Message}", cause);
        }
    }
}

/// <summary>One turn of a script.</summary>
/// <param name="Action">The action it answers.</param>
/// <param name="Steps">What it does, in order.</param>
internal sealed record ScriptedTurn(string Action, IReadOnlyList<ScriptedStep> Steps)
{
    /// <summary>Only for this task; null: any.</summary>
    public string? Task { get; init; }

    /// <summary>Only in this round; null: any.</summary>
    public int? Round { get; init; }

    /// <summary>Only in this attempt; null: any.</summary>
    public int? Attempt { get; init; }
}

/// <summary>One step of a turn; exactly one member is set.</summary>
internal sealed record ScriptedStep
{
    /// <summary>Writes a file of the lane.</summary>
    public ScriptedFile? Write { get; init; }

    /// <summary>Appends to a file of the lane.</summary>
    public ScriptedFile? Append { get; init; }

    /// <summary>Deletes a file of the lane.</summary>
    public string? Delete { get; init; }

    /// <summary>Commits everything with this message.</summary>
    public string? Commit { get; init; }

    /// <summary>Runs a program in the lane: program and arguments.</summary>
    public IReadOnlyList<string>? Run { get; init; }

    /// <summary>Says a text as progress.</summary>
    public string? Say { get; init; }

    /// <summary>Writes a text to standard error.</summary>
    public string? Err { get; init; }

    /// <summary>Does nothing for so many milliseconds.</summary>
    public int? SleepMs { get; init; }

    /// <summary>Waits until a file exists; for tests that need an order of events.</summary>
    public string? WaitFor { get; init; }

    /// <summary>Ends the turn with an error of this code.</summary>
    public string? Fail { get; init; }

    /// <summary>Exits with this code, without a last word.</summary>
    public int? Exit { get; init; }

    /// <summary>Kills itself (SIGKILL) when true.</summary>
    public bool? Crash { get; init; }

    /// <summary>Says so many bytes of progress.</summary>
    public long? Flood { get; init; }

    /// <summary>Writes a text to standard output as it is, without a line end: a torn or invalid line.</summary>
    public string? Raw { get; init; }

    /// <summary>Ignores SIGTERM from here on when true.</summary>
    public bool? IgnoreSignals { get; init; }

    /// <summary>Starts a descendant that leaves the session, ignores SIGTERM and never ends, when true.</summary>
    public bool? SpawnGrandchild { get; init; }

    /// <summary>Sends no heartbeat from here on when true.</summary>
    public bool? Silent { get; init; }

    /// <summary>Declares that nothing needs changing, with this reason.</summary>
    public string? NoChange { get; init; }

    /// <summary>Ends a review (approved or changes_requested) or spec maintenance (updated, no_changes_needed or
    /// changes_requested).</summary>
    public string? Verdict { get; init; }

    /// <summary>What a verdict or a completion says.</summary>
    public string? Text { get; init; }

    /// <summary>What the turn reports to have cost.</summary>
    public ScriptedUsage? Usage { get; init; }
}

/// <summary>A file and its text.</summary>
internal sealed record ScriptedFile(string Path, string Text);

/// <summary>Money and tokens.</summary>
internal sealed record ScriptedUsage(decimal CostUsd, long Tokens);

/// <summary>The JSON of scripts. What is not known is refused: a misspelt step must not pass for a success.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ScriptedScript))]
internal sealed partial class ScriptJson : JsonSerializerContext;
