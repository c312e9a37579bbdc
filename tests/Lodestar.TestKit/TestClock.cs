using Lodestar.Core.Planes;
using Lodestar.Engine;

namespace Lodestar.TestKit;

/// <summary>A clock that stands still until told to move. The wall clock and the time since boot can be moved apart.</summary>
public sealed class TestClock : EngineClock
{
    private readonly Lock gate = new();
    private DateTimeOffset wall = Noon;
    private string boot = "boot-1";
    private long bootMilliseconds = 1_000_000;

    /// <summary>The time every test begins at.</summary>
    public static DateTimeOffset Noon { get; } = new(2031, 5, 14, 12, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => GetMoment().Wall;

    /// <inheritdoc/>
    public override long GetTimestamp() => GetMoment().BootMilliseconds * TimeSpan.TicksPerMillisecond;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override Moment GetMoment()
    {
        lock (gate)
            return new(wall, boot, bootMilliseconds);
    }

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan time)
    {
        lock (gate)
        {
            wall += time;
            bootMilliseconds += (long)time.TotalMilliseconds;
        }
    }

    /// <summary>Somebody sets the wall clock; no time passes.</summary>
    public void SetWall(TimeSpan jump)
    {
        lock (gate)
            wall += jump;
    }

    /// <summary>The machine starts again: its own count begins anew.</summary>
    public void Reboot()
    {
        lock (gate)
        {
            boot += "'";
            bootMilliseconds = 0;
        }
    }
}
