using System.Diagnostics.CodeAnalysis;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>What effects tell the loop.</summary>
public abstract record RunMessage
{
    private RunMessage()
    {
    }

    /// <summary>Record these events now; the source is completed once they are.</summary>
    public sealed record Record(IReadOnlyList<RunEvent> Events, string Actor, TaskCompletionSource? Recorded) : RunMessage;

    /// <summary>An effect ended.</summary>
    public sealed record Done(IdempotencyKey Key, EffectOutcome Outcome) : RunMessage;

    /// <summary>An effect threw.</summary>
    public sealed record Broken(IdempotencyKey Key, Exception Cause) : RunMessage;
}

/// <summary>How an effect ended, with the facts to be recorded together with that.</summary>
/// <param name="Result">The result.</param>
/// <param name="Before">Events recorded just before it, in the same transaction.</param>
public sealed record EffectOutcome(EffectResult Result, IReadOnlyList<RunEvent> Before)
{
    /// <summary>The same, with facts recorded before its own.</summary>
    public EffectOutcome After(IEnumerable<RunEvent> earlier) => this with { Before = [.. earlier, .. Before] };

    /// <summary>A result with nothing else to record.</summary>
    public static implicit operator EffectOutcome(EffectResult result) => new(result, []);
}

/// <summary>The loop's inbox. Its length is bounded by the effects in flight: each posts a few messages and waits.</summary>
/// <remarks>Whoever posts never runs the loop: it goes on where it waits.</remarks>
public sealed class RunInbox
{
    private readonly Lock gate = new();
    private readonly Queue<RunMessage> messages = new();
    private TaskCompletionSource? arrived;

    /// <summary>Leaves a message.</summary>
    public void Post(RunMessage message)
    {
        lock (gate)
        {
            messages.Enqueue(message);
            arrived?.TrySetResult();
        }
    }

    /// <summary>Waits for a message, or for a moment.</summary>
    public async Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellation)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            if (messages.Count > 0)
                return;
            arrived = waiting;
        }

        using var timer = clock.CreateTimer(_ => waiting.TrySetResult(), null, atMost, Timeout.InfiniteTimeSpan);
        using var registration = cancellation.Register(() => waiting.TrySetCanceled(cancellation));
        await waiting.Task;
    }

    /// <summary>Takes the next message, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out RunMessage? message)
    {
        lock (gate)
            return messages.TryDequeue(out message);
    }
}
