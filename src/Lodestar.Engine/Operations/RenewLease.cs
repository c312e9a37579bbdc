using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Lets a lease run longer, counted from now, under the definition the task has now.</summary>
/// <param name="Task">The task.</param>
/// <param name="Agent">The holder; a caller without identity acts for it.</param>
/// <param name="Term">How long from now.</param>
/// <param name="Fence">The fence the claim gave; checked when given.</param>
public sealed record RenewLease(string Task, string? Agent, TimeSpan Term, long? Fence = null)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<RenewedLease>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        LaneGate.Check(session, "task renew") is { } refusal
            ? System.Threading.Tasks.Task.FromResult<Outcome<RenewedLease>>(refusal)
            : session.DecideAsync(Decide, cancellation);

    private Outcome<RenewedLease> Decide(PlaneChange plane)
    {
        if (LeaseTerm.Check(Term) is { } outOfRange)
            return outOfRange;
        var held = HeldLease.Find(plane, Task, Agent, Fence);
        if (held.Refusal is { } refusal)
            return refusal;
        var (task, lease) = held.Data!;
        var renewed = plane.Store.ExtendLease(lease, Term, DefinitionHash.Of(task));
        plane.Store.TouchAgent(lease.Agent);
        plane.Append(new("task.renew")
        {
            Agent = lease.Agent,
            Task = task.Id,
            Data = new JsonObject { ["lease_id"] = lease.Id.Value, ["ttl_seconds"] = (long)Term.TotalSeconds },
        });
        return Outcome<RenewedLease>.Done(
            new(task.Id, lease.Id, lease.Agent, lease.Fence, renewed.Expiry.Wall, renewed.Expiry.Wall, (long)Term.TotalSeconds),
            [new("task.done", $"lodestar task done {ShellWord.Quote(task.Id.Value)} --agent {lease.Agent} --fence {lease.Fence}", "Say that the work is finished")]);
    }
}

/// <summary>A lease that runs longer.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="LeaseId">The lease.</param>
/// <param name="AgentId">The holder.</param>
/// <param name="Fence">Unchanged.</param>
/// <param name="ExpiresAt">When the task is free again.</param>
/// <param name="NewExpiresAt">The same, by the name the predecessor gave it.</param>
/// <param name="TtlSeconds">The length asked for.</param>
public sealed record RenewedLease(
    TaskId TaskId,
    LeaseId LeaseId,
    AgentId AgentId,
    long Fence,
    DateTimeOffset ExpiresAt,
    DateTimeOffset NewExpiresAt,
    long TtlSeconds);
