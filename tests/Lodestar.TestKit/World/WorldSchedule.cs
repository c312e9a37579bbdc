namespace Lodestar.TestKit.World;

/// <summary>Whose turn it is in a simulated world: everything runs on one thread, one step at a time, in an order drawn
/// from the seed. Time moves only when nobody is ready.</summary>
/// <param name="random">The world's only source of chance.</param>
public sealed class WorldSchedule(Random random)
{
    private readonly List<(Actor Owner, Action Act)> ready = [];
    private readonly PriorityQueue<(Actor Owner, Action Act, WorldTimer? Timer), (DateTimeOffset Due, long Order)> later = new();
    private long order;

    /// <summary>The wall clock.</summary>
    public DateTimeOffset Now { get; private set; } = TestClock.Noon;

    /// <summary>Steps taken so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Who takes the present step.</summary>
    internal Actor? Current { get; private set; }

    /// <summary>Lets an actor go on at some point from now.</summary>
    internal void Post(Actor owner, Action act) => ready.Add((owner, act));

    /// <summary>Lets an actor go on after some time.</summary>
    internal void After(TimeSpan delay, Actor owner, Action act, WorldTimer? timer = null) =>
        later.Enqueue((owner, act, timer), (Now + delay, order++));

    /// <summary>Takes one step.</summary>
    /// <returns>False when nobody will ever be ready again.</returns>
    internal bool Step()
    {
        (Actor Owner, Action Act) next;
        if (ready.Count > 0)
        {
            var pick = random.Next(ready.Count);
            next = ready[pick];
            ready.RemoveAt(pick);
        }
        else if (later.TryDequeue(out var due, out var at))
        {
            if (due.Owner.IsDead || due.Timer?.IsStopped == true)
                return true;
            Now = at.Due > Now ? at.Due : Now;
            next = (due.Owner, due.Act);
        }
        else
        {
            return false;
        }

        if (next.Owner.IsDead)
            return true;
        if (next.Owner.WakesAt is { } wakes && wakes > Now)
        {
            After(wakes - Now, next.Owner, next.Act);
            return true;
        }

        Steps++;
        Run(next.Owner, next.Act);
        return true;
    }

    private void Run(Actor owner, Action act)
    {
        var (outer, context) = (Current, SynchronizationContext.Current);
        Current = owner;
        SynchronizationContext.SetSynchronizationContext(owner.Context);
        try
        {
            act();
        }
        catch (EngineKilledException)
        {
            // Thrown at a labelled point to leave the code of an engine that no longer exists.
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            Current = outer;
        }
    }
}

/// <summary>Something that acts in the world and can die: an engine, or the world itself. What it left to be done when it
/// died is never done.</summary>
/// <param name="schedule">The world's schedule.</param>
/// <param name="name">Name in the trace.</param>
public class Actor(WorldSchedule schedule, string name)
{
    /// <summary>True once it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Name in the trace.</summary>
    public string Name => name;

    /// <summary>Until when it does nothing: its process is stopped, its machine sleeps. Null when it never was.</summary>
    internal DateTimeOffset? WakesAt { get; private set; }

    internal SynchronizationContext Context => field ??= new ActorContext(schedule, this);

    internal void Die() => IsDead = true;

    internal void SleepUntil(DateTimeOffset until) => WakesAt = until;

    private sealed class ActorContext(WorldSchedule schedule, Actor owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => schedule.Post(owner, () => d(state));

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}

/// <summary>The world's clock as one actor sees it.</summary>
internal sealed class WorldClock(WorldSchedule schedule, Actor owner) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => schedule.Now;

    public override long GetTimestamp() => schedule.Now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WorldTimer();
        if (dueTime != Timeout.InfiniteTimeSpan)
            schedule.After(dueTime, owner, () => callback(state), timer);
        return timer;
    }
}

/// <summary>A timer that fires once.</summary>
internal sealed class WorldTimer : ITimer
{
    internal bool IsStopped { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("The loop sets its timers once.");

    public void Dispose() => IsStopped = true;

    public ValueTask DisposeAsync()
    {
        IsStopped = true;
        return ValueTask.CompletedTask;
    }
}

/// <summary>Unwinds the code of an engine that was killed at a labelled point. Whatever it still calls has no effect.</summary>
public sealed class EngineKilledException() : Exception("This engine was killed.");
