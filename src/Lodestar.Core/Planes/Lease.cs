namespace Lodestar.Core.Planes;

/// <summary>One grant of a task to an agent, for a limited time.</summary>
/// <param name="Id">The grant.</param>
/// <param name="Task">What is held.</param>
/// <param name="Agent">Who holds it.</param>
/// <param name="Fence">Rises with every grant of the store; every later effect under this lease must present it.</param>
/// <param name="Run">The run that holds it through this agent; null for work outside a run.</param>
/// <param name="DefinitionHash">What the task asked for when it was claimed or last renewed.</param>
/// <param name="Term">The length last asked for.</param>
/// <param name="GrantedAt">Wall clock, for people.</param>
/// <param name="Expiry">The first moment at which the task is free again.</param>
public sealed record Lease(
    LeaseId Id,
    TaskId Task,
    AgentId Agent,
    long Fence,
    RunId? Run,
    string DefinitionHash,
    TimeSpan Term,
    DateTimeOffset GrantedAt,
    Moment Expiry)
{
    /// <summary>True while the lease keeps others out. The last instant belongs to the next holder: a lease that ends at
    /// noon is free at noon.</summary>
    public bool IsLive(Moment now) => now.Until(Expiry) > TimeSpan.Zero;
}
