using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>The runtime plane of one project: who works, who holds what, how far each task is.</summary>
/// <remarks>
/// SQLite in write-ahead mode: readers never wait, writers queue. SQLite's own busy handler lets writers starve each
/// other, so every write first queues for a file lock beside the database; the automatic checkpoint happens inside a
/// commit and so inside that lock too, and closing does not touch the files. A store that does not exist reads as an
/// empty one and comes into being with the first write that is not refused.
/// </remarks>
public sealed class RuntimeStore : IDisposable
{
    /// <summary>What the lock file's name has after the store's.</summary>
    internal const string LockSuffix = ".lock";

    private readonly string path;
    private readonly EngineClock clock;
    private readonly IdSource ids;
    private readonly TimeSpan patience;
    private readonly SemaphoreSlim readTurn = new(1, 1);
    private readonly SemaphoreSlim writeTurn = new(1, 1);
    private OpenedStore? reading;
    private OpenedStore? writing;
    private readonly StoreFile file;

    /// <summary>Names the store; nothing is opened yet.</summary>
    /// <param name="path">Where it is or will be.</param>
    /// <param name="clock">Tells the time of every view and transaction.</param>
    /// <param name="ids">Draws identifiers.</param>
    /// <param name="patience">How long a write waits for other writers; 10 seconds when not given.</param>
    public RuntimeStore(RuntimeWritePath path, EngineClock clock, IdSource ids, TimeSpan? patience = null)
    {
        this.path = path.Value;
        this.clock = clock;
        this.ids = ids;
        this.patience = patience ?? TimeSpan.FromSeconds(10);
        file = new(this.path, clock, ids, this.patience);
    }

    /// <summary>Tells the time of every view and transaction.</summary>
    internal EngineClock Clock => clock;

    private string LockPath => path + LockSuffix;

    /// <summary>What happened to the store that its user should know; told once.</summary>
    public Warning? TakeNotice() => file.TakeNotice();

    /// <summary>Begins to watch for changes, by whomever.</summary>
    public StoreWatch Watch() => StoreWatch.Begin(path, clock);

