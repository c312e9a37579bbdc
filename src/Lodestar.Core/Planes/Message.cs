namespace Lodestar.Core.Planes;

/// <summary>Something one agent said, in a task's thread or to another agent.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Draft">What was said.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Seq">Its place in the order of all messages of the store.</param>
public sealed record Message(MessageId Id, MessageDraft Draft, DateTimeOffset CreatedAt, long Seq);

/// <summary>A message before it is stored.</summary>
/// <param name="Task">The thread; null when it is only for one agent.</param>
/// <param name="To">The only recipient; null for everybody in the thread.</param>
/// <param name="From">Who says it.</param>
/// <param name="Text">What is said.</param>
public sealed record MessageDraft(TaskId? Task, AgentId? To, AgentId From, string Text)
{
    /// <summary>The most bytes a text may have.</summary>
    public const int MaxBytes = 16_384;

    /// <summary>A headline, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>One of <see cref="Severities"/>, or null.</summary>
    public string? Severity { get; init; }

    /// <summary>The words for how much a message matters.</summary>
    public static IReadOnlyList<string> Severities { get; } = ["info", "warning", "handoff", "blocker"];
}
