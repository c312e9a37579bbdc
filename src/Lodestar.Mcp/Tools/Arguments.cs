using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;

namespace Lodestar.Mcp.Tools;

/// <summary>The arguments several tools have, each declared once.</summary>
internal static class Arguments
{
    private const int MostTasks = 100;

    /// <summary>The task.</summary>
    public static Argument<string?> Task { get; } = new("task_id", ArgumentKinds.Id) { Required = true };

    /// <summary>Several tasks.</summary>
    public static Argument<ImmutableArray<string>> Tasks { get; } = new("task_ids", ArgumentKinds.Texts) { Required = true };

    /// <summary>Who acts.</summary>
    public static Argument<string?> Agent { get; } = new("agent_id", ArgumentKinds.Id);

    /// <summary>The proof of the lease.</summary>
    public static Argument<long?> Fence { get; } = new("fence", ArgumentKinds.Whole);

    /// <summary>The length of a lease.</summary>
    public static Argument<long?> Ttl { get; } = new("ttl_seconds", ArgumentKinds.Whole);

    /// <summary>Why, for the record.</summary>
    public static Argument<string?> Reason { get; } = new("reason", ArgumentKinds.Text);

    /// <summary>A remark for the record.</summary>
    public static Argument<string?> Note { get; } = new("note", ArgumentKinds.Text);

    /// <summary>Where to go on.</summary>
    public static Argument<string?> Cursor { get; } = new("cursor", ArgumentKinds.Id);

    /// <summary>The most bytes of one answer.</summary>
    public static Argument<int?> MaxBytes { get; } = new("max_bytes", ArgumentKinds.From(AnswerSize.Least, AnswerSize.Most));

    /// <summary>The words for how much a message matters.</summary>
    public static Argument<string?> Severity { get; } = new("severity", ArgumentKinds.OneOf([.. MessageDraft.Severities]));

    /// <summary>A status, or <c>all</c>.</summary>
    public static Argument<string?> StatusFilter { get; } = new("status", ArgumentKinds.OneOf([.. StatusText.All, "all"]));

    /// <summary>How many items one page holds.</summary>
    public static Argument<int?> Limit(int most) => new("limit", ArgumentKinds.From(1, most));

    /// <summary>The length of a lease that was asked for; the default when none was.</summary>
    /// <exception cref="Engine.RefusedException">No lease can last so long.</exception>
    public static TimeSpan Term(long? seconds, TimeSpan otherwise)
    {
        if (seconds is not { } asked)
            return otherwise;
        // Beyond any lease, and short of what a time span can hold: the rule about leases says what is wrong with it.
        return TimeSpan.FromSeconds(Math.Clamp(asked, -1, (long)LeaseTerm.Longest.TotalSeconds + 1));
    }

    /// <summary>Holds a list of tasks against its bounds.</summary>
    public static Refusal? CheckTasks(ImmutableArray<string> tasks) => tasks switch
    {
        { Length: 0 or > MostTasks } => new("invalid-argument", $"{tasks.Length} tasks are not what one call can take.", $"Name 1 to {MostTasks} tasks.")
        {
            Details = new() { ["argument"] = Tasks.Name, ["given"] = tasks.Length, ["most"] = MostTasks },
        },
        _ when tasks.Any(string.IsNullOrWhiteSpace) => new("invalid-argument", "One of the task ids is blank.", "Name tasks as lodestar_task_list does.")
        {
            Details = new() { ["argument"] = Tasks.Name },
        },
        _ => null,
    };
}
