using Lodestar.Engine;
using Lodestar.Engine.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>What every call into the outside world passes, on its way in and on its way out. A call may be parted, so that
/// its caller can be killed in the middle of it.</summary>
public abstract class CallGate
{
    /// <summary>A gate that lets everything pass at once.</summary>
    public static CallGate Open { get; } = new OpenGate();

    /// <summary>Does a call.</summary>
    public async Task<T> CallAsync<T>(string call, Func<T> act)
    {
        await PassAsync(call, isEntry: true);
        var result = act();
        await PassAsync(call, isEntry: false);
        return result;
    }

    /// <summary>Does a call in two parts.</summary>
    public async Task CallAsync(string call, Action first, Action second)
    {
        await PassAsync(call, isEntry: true);
        first();
        await PassAsync(call + "+", isEntry: false);
        second();
        await PassAsync(call, isEntry: false);
    }

    /// <summary>Checks a call that returns at once.</summary>
    /// <exception cref="EngineKilledException">The caller does not exist any more.</exception>
    public abstract void Reach(string call);

    /// <summary>Lets the caller through at some point, or never, or throws for it.</summary>
    protected abstract Task PassAsync(string call, bool isEntry);

    private sealed class OpenGate : CallGate
    {
        public override void Reach(string call)
        {
        }

        protected override Task PassAsync(string call, bool isEntry) => Task.CompletedTask;
    }
}

/// <summary>The gate of one simulated engine: reorders, delays, kills and breaks.</summary>
/// <param name="schedule">The world's schedule.</param>
/// <param name="engine">The engine.</param>
/// <param name="chaos">What goes wrong.</param>
/// <param name="kill">Kills the engine.</param>
/// <param name="sleep">Told when the engine falls asleep: at which call, and for how long.</param>
/// <param name="trace">Told of every passage.</param>
/// <param name="mark">Told of every labelled point.</param>
internal sealed class EngineGate(
    WorldSchedule schedule,
    Actor engine,
    Chaos chaos,
    Action kill,
    Action<string, TimeSpan> sleep,
    Action<string> trace,
    Action<string> mark) : CallGate
{
    /// <summary>Calls that need room on the disk.</summary>
    private static readonly string[] Writing =
    [
        "store append", "store attach", "store renew", "git update-refs", "git write-blob", "git commit-tree", "git commit",
        "git save", "git checkout", "folder briefing", "ground copy",
    ];

    public override void Reach(string call)
    {
        if (engine.IsDead)
            throw new EngineKilledException();
        mark($"reached {call}");
        if (!chaos.KillsAt(call))
            return;
        trace($"{engine.Name} killed at {call}");
        mark($"killed {call}");
        kill();
        throw new EngineKilledException();
    }

    protected override Task PassAsync(string call, bool isEntry)
    {
        var passed = new TaskCompletionSource();
        if (engine.IsDead)
            return passed.Task;

        void Pass()
        {
            trace($"{engine.Name} {(isEntry ? "calls" : "leaves")} {call}");
            if (chaos.Kills())
            {
                trace($"{engine.Name} killed {(isEntry ? "before" : "after")} {call}");
                kill();
            }
            else if (isEntry && chaos.Sleeps() is { } pause)
            {
                sleep(call, pause);
                schedule.Post(engine, Pass);
            }
            else if (isEntry && Writing.Contains(call) && chaos.IsFull(schedule.Now))
            {
                trace($"no room for {call}");
                mark("disk full");
                passed.SetException(new EnvironmentException("disk-full", $"No space left on the device at {call}."));
            }
            // A host that was started is known to its caller, whatever else goes wrong.
            else if ((isEntry || !call.StartsWith("host", StringComparison.Ordinal)) && chaos.Breaks())
            {
                trace($"{call} breaks {(isEntry ? "before" : "after")} it is done");
                passed.SetException(new EnvironmentException("world-broken", $"The world broke at {call}."));
            }
            else
            {
                passed.SetResult();
            }
        }

        if (chaos.Delay() is { } delay)
            schedule.After(delay, engine, Pass);
        else
            schedule.Post(engine, Pass);
        return passed.Task;
    }
}

/// <summary>What goes wrong in a world, bounded, so that every run comes to its end.</summary>
/// <param name="random">The world's only source of chance.</param>
/// <param name="scenario">How much may go wrong, and where a ledger is cut.</param>
/// <param name="rate">One passage in so many is struck.</param>
internal sealed class Chaos(Random random, Scenario scenario, int rate)
{
    private static readonly string[] Labels = [.. CrashLabel.InLoop];
    private int kills = scenario.Kills;
    private int breaks = scenario.Breaks;
    private int sleeps = scenario.Sleeps;
    private int fulls = scenario.FullDisks;
    private DateTimeOffset fullUntil;
    private long? cutAt = scenario.CutAt;
    private bool isDue;

    private readonly string target = Labels[random.Next(Labels.Length)];
    private bool aims = scenario.Kills > 0;

    /// <summary>Labelled points are few and matter most, so each world has one of them to die at, whatever else kills it.</summary>
    internal bool KillsAt(string label)
    {
        if (label != target || !aims)
            return kills > 0 && random.Next(rate) == 0 && kills-- > 0;
        aims = random.Next(3) != 0;
        return !aims;
    }

    /// <summary>The ledger ends here for whoever wrote it: the engine dies before it does anything more.</summary>
    internal void Written(long seq)
    {
        if (cutAt is { } at && seq >= at)
            (isDue, cutAt) = (true, null);
    }

    internal bool Kills() => isDue ? !(isDue = false) : kills > 0 && random.Next(rate) == 0 && kills-- > 0;

    internal bool Breaks() => breaks > 0 && random.Next(rate) == 0 && breaks-- > 0;

    /// <summary>How long an engine is stopped, from a moment to longer than its leases last; null: not now.</summary>
    internal TimeSpan? Sleeps() => sleeps > 0 && random.Next(rate) == 0 && sleeps-- > 0
        ? TimeSpan.FromMilliseconds(200 + random.Next(25_000))
        : null;

    /// <summary>True while nothing can be written, whoever tries.</summary>
    internal bool IsFull(DateTimeOffset now)
    {
        if (fulls > 0 && random.Next(rate) == 0 && fulls-- > 0)
            fullUntil = now + TimeSpan.FromMilliseconds(random.Next(2) == 0 ? random.Next(100) : random.Next(20_000));
        return now < fullUntil;
    }

    internal TimeSpan? Delay() => random.Next(8) == 0 ? TimeSpan.FromMilliseconds(random.Next(400)) : null;
}
