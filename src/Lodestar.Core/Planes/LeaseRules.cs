using System.Globalization;
using System.Text.Json.Nodes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>Who may claim, keep, give back and finish a task.</summary>
public static class LeaseRules
{
    /// <summary>May the task be given to a new holder? The board's leases are live ones, so expiry has been judged.</summary>
    public static Refusal? Claim(TaskBoard board, TaskDefinition task)
    {
        var status = board.StatusOf(task);
        if (board.LeaseOf(task.Id) is { } lease)
            return Claimed(lease);
        if (status is TaskStatus.Done or TaskStatus.Verified && IsRedefined(task, board.StateOf(task.Id)?.DefinitionHash))
            return Redefined(task.Id, StatusText.Of(status));
        if (status != TaskStatus.Ready)
            return NotReady(task.Id, status);
        var unmet = board.UnmetOf(task);
        return unmet.IsEmpty ? null : Blocked(task.Id, unmet);
    }

    /// <summary>May this caller act under the task's lease? A caller without an identity acts for the holder; a lease of a
    /// run is the run's alone.</summary>
    /// <param name="lease">The live lease.</param>
    /// <param name="caller">Who asks; null without an identity.</param>
    public static Refusal? ActFor(Lease lease, AgentId? caller)
    {
        if (lease.Run is { } run && caller != lease.Agent)
        {
            return new Refusal(
                "lease-not-held",
                $"Task {lease.Task} is held by {lease.Agent} for run {run}.",
                $"lodestar run show {run}")
            {
                Details = HolderOf(lease),
            };
        }

        return caller is null || caller == lease.Agent
            ? null
            : new Refusal(
                "lease-not-held",
                $"Task {lease.Task} is held by {lease.Agent}, not by {caller}.",
                $"lodestar task show {ShellWord.Quote(lease.Task.Value)}")
            {
                Details = HolderOf(lease),
            };
    }

    /// <summary>Is the presented fence the last one granted for the task? Nothing presented passes.</summary>
    public static Refusal? Fence(TaskId task, long? presented, long? last) => presented is null || presented == last
        ? null
        : new Refusal(
            "fence-stale",
            last is null
                ? $"Fence {presented} was never granted for task {task}."
                : $"Fence {presented} of task {task} is stale; the last one granted is {last}.",
            $"lodestar task show {ShellWord.Quote(task.Value)}")
        {
            Details = new JsonObject { ["task_id"] = task.Value, ["presented"] = presented, ["last"] = last },
        };

    /// <summary>The refusal of a verb that needs a live lease where there is none.</summary>
    /// <param name="task">The task.</param>
    /// <param name="ranOut">The lease before, when it was not given back but ran out.</param>
    public static Refusal NotHeld(TaskId task, Lease? ranOut) => new(
        "lease-not-held",
        ranOut is null
            ? $"Task {task} is held by nobody."
            : $"The lease of {ranOut.Agent} on task {task} ran out at {ranOut.Expiry.Wall:yyyy-MM-dd'T'HH:mm:ss'Z'}; nobody holds it now.",
        $"lodestar task show {ShellWord.Quote(task.Value)}")
    {
        Details = new JsonObject
        {
            ["task_id"] = task.Value,
            ["holder"] = null,
            ["last_holder"] = ranOut?.Agent.Value,
            ["expired_at"] = ranOut?.Expiry.Wall.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        },
    };

    /// <summary>True when something was recorded under another definition of the task. Nothing, or an empty digest (a
    /// lease of the Python Lodestar, which kept none), tells no other definition.</summary>
    public static bool IsRedefined(TaskDefinition task, string? recorded) =>
        !string.IsNullOrEmpty(recorded) && recorded != DefinitionHash.Of(task);

    /// <summary>The refusal of an effect meant for an earlier definition.</summary>
    /// <param name="task">The task.</param>
    /// <param name="done">What was done under the earlier definition: <c>claimed</c>, <c>done</c> or <c>verified</c>.</param>
    public static Refusal Redefined(TaskId task, string done)
    {
        var word = ShellWord.Quote(task.Value);
        return new Refusal(
            "task-redefined",
            $"Task {task} was {done} under another definition than it has now.",
            $"lodestar task show {word}")
        {
            Details = new JsonObject { ["task_id"] = task.Value, ["recorded_as"] = done },
            Next =
            [
                new("task.show", $"lodestar task show {word}", "Read the definition as it is now"),
                done == "claimed"
                    ? new("task.renew", $"lodestar task renew {word}", "Go on under the new definition")
                    : new("task.update", $"lodestar task update {word} --status ready", "Release it for work again"),
            ],
        };
    }

    /// <summary>The refusal for a task that is not released for work.</summary>
    public static Refusal NotReady(TaskId task, TaskStatus status) => new(
        "task-not-ready",
        $"Task {task} is {StatusText.Of(status)}, not ready.",
        $"lodestar task why {ShellWord.Quote(task.Value)}")
    {
        Details = new JsonObject { ["task_id"] = task.Value, ["status"] = StatusText.Of(status) },
    };

    /// <summary>The refusal for a task whose dependencies are not verified.</summary>
    public static Refusal Blocked(TaskId task, IReadOnlyCollection<TaskId> unmet) => new(
        "task-blocked",
        $"Task {task} waits for {string.Join(", ", unmet)}.",
        $"lodestar task why {ShellWord.Quote(task.Value)}")
    {
        Details = new JsonObject
        {
            ["task_id"] = task.Value,
            ["unmet"] = new JsonArray([.. unmet.Select(id => (JsonNode)id.Value)]),
        },
    };

    private static Refusal Claimed(Lease lease) => new(
        "task-claimed",
        $"Task {lease.Task} is held by {lease.Agent} until {lease.Expiry.Wall:yyyy-MM-dd'T'HH:mm:ss'Z'}.",
        "lodestar task next")
    {
        Details = HolderOf(lease),
    };

    private static JsonObject HolderOf(Lease lease) => new()
    {
        ["task_id"] = lease.Task.Value,
        ["holder"] = lease.Agent.Value,
        ["run_id"] = lease.Run?.Value,
        ["expires_at"] = lease.Expiry.Wall.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"),
    };
}
