using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read after working on a task.</summary>
internal static class TaskWorkText
{
    /// <summary>A granted lease, and what the task is about.</summary>
    public static void Claimed(Page page, ClaimedTask claim)
    {
        page.Line($"Claimed task {claim.TaskId}", Ink.Bold);
        page.Field("Agent", claim.AgentId.Value);
        page.Field("Lease", claim.LeaseId.Value);
        page.Field("Fence", $"{claim.Fence}");
        page.Field("Expires in", page.Until(claim.ExpiresAt));
        if (claim.HandoffMessage is { } message)
        {
            page.Title($"Hand-off ({claim.UnreadCount} unread)");
            page.Field("From", message.FromAgentId.Value);
            page.Field("Subject", message.Subject);
            page.Field("Severity", message.Severity);
            page.Block(message.Text);
        }

        if (claim.Context is not { } context)
            return;
        page.Title(context.Title);
        if (context.Description.Length > 0)
            page.Block(context.Description);
        if (!context.AcceptanceCriteria.IsDefaultOrEmpty)
            page.Title("Done when").Bullets(context.AcceptanceCriteria);
        page.Field("PRD", context.PrdSource);
    }

    /// <summary>A lease that runs longer.</summary>
    public static void Renewed(Page page, RenewedLease lease) =>
        page.Line($"Renewed the lease of task {lease.TaskId}; it expires in {page.Until(lease.ExpiresAt)}");

    /// <summary>Accepted tasks, and what they opened.</summary>
    public static void Verified(Page page, VerifiedTasks tasks)
    {
        page.Line($"Verified {string.Join(", ", tasks.TaskIds.Select(id => id.Value))}");
        page.Field("Unblocked", tasks.Unblocked.Select(id => id.Value));
    }

    /// <summary>A task that is finished and accepted, and what it opened.</summary>
    public static void Finished(Page page, FinishedTask task)
    {
        page.Line($"Task {task.TaskId} is {task.Status}");
        page.Field("Unblocked", task.Unblocked.Select(id => id.Value));
    }

    /// <summary>Tasks that are out of the plan.</summary>
    public static void Deleted(Page page, DeletedTasks tasks) =>
        page.Line($"Deleted {Quantity.Of(tasks.Count, "task")}").Bullets(tasks.Deleted.Select(task => $"{task.Id} - {task.Title}"));

    /// <summary>Tasks that are in the plan again.</summary>
    public static void Restored(Page page, RestoredTasks tasks) =>
        page.Line($"Restored {Quantity.Of(tasks.Count, "task")}").Bullets(tasks.Restored.Select(task => $"{task.Id} - {task.Title} ({task.Status})"));
}
