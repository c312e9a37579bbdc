using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Processes;

/// <summary>Ends a set of processes that may grow while it is being ended: asks, waits, kills, and looks again until
/// nothing is left.</summary>
internal static class TreeEnder
{
    private static readonly TimeSpan KillRound = TimeSpan.FromMilliseconds(250);

    /// <summary>Ends everything <paramref name="find"/> finds, and looks again until it finds nothing alive.</summary>
    /// <param name="find">The living processes to end, looked up anew each round.</param>
    /// <param name="grace">How long a polite request may take; zero kills at once.</param>
    /// <param name="limit">How long it may take in all.</param>
    /// <returns>What was alive at any time, and whether all of it is dead now.</returns>
    internal static async Task<EndedTree> EndAsync(
        Func<IReadOnlyList<ProcessEntry>> find, TimeSpan grace, TimeSpan limit)
    {
        var seen = new Dictionary<(int, long), ProcessEntry>();
        var start = Environment.TickCount64;
        while (true)
        {
            var living = find();
            if (living.Count == 0)
                return new EndedTree([.. seen.Values], true);
            var elapsed = TimeSpan.FromMilliseconds(Environment.TickCount64 - start);
            if (elapsed > limit)
                return new EndedTree([.. seen.Values], false);

            var polite = elapsed < grace;
            var handles = new List<SafeFileHandle>();
            foreach (var entry in living)
            {
                // One polite request each: repeating it would restart an agent's own orderly shutdown.
                var isNew = seen.TryAdd((entry.Pid, entry.StartTicks), entry);
                if (Open(entry) is not { } handle)
                    continue;
                handles.Add(handle);
                if (!polite)
                    LinuxNative.Send(handle, LinuxNative.SigKill);
                else if (isNew)
                    LinuxNative.Send(handle, LinuxNative.SigTerm);
            }

            if (handles.Count > 0)
                await WaitAsync(handles, polite ? grace - elapsed : KillRound);
            else
                await Task.Yield();
        }
    }

    /// <summary>A handle to exactly this process: opened first, then compared, so that the pid cannot change hands between.</summary>
    private static SafeFileHandle? Open(ProcessEntry entry)
    {
        var handle = LinuxNative.OpenProcess(entry.Pid);
        if (handle is not null && ProcessTable.Read(entry.Pid)?.StartTicks == entry.StartTicks)
            return handle;
        handle?.Dispose();
        return null;
    }

    private static Task WaitAsync(List<SafeFileHandle> handles, TimeSpan limit) => Task.Run(() =>
    {
        var until = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        foreach (var handle in handles)
        {
            using (handle)
                LinuxNative.WaitForEnd(handle, TimeSpan.FromMilliseconds(Math.Max(0, until - Environment.TickCount64)));
        }
    });
}

/// <summary>What was ended.</summary>
/// <param name="Seen">Every process that was alive at any time.</param>
/// <param name="AllDead">False when something could not be ended in time.</param>
internal sealed record EndedTree(IReadOnlyList<ProcessEntry> Seen, bool AllDead);
