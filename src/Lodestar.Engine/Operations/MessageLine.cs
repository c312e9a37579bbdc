using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>A message as listed.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="FromAgentId">Who said it.</param>
/// <param name="ToAgentId">The only recipient, or null.</param>
/// <param name="To">For whom: <c>agent:ID</c>, <c>task:ID</c> or <c>all</c>.</param>
/// <param name="Text">What was said.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ReadBy">Who has read it.</param>
/// <param name="Meta">Headline and severity.</param>
public sealed record MessageLine(
    MessageId MessageId,
    TaskId? TaskId,
    AgentId FromAgentId,
    AgentId? ToAgentId,
    string To,
    string Text,
    DateTimeOffset CreatedAt,
    ImmutableArray<string> ReadBy,
    MessageMeta Meta)
{
    /// <summary>Who read it when, in that order; absent unless asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<MessageReceipt>? Receipts { get; init; }

    internal static MessageLine Of(Message message, StoreReader store, bool withReceipts = false)
    {
        var receipts = store.ReceiptsOf(message.Id);
        return new(
            message.Id,
            message.Draft.Task,
            message.Draft.From,
            message.Draft.To,
            message.Draft.Address,
            message.Draft.Text,
            message.CreatedAt,
            [.. receipts.Select(receipt => receipt.AgentId)],
            new() { Subject = message.Draft.Subject, Severity = message.Draft.Severity })
        {
            Receipts = withReceipts ? [.. receipts.Select(receipt => new MessageReceipt(receipt.AgentId, receipt.ReadAt))] : null,
        };
    }
}

/// <summary>One reading of a message.</summary>
/// <param name="AgentId">Who read it.</param>
/// <param name="ReadAt">When.</param>
public sealed record MessageReceipt(string AgentId, DateTimeOffset ReadAt);

/// <summary>Headline and severity of a message.</summary>
public sealed record MessageMeta
{
    /// <summary>A headline; absent when none was given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>How much it matters; absent when nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Severity { get; init; }
}

/// <summary>How many messages may be asked for at once.</summary>
internal static class MessageLimit
{
    internal const int Most = 1000;

    internal static Refusal? Check(int limit) => limit is > 0 and <= Most
        ? null
        : new("limit-out-of-range", $"{limit} messages cannot be read at once.", $"Ask for 1 to {Most}.");
}
