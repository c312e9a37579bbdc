using System.Diagnostics;

namespace Lodestar.TestKit;

/// <summary>Waiting for something another process does, by looking again and again.</summary>
public static class Waiting
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until the condition holds.</summary>
    /// <returns>False when it did not hold in time.</returns>
    public static async Task<bool> UntilAsync(Func<bool> condition, TimeSpan limit, TimeSpan? interval = null)
    {
        var since = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(interval ?? Often);
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > limit)
                return false;
            await timer.WaitForNextTickAsync();
        }

        return true;
    }
}
