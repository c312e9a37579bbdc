using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Gives a task back unfinished.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">The holder; a caller without identity acts for it.</param>
/// <param name="Fence">The fence the claim gave; checked when given.</param>
/// <param name="Reason">Why, for the record.</param>
public sealed record ReleaseTask(string Task, string? Agent, long? Fence = null, string? Reason = null)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<ReleasedTask>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "task release") is { } refusal
            ? System.Threading.Tasks.Task.FromResult<Outcome<ReleasedTask>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<ReleasedTask> Decide(PlaneChange plane)
    {
        var held = HeldLease.Find(plane, Task, Agent, Fence);
        if (held.Refusal is { } refusal)
            return refusal;
        var (task, lease) = held.Data!;
        plane.Store.EndLease(lease, "released");
        plane.Store.TouchAgent(lease.Agent);
        var data = new JsonObject { ["lease_id"] = lease.Id.Value };
        if (Reason is not null)
            data["reason"] = Reason;
        plane.Append(new("task.release") { Agent = lease.Agent, Task = task.Id, Data = data });
        return Outcome<ReleasedTask>.Done(
            new(task.Id, true, lease.Id, lease.Agent, lease.Expiry.Wall, lease.GrantedAt) { Reason = Reason }, [new("task.next", "lodestar task next", "See what can be claimed")]);
    }
}

/// <summary>A task given back.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Released">True.</param>
/// <param name="LeaseId">The lease that ended.</param>
/// <param name="AgentId">Who held it.</param>
/// <param name="ExpiresAt">When it would have ended by itself.</param>
/// <param name="GrantedAt">When it began.</param>
public sealed record ReleasedTask(
    TaskId TaskId, bool Released, LeaseId LeaseId, AgentId AgentId, DateTimeOffset ExpiresAt, DateTimeOffset GrantedAt)
{
    /// <summary>Why, as far as it was told.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }
}
