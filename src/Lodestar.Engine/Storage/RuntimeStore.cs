using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Storage.Predecessor;
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

    private const int CheckpointPages = 1000;
    private const long LogSizeLimit = 64 * 1024 * 1024;

    private readonly string path;
    private readonly EngineClock clock;
    private readonly IdSource ids;
    private readonly TimeSpan patience;
    private readonly SemaphoreSlim readTurn = new(1, 1);
    private readonly SemaphoreSlim writeTurn = new(1, 1);
    private OpenedStore? reading;
    private OpenedStore? writing;
    private Warning? notice;

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
    }

    /// <summary>Tells the time of every view and transaction.</summary>
    internal EngineClock Clock => clock;

    private string LockPath => path + LockSuffix;

    /// <summary>What happened to the store that its user should know; told once.</summary>
    public Warning? TakeNotice() => Interlocked.Exchange(ref notice, null);

    /// <summary>Begins to watch for changes, by whomever.</summary>
    public StoreWatch Watch() => StoreWatch.Begin(path, clock);

    /// <summary>Looks at one consistent moment of the store. Writes nothing.</summary>
    /// <typeparam name="T">What is found.</typeparam>
    public async Task<T> ReadAsync<T>(Func<StoreReader, T> read, CancellationToken cancellation)
    {
        await readTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // A query has no memory of an earlier one, so it simply looks at the file that is there now.
            if (reading is { IsSameFile: false })
            {
                reading.Dispose();
                reading = null;
            }

            reading ??= OpenForReading();
            if (reading is null)
            {
                using var passing = CopyForReading();
                return read(StoreReader.Over(passing, clock.GetMoment()));
            }

            using var view = reading.Database.BeginDeferred();
            return read(StoreReader.Over(reading.Database, clock.GetMoment()));
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
    public async Task<Outcome<T>> DecideAsync<T>(Func<StoreTransaction, Outcome<T>> decide, CancellationToken cancellation)
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

        return await TransactAsync(decide, outcome => outcome.Refusal is null, Rehearse, cancellation).ConfigureAwait(false) ?? refused!;

        bool Rehearse(SqliteConnection copy)
        {
            var outcome = decide(new StoreTransaction(copy, clock.GetMoment(), ids));
            refused = outcome.Refusal is null ? null : outcome;
            return refused is null;
        }
    }

    /// <summary>Checks every page and index; gives SQLite's findings, none for a sound or missing store.</summary>
    public Task<IReadOnlyList<string>> CheckIntegrityAsync(CancellationToken cancellation) => ReadAsync<IReadOnlyList<string>>(
        view =>
        [
            .. view.Database.Query("pragma integrity_check", row => row.Text(0)).Where(finding => finding != "ok"),
            .. view.Database.Query("pragma foreign_key_check", row => $"row of {row.Text(0)} refers to a missing row of {row.Text(2)}"),
        ],
        cancellation);

    /// <inheritdoc/>
    public void Dispose()
    {
        reading?.Dispose();
        writing?.Dispose();
        readTurn.Dispose();
        writeTurn.Dispose();
    }

    private async Task<T?> TransactAsync<T>(
        Func<StoreTransaction, T> write, Func<T, bool> keep, Func<SqliteConnection, bool> rehearse, CancellationToken cancellation)
    {
        await writeTurn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var turn = await QueueAsync(cancellation).ConfigureAwait(false);
            writing ??= OpenForWriting(rehearse);
            if (writing is null)
                return default;
            RequireSameFile();
            using var transaction = writing.Database.BeginImmediate();
            var result = write(new StoreTransaction(writing.Database, clock.GetMoment(), ids));
            if (!keep(result))
                return result;

            // A commit to a file that lost its name would be acknowledged and then gone.
            RequireSameFile();
            transaction.Commit();
            return result;
        }
        catch (SqliteException cause)
        {
            throw StoreFailure.From(cause, path);
        }
        finally
        {
            LetGoOfReplaced();
            writeTurn.Release();
        }
    }

    private void RequireSameFile()
    {
        if (!writing!.IsSameFile)
            throw StoreFailure.Replaced(path);
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

    /// <summary>Opens the store to be read as it is; null when that needs a copy.</summary>
    private OpenedStore? OpenForReading()
    {
        if (FileIdentity.Of(path) is null)
            return null;
        RequireLocalFileSystem();
        var opened = OpenedStore.Open(path, SqliteAccess.Read, patience);
        try
        {
            if (StoreSchema.Look(opened.Database, path) == StoreState.Current)
                return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }

        opened.Dispose();
        return null;
    }

    /// <summary>What a missing, empty or older store reads as: a copy in memory brought to the latest schema, because a
    /// query must not change the file.</summary>
    private SqliteConnection CopyForReading()
    {
        if (FileIdentity.Of(path) is null)
            return StoreSchema.Blank();
        using var opened = OpenedStore.Open(path, SqliteAccess.Read, patience);
        var state = StoreSchema.Look(opened.Database, path);
        return state == StoreState.Empty ? StoreSchema.Blank() : CopyBroughtForward(opened.Database, state);
    }

    /// <summary>Opens the store to be written, brought to the latest schema; null when that was not worth doing, because
    /// what is to be written is refused.</summary>
    private OpenedStore? OpenForWriting(Func<SqliteConnection, bool> rehearse)
    {
        RequireLocalFileSystem();
        var opened = OpenedStore.Open(path, SqliteAccess.Create, patience);
        try
        {
            var database = opened.Database;
            var state = StoreSchema.Look(database, path);
            var hasRows = state is StoreState.Older or StoreState.Predecessor;
            if (hasRows && !RehearseOnCopy(database, state, rehearse))
            {
                opened.Dispose();
                return null;
            }

            var backup = hasRows ? StoreBackup.Take(database, path, "before-upgrade", clock) : null;
            Prepare(database, state);
            if (state != StoreState.Current || !StoreBirth.IsRecorded(database))
            {
                if (StoreSchema.BringForward(database, state, clock, ids) is { } taken)
                    notice = TakenOverNotice(taken, backup!);
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private bool RehearseOnCopy(SqliteConnection database, StoreState state, Func<SqliteConnection, bool> rehearse)
    {
        using var copy = CopyBroughtForward(database, state);
        return rehearse(copy);
    }

    private SqliteConnection CopyBroughtForward(SqliteConnection database, StoreState state)
    {
        var copy = SqliteConnection.Open(":memory:", SqliteAccess.Create, TimeSpan.Zero);
        try
        {
            database.CopyTo(copy);
            StoreSchema.BringForward(copy, state, clock, ids);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private void Prepare(SqliteConnection database, StoreState state)
    {
        // So that pages freed by forgetting old history can be given back; it can only be chosen for an empty file.
        if (state == StoreState.Empty)
            database.Execute("pragma auto_vacuum = incremental");
        var mode = database.QueryFirst("pragma journal_mode = wal", row => row.Text(0));
        if (mode != "wal")
            throw StoreFailure.Shared(path, $"a file system without shared memory (journal mode {mode})");
        database.Execute("pragma synchronous = full");
        database.Execute("pragma foreign_keys = on");
        database.Execute($"pragma wal_autocheckpoint = {CheckpointPages}");
        database.Execute($"pragma journal_size_limit = {LogSizeLimit}");
    }

    private static Warning TakenOverNotice(TakenOver taken, string backup) => new(
        "store-taken-over",
        $"The runtime store of the Python Lodestar was taken over ({taken.Agents} agents, {taken.Leases} leases, {taken.Messages} messages, "
        + $"{taken.Events} events); {backup} is the file as it was."
        + (taken.LeftOver == 0 ? "" : $" {taken.LeftOver} rows could not be taken over whole; they are kept as events of type store.left_over."));

    private void RequireLocalFileSystem()
    {
        var fileSystem = SharedFileSystem.NameOf(Path.GetDirectoryName(path)!);
        if (SharedFileSystem.Refuses(fileSystem))
            throw StoreFailure.Shared(path, fileSystem);
    }
}
