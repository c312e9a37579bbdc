using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>A stored message.</summary>
internal sealed record SendAnswer(bool Ok, MessageId MessageId, ImmutableArray<string> DeliveredTo, DateTimeOffset SentAt)
{
    /// <summary>Its headline; absent when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>How much it matters; absent when nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Severity { get; init; }

    /// <summary>The resources it changed.</summary>
    [JsonIgnore]
    public ImmutableArray<string> Resources { get; init; } = [];

    /// <summary>The answer for a message.</summary>
    public static SendAnswer Of(SentMessage sent, string? subject, string? severity)
    {
        var (task, agent) = (sent.TaskId?.Value, sent.ToAgentId?.Value);
        return new(
            true,
            sent.MessageId,
            [.. task is null ? [] : new[] { $"task:{task}" }, .. agent is null ? [] : new[] { $"agent:{agent}" }],
            sent.SentAt)
        {
            Subject = subject,
            Severity = severity,
            Resources =
            [
                .. task is null ? [] : new[] { ResourceUris.Thread(task) },
                .. agent is null ? [] : new[] { ResourceUris.Inbox(agent) },
            ],
        };
    }
}

/// <summary>Messages of a thread.</summary>
internal sealed record ThreadAnswer(bool Ok, TaskId TaskId, ImmutableArray<MessageLine> Messages, int Count);
