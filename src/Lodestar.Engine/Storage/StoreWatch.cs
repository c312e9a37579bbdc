namespace Lodestar.Engine.Storage;

/// <summary>Waits until the runtime store may have changed, whoever changed it.</summary>
/// <remarks>
/// Every writer holds the store's lock file from before its transaction until after its commit, so the closing of that
/// file is the moment from which the change can be read; the write-ahead log grows before that. No change between two
/// looks is lost: it is remembered from the moment the watch begins. Where nothing is told (another system, a file
/// system without notices, too many listeners) the store is looked at again and again instead; and rarely even where it
/// is, because a mount may swallow notices.
/// </remarks>
public sealed class StoreWatch : IDisposable
{
    private static readonly TimeSpan WithoutNotices = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan WithNotices = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly FileNotices? notices;
    private TaskCompletionSource waiting = NewTurn();

    private StoreWatch(string path, TimeProvider clock)
    {
        this.clock = clock;
        var store = Path.GetFileName(path);
        notices = FileNotices.TryOpen(
            Path.GetDirectoryName(path)!,
            (name, written) => written ? name == store + RuntimeStore.LockSuffix : name == store,
            Remember);
    }

    /// <summary>Begins to watch. Begin before the first look at the store, so that nothing comes between.</summary>
    /// <param name="path">The store's file; it need not exist.</param>
    /// <param name="clock">Measures the looks that no notice asked for.</param>
    public static StoreWatch Begin(string path, TimeProvider clock) => new(path, clock);

    /// <summary>Waits until the store may have changed since the last time this was asked, or since the beginning.</summary>
    public async Task ChangedAsync(CancellationToken cancellation)
    {
        Task changed;
        lock (gate)
            changed = waiting.Task;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var patience = Task.Delay(notices is { IsListening: true } ? WithNotices : WithoutNotices, clock, enough.Token);
        await Task.WhenAny(changed, patience).ConfigureAwait(false);
        await enough.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        lock (gate)
        {
            if (waiting.Task.IsCompleted)
                waiting = NewTurn();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => notices?.Dispose();

    private void Remember()
    {
        lock (gate)
            waiting.TrySetResult();
    }

    private static TaskCompletionSource NewTurn() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
