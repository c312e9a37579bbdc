using System.Text;
using System.Text.Json.Serialization;
using Lodestar.Core.Runs;

namespace Lodestar.Core;

/// <summary>A task of the spec, as written there; any text a file can hold safely once escaped (see <see cref="RefName"/>).</summary>
[JsonConverter(typeof(TextIdConverter<TaskId>))]
public readonly record struct TaskId(string Value) : ITextId<TaskId>, IComparable<TaskId>
{
    /// <summary>The longest id, in UTF-8 bytes; its escaped form must still fit in one file name.</summary>
    public const int MaxBytes = 80;

    /// <inheritdoc/>
    public static TaskId Parse(string text) => Problem(text) is { } problem ? throw new FormatException(problem) : new(text);

    /// <summary>Says what is wrong with a task id, or null when nothing is.</summary>
    public static string? Problem(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "A task id is empty.";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return $"Task id \"{text}\" begins or ends with a blank.";
        if (System.Text.Encoding.UTF8.GetByteCount(text) > MaxBytes)
            return $"Task id \"{text[..20]}...\" is longer than {MaxBytes} bytes.";
        foreach (var character in text)
        {
            if (char.IsControl(character))
                return "A task id holds a control character.";
        }

        return null;
    }

    /// <summary>Orders by code point, so that every machine sorts alike.</summary>
    public int CompareTo(TaskId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>An agent identity: <c>A</c> and eight upper-case hex digits.</summary>
[JsonConverter(typeof(TextIdConverter<AgentId>))]
public readonly record struct AgentId(string Value) : ITextId<AgentId>, IComparable<AgentId>
{
    /// <inheritdoc/>
    public static AgentId Parse(string text) => IdText.IsHex(text, 'A', 8)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form A and 8 upper-case hex digits.");

    /// <summary>Orders by code point, so that every machine sorts alike.</summary>
    public int CompareTo(AgentId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One grant of a task to an agent: <c>L</c> and eight upper-case hex digits.</summary>
[JsonConverter(typeof(TextIdConverter<LeaseId>))]
public readonly record struct LeaseId(string Value) : ITextId<LeaseId>, IComparable<LeaseId>
{
    /// <inheritdoc/>
    public static LeaseId Parse(string text) => IdText.IsHex(text, 'L', 8)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form L and 8 upper-case hex digits.");

    /// <summary>The id of the lease that has this fence.</summary>
    /// <remarks>Fences are never used twice, so neither is an id, without looking for it: multiplying by an odd number gives each of
    /// 2^32 fences that follow each other another id, and neighbours none that look alike (Knuth, multiplicative hashing).</remarks>
    public static LeaseId OfFence(long fence) => new($"L{unchecked((uint)fence * 2_654_435_761u):X8}");

    /// <summary>Orders by code point, so that every machine sorts alike.</summary>
    public int CompareTo(LeaseId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One message: <c>M</c> and twelve upper-case hex digits.</summary>
[JsonConverter(typeof(TextIdConverter<MessageId>))]
public readonly record struct MessageId(string Value) : ITextId<MessageId>, IComparable<MessageId>
{
    /// <inheritdoc/>
    public static MessageId Parse(string text) => IdText.IsHex(text, 'M', 12)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form M and 12 upper-case hex digits.");

    /// <summary>Orders by code point, so that every machine sorts alike.</summary>
    public int CompareTo(MessageId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One incarnation of an agent or check process: <c>P</c> and twelve upper-case hex digits. Never an operating system pid.</summary>
[JsonConverter(typeof(TextIdConverter<ProcessId>))]
public readonly record struct ProcessId(string Value) : ITextId<ProcessId>, IComparable<ProcessId>
{
    /// <inheritdoc/>
    public static ProcessId Parse(string text) => IdText.IsHex(text, 'P', 12)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form P and 12 upper-case hex digits.");

    /// <summary>Orders by code point, so that every machine sorts alike.</summary>
    public int CompareTo(ProcessId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One execution of a mission: <c>run-YYYYMMDD-HHMMSS-</c> and eight hex digits.</summary>
[JsonConverter(typeof(TextIdConverter<RunId>))]
public readonly record struct RunId(string Value) : ITextId<RunId>, IComparable<RunId>
{
    /// <inheritdoc/>
    public static RunId Parse(string text) => IdText.IsRun(text)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form run-YYYYMMDD-HHMMSS-<8 hex digits>.");

    /// <summary>Orders by text, which for this form is also by time.</summary>
    public int CompareTo(RunId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A mission's identity: a ULID. The slug is for people.</summary>
[JsonConverter(typeof(TextIdConverter<MissionId>))]
public readonly record struct MissionId(string Value) : ITextId<MissionId>, IComparable<MissionId>
{
    /// <inheritdoc/>
    public static MissionId Parse(string text) => IdText.IsUlid(text)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form a ULID (26 characters).");

    /// <summary>Orders by text, which for this form is also by time.</summary>
    public int CompareTo(MissionId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A project's identity: a ULID, written by init.</summary>
[JsonConverter(typeof(TextIdConverter<ProjectId>))]
public readonly record struct ProjectId(string Value) : ITextId<ProjectId>, IComparable<ProjectId>
{
    /// <inheritdoc/>
    public static ProjectId Parse(string text) => IdText.IsUlid(text)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not of the form a ULID (26 characters).");

    /// <summary>The identity of a project whose spec names none: it follows from where its history began, so every clone of it
    /// has the same, also after its store was deleted.</summary>
    /// <param name="rootCommit">The commit its history began with.</param>
    /// <param name="folder">The project's folder in the repository, <c>.</c> for the whole: one repository may hold several.</param>
    public static ProjectId OfHistory(string rootCommit, string folder) =>
        new(UlidText.OfDigest(ShortDigest.Of(Encoding.UTF8.GetBytes($"project\n{rootCommit}\n{folder}"))));

    /// <summary>Orders by text, which for this form is also by time.</summary>
    public int CompareTo(ProjectId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
