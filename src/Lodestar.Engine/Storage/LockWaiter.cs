using System.Collections.Concurrent;

namespace Lodestar.Engine.Storage;

/// <summary>Threads that block for others. They are kept for the next one who has to wait: to start one for each wait costs more
/// than what is done with the lock. None is of the thread pool, which would starve while they block.</summary>
internal sealed class LockWaiter
{
    private static readonly ConcurrentStack<LockWaiter> Idle = [];

    private readonly object gate = new();
    private Action? work;

    private LockWaiter()
    {
    }

    /// <summary>Does something on another thread, soon.</summary>
    /// <param name="work">What may block. It must not throw.</param>
    internal static void Run(Action work)
    {
        if (!Idle.TryPop(out var waiter))
        {
            waiter = new();
            new Thread(waiter.Serve) { IsBackground = true, Name = "waits for a lock" }.Start();
        }

        lock (waiter.gate)
        {
            waiter.work = work;
            Monitor.Pulse(waiter.gate);
        }
    }

    private void Serve()
    {
        while (true)
        {
            Next()();
            Idle.Push(this);
        }
    }

    private Action Next()
    {
        lock (gate)
        {
            while (work is null)
                Monitor.Wait(gate);
            var next = work;
            work = null;
            return next;
        }
    }
}
