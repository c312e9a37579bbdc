using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Gives a free, unblocked task to one agent until its lease runs out.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">Who will hold it; null when the caller named nobody.</param>
/// <param name="Term">How long, 1 second to 7 days.</param>
/// <param name="WithContext">Whether to add what the task is about.</param>
public sealed record ClaimTask(string Task, string? Agent, TimeSpan Term, bool WithContext = true)
{
    private const int ContextChars = 4_000;

    /// <summary>Claim although tasks in work may touch the same files; where policy refuses that, with a reason.</summary>
    public bool Force { get; init; }

    /// <summary>Why, for the record; or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<ClaimedTask>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task claim") is { } refusal)
            return refusal;
        TaskDefinition? task = null;
        var claimed = await session.DecideAsync(
            plane => Decide(session, plane, out task), cancellation, plane => Judge(session, plane).Refusal).ConfigureAwait(false);
        if (claimed.Data is not { } lease || !WithContext)
            return claimed;

        // Documents are read when the lease is safe: nobody else waits for them.
        var context = TaskContext.Of(session.Context.Root.Value, task!, new ContextBudget(ContextChars, WithContent: false));
        return Outcome<ClaimedTask>.Done(lease with { Context = context.Data }, claimed.Next, [.. claimed.Warnings, .. context.Warnings]);
    }

    private Outcome<ClaimedTask> Decide(EngineSession session, PlaneChange plane, out TaskDefinition? task)
    {
        task = null;
        var judged = Judge(session, plane);
        if (judged.Data is not { } sound)
            return judged.Refusal!;
        task = sound.Task;
        var agent = sound.Agent;
        var lease = plane.Store.GrantLease(plane.Project, task.Id, agent, null, DefinitionHash.Of(task), Term);
        plane.Store.TouchAgent(agent);
        var data = new JsonObject
        {
            ["lease_id"] = lease.Id.Value,
            ["fence"] = lease.Fence,
            ["ttl_seconds"] = (long)Term.TotalSeconds,
        };
        if (Force)
            data["forced"] = true;
        if (Reason is not null)
            data["reason"] = Reason;
        plane.Append(new("task.claim") { Agent = agent, Task = task.Id, Data = data });
        return Outcome<ClaimedTask>.Done(Answer(plane, task, lease), Next(task.Id, lease), sound.Overlaps);
    }

    private Outcome<Sound> Judge(EngineSession session, PlaneView plane)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } agent)
            return AgentIds.Needed($"lodestar task claim {ShellWord.Quote(Task)}");
        if (LeaseTerm.Check(Term) is { } outOfRange)
            return outOfRange;
        var found = plane.Task(Task);
        if (found.Data is not { } task)
            return found.Refusal!;
        if (LeaseRules.Claim(plane.Board, task) is { } refusal)
            return refusal;
        var overlap = LockOverlap.Check(session, plane.Board, task, agent, Force, Reason);
        return overlap.Refusal is { } overlapping ? overlapping : new Sound(task, agent, overlap.Warnings);
    }

    private ClaimedTask Answer(PlaneChange plane, TaskDefinition task, Lease lease)
    {
        var unread = plane.Store.UnreadInThread(plane.Project, task.Id, lease.Agent);
        return new(lease.Id, task.Id, lease.Agent, lease.Fence, lease.Expiry.Wall, (long)Term.TotalSeconds)
        {
            HandoffMessage = plane.Store.Handoff(plane.Project, task.Id, lease.Agent) is { } message ? HandoffMessage.Of(message) : null,
            UnreadCount = unread == 0 ? null : unread,
        };
    }

    /// <summary>A claim that nothing speaks against.</summary>
    private sealed record Sound(TaskDefinition Task, AgentId Agent, IReadOnlyList<Warning> Overlaps);

    private static NextAction[] Next(TaskId task, Lease lease)
    {
        var word = ShellWord.Quote(task.Value);
        var proof = $"--agent {lease.Agent} --fence {lease.Fence}";
        return
        [
            new("task.context", $"lodestar task context {word}", "Read what the task is about"),
            new("task.show", $"lodestar task show {word}", "See where it stands"),
            new("task.renew", $"lodestar task renew {word} {proof}", "Keep the lease while you work"),
            new("task.done", $"lodestar task done {word} {proof}", "Say that the work is finished"),
            new("task.release", $"lodestar task release {word} {proof}", "Give the task back unfinished"),
        ];
    }
}

/// <summary>A granted task.</summary>
/// <param name="LeaseId">The grant.</param>
/// <param name="TaskId">The task.</param>
/// <param name="AgentId">The holder.</param>
/// <param name="Fence">To be presented with later effects.</param>
/// <param name="ExpiresAt">When the task is free again.</param>
/// <param name="TtlSeconds">The length of the lease.</param>
public sealed record ClaimedTask(
    LeaseId LeaseId, TaskId TaskId, AgentId AgentId, long Fence, DateTimeOffset ExpiresAt, long TtlSeconds)
{
    /// <summary>Of what the holder has not read in the thread: the newest hand-off, else the newest message.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HandoffMessage? HandoffMessage { get; init; }

    /// <summary>How many messages of the thread the holder has not read; absent when none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? UnreadCount { get; init; }

    /// <summary>What the task is about.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskContext? Context { get; init; }
}

/// <summary>What somebody before left for the new holder.</summary>
public sealed record HandoffMessage(
    MessageId MessageId, AgentId FromAgentId, DateTimeOffset CreatedAt, string Text, string? Subject, string? Severity)
{
    internal static HandoffMessage Of(Message message) => new(
        message.Id, message.Draft.From, message.CreatedAt, message.Draft.Text, message.Draft.Subject, message.Draft.Severity);
}
