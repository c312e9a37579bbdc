using System.Text;

namespace Lodestar.Core.Planes;

/// <summary>Something one agent said: in a task's thread, to another agent, or to all.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Draft">What was said.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Seq">Its place in the order of all messages of the store.</param>
public sealed record Message(MessageId Id, MessageDraft Draft, DateTimeOffset CreatedAt, long Seq);

/// <summary>A message before it is stored.</summary>
/// <param name="Task">The thread; null when it is in none.</param>
/// <param name="To">The only recipient; null for everybody in the thread, and without a thread for all.</param>
/// <param name="From">Who says it.</param>
/// <param name="Text">What is said.</param>
public sealed record MessageDraft(TaskId? Task, AgentId? To, AgentId From, string Text)
{
    /// <summary>The most bytes a text may have.</summary>
    public const int MaxBytes = 16_384;

    /// <summary>The most bytes a headline, a severity or a sender's name may have.</summary>
    public const int MaxWordBytes = 200;

    /// <summary>A headline, or null.</summary>
    public string? Subject { get; init; }

    /// <summary>How much it matters: one of <see cref="Severities"/>, another word of the sender's, or null.</summary>
    public string? Severity { get; init; }

    /// <summary>The words for how much a message matters.</summary>
    public static IReadOnlyList<string> Severities { get; } = ["info", "warning", "handoff", "blocker"];

    /// <summary>The severity of what is left for the next holder of a task.</summary>
    public const string Handoff = "handoff";

    /// <summary>For whom it is, in one word: <c>agent:ID</c>, <c>task:ID</c> or <c>all</c>.</summary>
    public string Address => To is { } agent ? $"agent:{agent}" : Task is { } task ? $"task:{task}" : MessageAddress.All;

    /// <summary>A severity as it is kept: the word of the vocabulary whatever its letter case, others as they are.</summary>
    public static string? Known(string? severity) =>
        Severities.FirstOrDefault(known => string.Equals(known, severity, StringComparison.OrdinalIgnoreCase));

    /// <summary>Says why a message cannot be sent: the refusal <c>message-invalid</c>, or null.</summary>
    public Refusal? Problem()
    {
        if (string.IsNullOrWhiteSpace(Text))
            return Invalid("The message is empty.", "Say something with --text.");
        if (Encoding.UTF8.GetByteCount(Text) > MaxBytes)
            return Invalid($"The message has more than {MaxBytes} bytes.", "Put long texts in a file and name it.");
        return Word("subject", Subject) ?? Word("severity", Severity) ?? Word("sender", From.Value);
    }

    private static Refusal? Word(string what, string? text)
    {
        if (text is null)
            return null;
        if (Encoding.UTF8.GetByteCount(text) > MaxWordBytes)
            return Invalid($"The {what} has more than {MaxWordBytes} bytes.", "Shorten it.");
        return text.Any(char.IsControl) ? Invalid($"The {what} holds a control character.", "Write it on one line.") : null;
    }

    private static Refusal Invalid(string fact, string hint) => new("message-invalid", fact, hint);
}
