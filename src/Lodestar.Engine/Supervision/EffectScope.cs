using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>What one effect under way knows: what it is to do, the state it was decided in, and how to record facts.</summary>
public sealed class EffectScope(IdempotencyKey key, Pending pending, RunState state, RunInbox inbox)
{
    // What waits for this only tells a host to stop and waits again, so it may go on inside the loop's turn.
    private readonly TaskCompletionSource<StopReason> stop = new();

    /// <summary>The effect's key.</summary>
    public IdempotencyKey Key => key;

    /// <summary>The effect.</summary>
    public Pending Pending => pending;

    /// <summary>The state when the effect was begun.</summary>
    public RunState State => state;

    /// <summary>Completes when the effect should stop what it waits for.</summary>
    public Task<StopReason> Stopping => stop.Task;

    /// <summary>Asks the effect to stop. Only effects that wait for a program heed it: all others are short.</summary>
    public void Stop(StopReason reason) => stop.TrySetResult(reason);

    /// <summary>Records facts and returns once they are on disk.</summary>
    public Task RecordAsync(params IReadOnlyList<RunEvent> events)
    {
        var recorded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        inbox.Post(new RunMessage.Record(events, "engine", recorded));
        return recorded.Task;
    }

    /// <summary>Records facts nobody waits for.</summary>
    public void Note(params IReadOnlyList<RunEvent> events) => inbox.Post(new RunMessage.Record(events, "engine", null));
}
