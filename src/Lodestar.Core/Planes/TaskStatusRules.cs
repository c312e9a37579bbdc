using System.Text.Json.Nodes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>When a task may become done and verified.</summary>
public static class TaskStatusRules
{
    /// <summary>May the task be called done?</summary>
    /// <returns>A refusal, a warning that goes with it, or neither; a status it already has makes it a no-op.</returns>
    public static StatusStep Complete(TaskBoard board, TaskDefinition task, AgentId? caller)
    {
        if (board.LeaseOf(task.Id) is { } lease)
        {
            if (LeaseRules.ActFor(lease, caller) is { } refusal)
                return StatusStep.No(refusal);
            return LeaseRules.IsRedefined(task, lease.DefinitionHash)
                ? StatusStep.No(LeaseRules.Redefined(task.Id, "claimed"))
                : StatusStep.Yes();
        }

        var status = board.StatusOf(task);
        if (status is TaskStatus.Done or TaskStatus.Verified)
        {
            var word = StatusText.Of(status);
            return LeaseRules.IsRedefined(task, board.StateOf(task.Id)?.DefinitionHash)
                ? StatusStep.No(LeaseRules.Redefined(task.Id, word))
                : StatusStep.Already(new("already-" + word, $"Task {task.Id} was {word} already; nothing was changed."));
        }

        if (status != TaskStatus.Ready)
            return StatusStep.No(LeaseRules.NotReady(task.Id, status));
        var unmet = board.UnmetOf(task);
        return unmet.IsEmpty
            ? StatusStep.Yes(new("not-leased", $"Task {task.Id} was held by nobody; it is done all the same."))
            : StatusStep.No(LeaseRules.Blocked(task.Id, unmet));
    }

    /// <summary>May the task be accepted?</summary>
    public static StatusStep Verify(TaskBoard board, TaskDefinition task)
    {
        var status = board.StatusOf(task);
        if (status is not (TaskStatus.Done or TaskStatus.Verified))
            return StatusStep.No(NotDone(task.Id, status));
        if (LeaseRules.IsRedefined(task, board.StateOf(task.Id)?.DefinitionHash))
            return StatusStep.No(LeaseRules.Redefined(task.Id, StatusText.Of(status)));
        return status == TaskStatus.Verified
            ? StatusStep.Already(new("already-verified", $"Task {task.Id} was verified already; nothing was changed."))
            : StatusStep.Yes();
    }

    private static Refusal NotDone(TaskId task, TaskStatus status) => new(
        "task-not-done",
        $"Task {task} is {StatusText.Of(status)}; only a task that is done can be verified.",
        $"lodestar task done {ShellWord.Quote(task.Value)}")
    {
        Details = new JsonObject { ["task_id"] = task.Value, ["status"] = StatusText.Of(status) },
    };
}

/// <summary>What a rule says of a step from one status to the next.</summary>
/// <param name="Refusal">Why not; null when it may be.</param>
/// <param name="Warning">What to tell the caller besides.</param>
/// <param name="Changes">False when the task is there already.</param>
public readonly record struct StatusStep(Refusal? Refusal, Warning? Warning, bool Changes)
{
    internal static StatusStep No(Refusal refusal) => new(refusal, null, false);

    internal static StatusStep Yes(Warning? warning = null) => new(null, warning, true);

    internal static StatusStep Already(Warning warning) => new(null, warning, false);
}
