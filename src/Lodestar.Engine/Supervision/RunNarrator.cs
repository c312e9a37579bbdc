using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Supervision;

/// <summary>Tells a ledger entry by entry, and remembers which task an effect was for: how it ended is told of that task.</summary>
public sealed class RunNarrator
{
    /// <summary>What is told of a reviewer who wants more.</summary>
    public const string ChangesRequested = "review: changes requested";

    private readonly Dictionary<IdempotencyKey, TaskId> tasks = [];

    /// <summary>The task an entry is about, as far as it is known, and what happened; empty for what only the ledger cares
    /// about.</summary>
    public (TaskId? Task, string Text) Tell(LedgerEntry entry)
    {
        if (entry.Event is RunEvent.EffectIntended { Effect.ForTask: { } forTask } intended)
            tasks[intended.Key] = forTask;
        var task = entry.Event is RunEvent.EffectSettled settled
            ? tasks.TryGetValue(settled.Key, out var known) ? known : RunNarration.TaskOf(entry.Event)
            : RunNarration.TaskOf(entry.Event);
        return (task, RunNarration.Tell(entry.Event));
    }
}
