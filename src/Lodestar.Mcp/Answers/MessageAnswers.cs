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
            [sent.To],
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

/// <summary>Messages, and where to go on.</summary>
internal abstract record MessagesAnswer(ImmutableArray<MessageLine> Messages, int Count)
{
    /// <summary>The cursor after the last message here: there for a client that follows, on the last page too. Null when
    /// nothing was read yet.</summary>
    [JsonPropertyName("nextCursor")]
    public string? NextCursor { get; init; }

    /// <summary>What the caller should know.</summary>
    public ImmutableArray<ToolWarning> Warnings { get; init; } = [];
}

/// <summary>Messages of a thread.</summary>
internal sealed record ThreadAnswer(bool Ok, TaskId TaskId, ImmutableArray<MessageLine> Messages, int Count) : MessagesAnswer(Messages, Count);

/// <summary>Messages that concern an agent.</summary>
internal sealed record InboxAnswer(bool Ok, AgentId AgentId, ImmutableArray<MessageLine> Messages, int Count, long Unread) : MessagesAnswer(Messages, Count);

/// <summary>Messages that were waited for.</summary>
internal sealed record WaitAnswer(bool Ok, AgentId AgentId, bool Received, bool Timeout, ImmutableArray<MessageLine> Messages, int Count)
    : MessagesAnswer(Messages, Count);

/// <summary>Messages that were searched for, newest first.</summary>
internal sealed record SearchAnswer(bool Ok, ImmutableArray<MessageLine> Messages, int Count) : MessagesAnswer(Messages, Count);

/// <summary>Messages that count as read now.</summary>
internal sealed record AckAnswer(
    bool Ok, TaskId? TaskId, [property: JsonPropertyName("updatedCount")] int UpdatedCount, ImmutableArray<ToolWarning> Warnings);