    /// <summary>Looks at one consistent moment of the store. Writes nothing.</summary>
    /// <typeparam name="T">What is found.</typeparam>
    public async Task<T> ReadAsync<T>(Func<StoreReader, T> read, CancellationToken cancellation)
    {
        await readTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return Look(read);
        }
        catch (SqliteException cause)
        {
            throw StoreFailure.From(cause, path);
        }
        finally
        {
            readTurn.Release();
        }
    }

    /// <summary>Changes the store in one transaction. What <paramref name="write"/> throws undoes all of it.</summary>
    /// <typeparam name="T">What the change gives back.</typeparam>
    /// <exception cref="EnvironmentException">The store is busy, damaged, replaced, newer, or the disk is full; nothing was written.</exception>
    public Task<T> WriteAsync<T>(Func<StoreTransaction, T> write, CancellationToken cancellation) =>
        TransactAsync(write, static _ => true, static _ => true, cancellation)!;

    /// <summary>Changes the store in one transaction unless the decision is a refusal: then nothing is written, and a
    /// store that did not exist still does not.</summary>
    /// <typeparam name="T">The data of a decision that is not refused.</typeparam>
    /// <param name="decide">Reads, judges and writes. It may run twice and must have no effect but on the transaction.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    /// <param name="hopeless">Why the decision would be a refusal as the store is; asked only when others are writing, so that who
    /// comes too late does not queue to hear it.</param>
    public async Task<Outcome<T>> DecideAsync<T>(
        Func<StoreTransaction, Outcome<T>> decide, CancellationToken cancellation, Func<StoreReader, Refusal?>? hopeless = null)
        where T : class
    {
        Outcome<T>? refused = null;
        if (!File.Exists(path))
        {
            using var blank = StoreSchema.Blank();
            StoreBirth.Record(blank, clock, ids);
            if (!Rehearse(blank))
                return refused!;
        }

        if (hopeless is not null && IsBusy() && await ReadAsync(hopeless, cancellation).ConfigureAwait(false) is { } late)
            return late;
        return await TransactAsync(decide, outcome => outcome.Refusal is null, Rehearse, cancellation).ConfigureAwait(false) ?? refused!;

        bool Rehearse(SqliteConnection copy)
        {
            var outcome = decide(new StoreTransaction(copy, clock.GetMoment(), ids));
            refused = outcome.Refusal is null ? null : outcome;
            return refused is null;
        }
    }

    /// <summary>Removes the store, unless what it holds forbids it. Others that have it open end their queries undisturbed; who
    /// was about to write is told that the store was replaced, because the file lock is held meanwhile.</summary>
    /// <param name="veto">Looks at the store as it is now and says why it must stay; not asked for one that cannot be read.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    /// <returns>What became of the file, or the refusal.</returns>
    /// <exception cref="EnvironmentException">The store is busy, newer, or its directory cannot be written.</exception>
    public Task<Outcome<StoreRemoval>> RemoveAsync(Func<StoreReader, Refusal?> veto, CancellationToken cancellation) =>
        !Path.Exists(path)
            ? Task.FromResult<Outcome<StoreRemoval>>(new StoreRemoval(false, null))
            : AloneAsync<Outcome<StoreRemoval>>(
                () =>
                {
                    var (refusal, damaged) = Ask(veto);
                    if (refusal is not null)
                        return refusal;
                    Close();
                    return file.Remove(keep: damaged);
                },
                cancellation);

    /// <summary>Looks at the whole file, page by page. Writes nothing.</summary>
    public async Task<StoreDiagnosis> DiagnoseAsync(CancellationToken cancellation)
    {
        await readTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return StoreDiagnosis.Of(path, patience);
        }
        catch (SqliteException cause)
        {
            throw StoreFailure.From(cause, path);
        }
        finally
        {
            readTurn.Release();
        }
    }

    /// <summary>Repairs a damaged file: builds indexes anew, or saves what can be read into a new one. The file as it was is kept.</summary>
    /// <exception cref="EnvironmentException">The store is busy or cannot be written.</exception>
    public Task<StoreRepair> RepairAsync(CancellationToken cancellation) => AloneAsync(
        () =>
        {
            Close();
            return file.Repair();
        },
        cancellation);

    /// <summary>Makes the store from the rows of another one. It appears whole or not at all, and never in place of one that holds anything.</summary>
    /// <param name="copy">The rows.</param>
    /// <param name="cancellation">Ends the wait for other writers.</param>
    /// <returns>What it holds, or the refusal <c>import-not-empty</c> or <c>snapshot-invalid</c>.</returns>
    /// <exception cref="EnvironmentException">The store is busy, cannot be written, or the rows are of a newer schema.</exception>
    public Task<Outcome<StoreContent>> FillAsync(StoreRows copy, CancellationToken cancellation) => AloneAsync<Outcome<StoreContent>>(
        () =>
        {
            if (Path.Exists(path) && !Look(StoreContent.Of).IsEmpty)
                return new Refusal("import-not-empty", $"There is a runtime store {path} already, and it holds something.", "lodestar status");
            Close();
            return file.Fill(copy);
        },
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        readTurn.Dispose();
        writeTurn.Dispose();
    }

    /// <summary>A file that cannot be read vetoes nothing, and is not destroyed either; one of a newer release is left alone.</summary>
    private (Refusal? Refusal, bool Damaged) Ask(Func<StoreReader, Refusal?> veto)
    {
        try
        {
            return (Look(veto), false);
        }
        catch (Exception cause) when (cause is SqliteException { Code: SqliteCode.Corrupt or SqliteCode.NotADatabase } or InvalidDataException or FormatException)
        {
            return (null, true);
        }
        catch (SqliteException cause)
        {
            throw StoreFailure.From(cause, path);
        }
        catch (EnvironmentException cause) when (cause.Code == "store-unreadable")
        {
            return (null, true);
        }
    }

    private void CloseReading()
    {
        reading?.Dispose();
        reading = null;
    }

    private void Close()
    {
        CloseReading();
        writing?.Dispose();
        writing = null;
    }

    private T Look<T>(Func<StoreReader, T> read) => ResetRace.Outlive(() => LookOnce(read), CloseReading);

    private T LookOnce<T>(Func<StoreReader, T> read)
    {
        // A query has no memory of an earlier one, so it simply looks at the file that is there now.
        if (reading is { IsSameFile: false })
            CloseReading();

        reading ??= file.OpenForReading();
        if (reading is null)
        {
            using var passing = file.CopyForReading();
            return read(StoreReader.Over(passing, clock.GetMoment()));
        }

        using var view = reading.Database.BeginDeferred();
        return read(StoreReader.Over(reading.Database, clock.GetMoment()));
    }

    private async Task<T?> TransactAsync<T>(
        Func<StoreTransaction, T> write, Func<T, bool> keep, Func<SqliteConnection, bool> rehearse, CancellationToken cancellation)
    {
        await writeTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var turn = await QueueAsync(cancellation).ConfigureAwait(false);
            writing ??= file.OpenForWriting(rehearse);
            if (writing is null)
                return default;
            var isFirst = !writing.HasWritten;
            var result = writing.Transact(write, keep, clock, ids);
            if (isFirst && writing.HasWritten)
                file.ShortenLog(writing.Database);
            return result;
        }
        catch (Exception cause)
        {
            LetGoOfReplaced();
            if (cause is SqliteException failure)
                throw StoreFailure.From(failure, path);
            throw;
        }
        finally
        {
            writeTurn.Release();
        }
    }

    /// <summary>Does something to the file itself, with nobody writing it and nobody of this store reading it.</summary>
    private async Task<T> AloneAsync<T>(Func<T> act, CancellationToken cancellation)
    {
        await writeTurn.WaitAsync(cancellation).ConfigureAwait(false);
        await readTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var turn = await QueueAsync(cancellation).ConfigureAwait(false);
            return act();
        }
        catch (SqliteException cause)
        {
            throw StoreFailure.From(cause, path);
        }
        finally
        {
            readTurn.Release();
            writeTurn.Release();
        }
    }

    /// <summary>Who wrote to a file that was then replaced is told once, and must decide anew; what it does next goes to the
    /// file that is there now.</summary>
    private void LetGoOfReplaced()
    {
        if (writing is { IsSameFile: false })
        {
            writing.Dispose();
            writing = null;
        }
    }

    private bool IsBusy() => writeTurn.CurrentCount == 0 || FileLock.IsHeld(LockPath);

    private async Task<FileLock> QueueAsync(CancellationToken cancellation)
    {
        try
        {
            return await FileLock.TryAcquireAsync(LockPath, patience, cancellation).ConfigureAwait(false)
                ?? throw StoreFailure.Busy(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(path, cause);
        }
    }
}
