using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;

namespace Lodestar.Engine.Agents;

/// <summary>The agent protocol, version 1: one JSON object per line on standard input and output.</summary>
/// <remarks>Fields we do not know are kept and ignored; kinds, events and states we do not know are refused.</remarks>
public static class AgentProtocol
{
    /// <summary>The longest line in bytes, its end included.</summary>
    public const int LineLimit = 262_144;

    /// <summary>The command as the one line to send.</summary>
    /// <exception cref="RefusedException">It is longer than a line may be: <c>command-too-long</c>.</exception>
    public static string Line(AgentCommand command)
    {
        var line = JsonSerializer.Serialize(command, AgentJson.Default.AgentCommand);
        return Encoding.UTF8.GetByteCount(line) < LineLimit ? line : throw new RefusedException(new Refusal(
            "command-too-long",
            $"The command for task {command.TaskId} is longer than {LineLimit} bytes.",
            "Put long text into the briefing file."));
    }

    /// <summary>The one answer a broken line gets.</summary>
    internal static string ErrorLine(CommandHead command, string problem, DateTimeOffset now) => JsonSerializer.Serialize(
        new AgentMessage(
            "event",
            $"{command.MessageId}-error",
            command.CorrelationId,
            command.TaskId,
            new AgentAddress("system"),
            "error",
            now)
        {
            Payload = new JsonObject { ["code"] = "protocol_error", ["message"] = problem },
        },
        AgentJson.Default.AgentMessage);

    /// <summary>A member that must be a string.</summary>
    /// <exception cref="FormatException">It is missing or something else.</exception>
    internal static string Text(JsonElement message, string name) =>
        OptionalText(message, name) ?? throw new FormatException($"A message has no text in its member {name}.");

    /// <summary>A member that may be a string; null when it is not.</summary>
    internal static string? OptionalText(JsonElement message, string name) =>
        message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>What an agent is told to do.</summary>
public sealed record AgentCommand(
    string Kind,
    string MessageId,
    string CorrelationId,
    string TaskId,
    string IdempotencyKey,
    AgentAddress To,
    string Action,
    JsonObject Inputs,
    IReadOnlyList<ExpectedOutput> ExpectedOutputs,
    ObservedVersion Version,
    DateTimeOffset Deadline,
    RetryState Retry,
    int Priority);

/// <summary>A type of agent, and one of them if it matters which.</summary>
public sealed record AgentAddress(string AgentType, string? AgentId = null);

/// <summary>A file an action must leave behind.</summary>
public sealed record ExpectedOutput(string Path, bool Required, string? Description = null);

/// <summary>The tree an agent works from.</summary>
public sealed record ObservedVersion(string SnapshotId);

/// <summary>Which try this is, from 0, and how many there are at most.</summary>
public sealed record RetryState(int Attempt, int MaxAttempts);

/// <summary>An event, as written by us.</summary>
public sealed record AgentMessage(
    string Kind,
    string MessageId,
    string CorrelationId,
    string TaskId,
    AgentAddress From,
    string Event,
    DateTimeOffset OccurredAt)
{
    /// <summary>The event's own fields.</summary>
    public JsonObject Payload { get; init; } = [];

    /// <summary>approved or changes_requested, for reviews.</summary>
    public string? Status { get; init; }

    /// <summary>The tree the agent worked from.</summary>
    public ObservedVersion? ObservedVersion { get; init; }
}

/// <summary>A sign of life, as written by us.</summary>
public sealed record AgentHeartbeat(
    string Kind, AgentAddress Agent, long Seq, string Status, int Pid, long UptimeS, DateTimeOffset LastActivityAt, string TaskId);

/// <summary>What the answers to a command must repeat.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="CorrelationId">What answers carry.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Action">What is to be done.</param>
/// <param name="AgentType">The role that was asked, and must answer.</param>
/// <param name="SnapshotId">The tree the run began with; null when the command names none.</param>
internal sealed record CommandHead(
    string MessageId, string CorrelationId, string TaskId, string Action, string AgentType, string? SnapshotId)
{
    /// <summary>Reads the head of a command.</summary>
    /// <exception cref="FormatException">The line is no command.</exception>
    internal static CommandHead Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (AgentProtocol.Text(root, "kind") != "command")
                throw new FormatException("The message is not a command.");
            return new CommandHead(
                AgentProtocol.Text(root, "message_id"),
                AgentProtocol.Text(root, "correlation_id"),
                AgentProtocol.Text(root, "task_id"),
                AgentProtocol.Text(root, "action"),
                root.TryGetProperty("to", out var to)
                    ? AgentProtocol.Text(to, "agent_type")
                    : throw new FormatException("The command is for nobody (to)."),
                root.TryGetProperty("version", out var version) ? AgentProtocol.OptionalText(version, "snapshot_id") : null);
        }
        catch (JsonException cause)
        {
            throw new FormatException($"The command is not JSON: {cause.Message}", cause);
        }
    }
}

/// <summary>The JSON of the protocol.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentCommand))]
[JsonSerializable(typeof(AgentMessage))]
[JsonSerializable(typeof(AgentHeartbeat))]
internal sealed partial class AgentJson : JsonSerializerContext;
