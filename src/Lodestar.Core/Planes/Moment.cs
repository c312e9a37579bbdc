namespace Lodestar.Core.Planes;

/// <summary>Now, in the two measures a lease needs: the wall clock for people and across restarts, and the time since the
/// machine started, which nobody can set.</summary>
/// <param name="Wall">The wall clock, UTC.</param>
/// <param name="Boot">Names the start of the machine that <paramref name="BootMilliseconds"/> counts from; empty when
/// the platform has no such count, and then the wall clock decides alone.</param>
/// <param name="BootMilliseconds">Time since that start, sleep included.</param>
public readonly record struct Moment(DateTimeOffset Wall, string Boot, long BootMilliseconds)
{
    /// <summary>The moment this much later in both measures.</summary>
    public Moment Add(TimeSpan time) =>
        new(Wall + time, Boot, BootMilliseconds + (long)Math.Ceiling(time.TotalMilliseconds));

    /// <summary>How far this moment is before the other: by the machine's own count within one boot, by the wall clock otherwise.</summary>
    public TimeSpan Until(Moment other) => Boot.Length > 0 && Boot == other.Boot
        ? TimeSpan.FromMilliseconds(other.BootMilliseconds - BootMilliseconds)
        : other.Wall - Wall;
}
