using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>A lease.</summary>
internal sealed record LeaseLine(
    LeaseId LeaseId, TaskId TaskId, AgentId AgentId, DateTimeOffset ExpiresAt, long TtlSeconds, DateTimeOffset CreatedAt, long Fence);

/// <summary>A granted task.</summary>
internal sealed record ClaimAnswer(bool Ok, LeaseLine Lease, ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>What the one before left to say; absent when nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Handoff? HandoffMessage { get; init; }

    /// <summary>Messages of the thread the holder has not read; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? UnreadCount { get; init; }

    /// <summary>The answer for a claim.</summary>
    public static ClaimAnswer Of(Outcome<ClaimedTask> outcome)
    {
        var claim = outcome.Data!;
        return new(
            true,
            new(claim.LeaseId, claim.TaskId, claim.AgentId, claim.ExpiresAt, claim.TtlSeconds, claim.ExpiresAt.AddSeconds(-claim.TtlSeconds), claim.Fence),
            ToolWarning.Of(outcome.Warnings))
        {
            HandoffMessage = claim.HandoffMessage is { } left
                ? new(left.MessageId, left.FromAgentId, left.CreatedAt, left.Text, left.Subject, left.Severity)
                : null,
            UnreadCount = claim.UnreadCount,
        };
    }

    /// <summary>A message left for the next holder.</summary>
    internal sealed record Handoff(
        MessageId MessageId, AgentId FromAgentId, DateTimeOffset CreatedAt, string Text, string? Subject, string? Severity);
}

/// <summary>A lease that runs longer.</summary>
internal sealed record RenewAnswer(bool Ok, RenewAnswer.Renewed Lease)
{
    /// <summary>The answer for a renewal.</summary>
    public static RenewAnswer Of(RenewedLease lease) =>
        new(true, new(lease.LeaseId, lease.TaskId, lease.AgentId, lease.ExpiresAt, lease.TtlSeconds, lease.Fence));

    /// <summary>The lease as it is now.</summary>
    internal sealed record Renewed(LeaseId LeaseId, TaskId TaskId, AgentId AgentId, DateTimeOffset ExpiresAt, long TtlSeconds, long Fence);
}

/// <summary>A task given back.</summary>
internal sealed record ReleaseAnswer(bool Ok, ReleaseAnswer.Ended PreviousLease)
{
    /// <summary>Why, as far as it was told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>The answer for a release.</summary>
    public static ReleaseAnswer Of(ReleasedTask task) =>
        new(true, new(task.LeaseId, task.TaskId, task.AgentId, task.ExpiresAt, task.GrantedAt)) { Reason = task.Reason };

    /// <summary>The lease that ended.</summary>
    internal sealed record Ended(LeaseId LeaseId, TaskId TaskId, AgentId AgentId, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt);
}

/// <summary>A finished task.</summary>
internal sealed record DoneAnswer(bool Ok, TaskId TaskId, string Status, ImmutableArray<ToolWarning> Warnings, string? NextStep)
{
    /// <summary>The remark that was recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }
}

/// <summary>An accepted task.</summary>
internal sealed record VerifyAnswer(
    bool Ok, TaskId TaskId, string Status, ImmutableArray<TaskId> NewlyReadyTaskIds, ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>The remark that was recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>The answer for a task accepted, by itself or right after it was done.</summary>
    public static VerifyAnswer Of(
        TaskId task, string status, ImmutableArray<TaskId> unblocked, IReadOnlyList<Warning> warnings, string? note) =>
        new(true, task, status, unblocked, ToolWarning.Of(warnings)) { Note = note };
}
