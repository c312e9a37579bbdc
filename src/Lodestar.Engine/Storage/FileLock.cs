using System.Runtime.InteropServices;

namespace Lodestar.Engine.Storage;

/// <summary>An exclusive advisory lock on a file, held by this instance until disposed; also between threads of one process.</summary>
/// <remarks>
/// Waiting is done by the kernel's queue, not by polling: pollers starve each other (worst waits of seconds with eight
/// writers). The kernel frees the lock when its holder dies, so a lock file left behind means nothing and is never removed.
/// </remarks>
public sealed class FileLock : IDisposable
{
    private readonly Action release;
    private int released;

    private FileLock(Action release) => this.release = release;

    /// <summary>Waits for the lock, at most as long as given.</summary>
    /// <param name="path">The lock file; created when missing, its content is never touched.</param>
    /// <param name="wait">How long to wait; zero tries once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The held lock, or null when another still held it as the time ran out.</returns>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    public static Task<FileLock?> TryAcquireAsync(string path, TimeSpan wait, CancellationToken cancellation) =>
        OperatingSystem.IsLinux() ? QueueAsync(path, wait, cancellation) : PollAsync(path, wait, cancellation);

    /// <summary>As <see cref="TryAcquireAsync"/>, blocking the calling thread.</summary>
    public static FileLock? TryAcquire(string path, TimeSpan wait, CancellationToken cancellation = default) =>
        TryAcquireAsync(path, wait, cancellation).GetAwaiter().GetResult();

    /// <summary>True when somebody holds the lock at this moment. Writes nothing, and does not keep who wants it out.</summary>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    public static bool IsHeld(string path)
    {
        if (!File.Exists(path))
            return false;
        if (!OperatingSystem.IsLinux())
        {
            using var taken = TryAcquire(path, TimeSpan.Zero);
            return taken is null;
        }

        using var shared = TryShare(path);
        return shared is null && File.Exists(path);
    }

    /// <summary>True when the file system a folder is on has file locks. Writes nothing; elsewhere than on Linux it is taken for granted.</summary>
    /// <exception cref="IOException">The folder cannot be opened.</exception>
    internal static bool CanLock(string folder)
    {
        try
        {
            using var shared = OperatingSystem.IsLinux() ? TryShare(folder) : null;
            return true;
        }
        catch (IOException cause) when (WriteFailure.IsWithoutLocks(cause.HResult))
        {
            return false;
        }
    }

    /// <summary>Keeps out who wants the lock alone, not others who share it. Works where nothing can be written; only on Linux.</summary>
    /// <returns>Null when somebody has it alone, or there is no such file.</returns>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    internal static FileLock? TryShare(string path)
    {
        var descriptor = PosixFile.OpenForLook(path);
        if (descriptor < 0)
            return File.Exists(path) ? throw PosixFile.Failure("open", path) : null;
        if (Take(descriptor, path, PosixFile.SharedLock | PosixFile.DoNotWait))
            return new FileLock(() => _ = PosixFile.Close(descriptor));
        _ = PosixFile.Close(descriptor);
        return null;
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref released, 1) == 0)
            release();
    }

    private static async Task<FileLock?> QueueAsync(string path, TimeSpan wait, CancellationToken cancellation)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var descriptor = PosixFile.OpenForLock(path);
            if (descriptor < 0)
                throw PosixFile.Failure("open", path);
            if (!Take(descriptor, path, PosixFile.ExclusiveLock | PosixFile.DoNotWait))
            {
                var left = wait - patience.Elapsed;
                if (left <= TimeSpan.Zero)
                {
                    _ = PosixFile.Close(descriptor);
                    return null;
                }

                if (!await WaitInQueueAsync(descriptor, path, left, cancellation).ConfigureAwait(false))
                    return null;
            }

            // Somebody may have removed the file meanwhile; a lock on a file without a name excludes nobody.
            if (FileIdentity.Of(path) == FileIdentity.Of(descriptor))
                return new FileLock(() => _ = PosixFile.Close(descriptor));
            _ = PosixFile.Close(descriptor);
        }
    }

    /// <summary>Blocks another thread in the kernel's queue. Who gives up leaves the thread behind; it closes the
    /// descriptor, and with it the lock, as soon as its turn comes.</summary>
    private static async Task<bool> WaitInQueueAsync(
        int descriptor, string path, TimeSpan left, CancellationToken cancellation)
    {
        // Who waited goes on right here, on the thread that got the lock: handing over to another one lets all others wait for
        // the scheduler once more, while the lock is held.
        var turn = new TaskCompletionSource<bool>();
        var abandoned = 0;
        LockWaiter.Run(() =>
        {
            try
            {
                Take(descriptor, path, PosixFile.ExclusiveLock);
                turn.TrySetResult(true);
            }
            catch (IOException cause)
            {
                turn.TrySetException(cause);
            }

            if (Interlocked.Exchange(ref abandoned, 1) == 1)
                _ = PosixFile.Close(descriptor);
        });
        try
        {
            await turn.Task.WaitAsync(left, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException or IOException)
        {
            // The one who comes second closes: the waiter if its turn is still to come, else we.
            if (Interlocked.Exchange(ref abandoned, 1) == 1)
                _ = PosixFile.Close(descriptor);
            if (failure is TimeoutException)
                return false;
            throw;
        }
    }

    private static bool Take(int descriptor, string path, int mode)
    {
        while (PosixFile.Lock(descriptor, mode) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == PosixFile.WouldBlock)
                return false;
            if (error != PosixFile.Interrupted)
                throw PosixFile.Failure("lock", path);
        }

        return true;
    }

    /// <summary>Elsewhere there is no queue to wait in: .NET's own exclusive opening, tried again and again.</summary>
    private static async Task<FileLock?> PollAsync(string path, TimeSpan wait, CancellationToken cancellation)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new FileLock(handle.Dispose);
            }
            catch (IOException) when (File.Exists(path))
            {
                if (patience.Elapsed >= wait)
                    return null;
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellation).ConfigureAwait(false);
            }
        }
    }
}
