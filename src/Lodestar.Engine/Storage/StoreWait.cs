namespace Lodestar.Engine.Storage;

/// <summary>Waiting for something to be in the store.</summary>
public static class StoreWait
{
    /// <summary>Looks at the store now and whenever it may have changed, until there is something to give. A store that is
    /// replaced meanwhile (a reset) is followed to its successor.</summary>
    /// <typeparam name="T">What is waited for.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="look">Gives what is waited for, or null while it is not there.</param>
    /// <param name="limit">How long to wait at most; zero looks once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null when the time was up.</returns>
    public static async Task<T?> UntilAsync<T>(
        this RuntimeStore store, Func<StoreReader, T?> look, TimeSpan limit, CancellationToken cancellation)
        where T : class
    {
        using var watch = store.Watch();
        using var timeUp = new CancellationTokenSource(limit, store.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeUp.Token, cancellation);
        while (true)
        {
            if (await LookAsync(store, look, cancellation).ConfigureAwait(false) is { } found)
                return found;
            try
            {
                await watch.ChangedAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // What came in the last instant still counts.
                return await LookAsync(store, look, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<T?> LookAsync<T>(RuntimeStore store, Func<StoreReader, T?> look, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await store.ReadAsync(look, cancellation).ConfigureAwait(false);
        }
        catch (EnvironmentException cause) when (cause.Code == StoreFailure.ReplacedCode)
        {
            // Replaced in the very moment of opening: its successor's coming is a change, and the next look sees it.
            return null;
        }
    }
}
