using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>How far a task is, as the runtime plane recorded it. It wins over a status in the spec, except <c>deleted</c>.</summary>
/// <param name="Task">The task.</param>
/// <param name="Status">Never <see cref="TaskStatus.Deleted"/>: only the spec says that.</param>
/// <param name="DefinitionHash">What the task asked for when the state was recorded.</param>
/// <param name="ChangedAt">When the state was recorded.</param>
public sealed record TaskState(TaskId Task, TaskStatus Status, string DefinitionHash, DateTimeOffset ChangedAt)
{
    /// <summary>Who finished the task; null when nobody was named.</summary>
    public string? CompletedBy { get; init; }

    /// <summary>When the task was finished.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Who accepted the task; null when nobody was named.</summary>
    public string? VerifiedBy { get; init; }

    /// <summary>When the task was accepted.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }
}
