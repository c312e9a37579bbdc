using Lodestar.Core;
using Lodestar.Engine.Storage.Predecessor;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>The store's file: how it is opened, and brought to this program's schema first where it has another.</summary>
/// <param name="path">Where it is or will be.</param>
/// <param name="clock">Tells when it was born, and dates copies.</param>
/// <param name="ids">Draws its identity.</param>
/// <param name="patience">How long SQLite waits for a lock.</param>
internal sealed class StoreFile(string path, EngineClock clock, IdSource ids, TimeSpan patience)
{
    private const int CheckpointPages = 1000;
    private const long LogSizeLimit = 64 * 1024 * 1024;

    // Who opens the store alone reads the whole log first; every so many pages it costs less to empty it than to read on.
    private const long ShortLog = 100 * 4096;

    /// <summary>What happened to the store while it was opened that its user should know.</summary>
    internal Warning? Notice { get; private set; }

    /// <summary>Gives the notice and forgets it.</summary>
    internal Warning? TakeNotice()
    {
        var taken = Notice;
        Notice = null;
        return taken;
    }

    /// <summary>Opens the store to be read as it is; null when that needs a copy.</summary>
    internal OpenedStore? OpenForReading()
    {
        if (FileIdentity.Of(path) is null)
            return null;
        RequireLocalFileSystem();
        var opened = OpenedStore.OpenForReading(path, patience);
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
    internal SqliteConnection CopyForReading()
    {
        if (FileIdentity.Of(path) is null)
            return StoreSchema.Blank();
        using var opened = OpenedStore.OpenForReading(path, patience);
        var state = StoreSchema.Look(opened.Database, path);
        return state == StoreState.Empty ? StoreSchema.Blank() : CopyBroughtForward(opened.Database, state);
    }

    /// <summary>Opens the store to be written, brought to the latest schema; null when that was not worth doing, because
    /// what is to be written is refused.</summary>
    internal OpenedStore? OpenForWriting(Func<SqliteConnection, bool> rehearse)
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
                    Notice = TakenOverNotice(taken, backup!);
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

    /// <summary>Empties the log once it has grown long. SQLite begins it anew only where somebody has the store open all the time:
    /// behind commands that come one by one it would grow for ever. The caller holds the lock, and nothing hangs on this.</summary>
    internal void ShortenLog(SqliteConnection database)
    {
        var log = FileStamp.Of(path + "-wal") ?? FileStamp.Of(RealPath.Of(path) + "-wal");
        if (log is not { Size: > ShortLog })
            return;
        try
        {
            // Readers are not waited for: one of the next writers finds none.
            database.WithoutWaiting(() => database.Execute("pragma wal_checkpoint(truncate)"), patience);
        }
        catch (SqliteException)
        {
            // What was committed stands in the log, and whoever cannot read or write it is told so by his own work.
        }
    }

    private static Warning TakenOverNotice(TakenOver taken, string backup) => new(
        "store-taken-over",
        $"The runtime store of the Python Lodestar was taken over ({taken.Agents} agents, {taken.Leases} leases, {taken.Messages} messages, "
        + $"{taken.Events} events); {backup} is the file as it was."
        + (taken.LeftOver == 0 ? "" : $" {taken.LeftOver} rows could not be taken over whole; they are kept as events of type store.left_over."));

    private void RequireLocalFileSystem()
    {
        var directory = Path.GetDirectoryName(path)!;
        if (SharedFileSystem.IsLocal(directory))
            return;
        var fileSystem = SharedFileSystem.NameOf(directory);
        if (SharedFileSystem.Refuses(fileSystem))
            throw StoreFailure.Shared(path, fileSystem);
    }

    /// <summary>Repairs the file. The caller holds the lock and has closed its connections.</summary>
    internal StoreRepair Repair()
    {
        var found = StoreDiagnosis.Of(path, patience);
        if (!found.OnlyIndexes)
            return Salvage();
        using var database = SqliteConnection.Open(path, SqliteAccess.Write, patience);
        var kept = StoreBackup.Take(database, path, "before-repair", clock);
        database.Execute("reindex");
        database.KeepLogOnClose();
        return new(kept, []);
    }

    private StoreRepair Salvage()
    {
        var real = RealPath.Of(path);
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}-0.tmp");
        try
        {
            File.Delete(temporary);
            var saved = StoreSalvage.Build(path, temporary, clock, ids, patience);
            var kept = StoreBackup.FreeName(path, "damaged", clock);
            PosixFile.Link(real, kept);
            foreach (var beside in new[] { "-wal", "-shm" }.Where(suffix => File.Exists(real + suffix)))
            {
                // Before the new file comes: SQLite would apply the old log to it.
                PosixFile.Link(real + beside, kept + beside);
                File.Delete(real + beside);
            }

            File.Move(temporary, real, overwrite: true);
            PosixFile.FlushDirectory(Path.GetDirectoryName(real)!);
            return new(kept, saved);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(path, cause);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Makes the store from the rows of another, beside its place, and puts it there when it is whole. The caller holds
    /// the lock, has closed its connections, and knows that what is there holds nothing.</summary>
    internal Outcome<StoreContent> Fill(StoreRows copy)
    {
        if (copy.Schema > StoreSchema.Latest)
            throw StoreFailure.Newer("of the snapshot", copy.Schema, StoreSchema.Latest);
        if (copy.Schema < 1)
            return Invalid($"{copy.Schema} is no schema");
        RequireLocalFileSystem();
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}-0.tmp");
        try
        {
            File.Delete(temporary);
            StoreContent content;
            using (var database = SqliteConnection.Open(temporary, SqliteAccess.Create, patience))
            {
                if (FillFresh(database, copy) is { } problem)
                    return Invalid(problem);
                content = StoreContent.Of(StoreReader.Over(database, clock.GetMoment()));
            }

            foreach (var beside in new[] { "-wal", "-shm" })
                File.Delete(path + beside);
            File.Move(temporary, path, overwrite: true);
            if (OperatingSystem.IsLinux())
                PosixFile.FlushDirectory(Path.GetDirectoryName(path)!);
            return content;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(path, cause);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string? FillFresh(SqliteConnection database, StoreRows copy)
    {
        database.Execute("pragma auto_vacuum = incremental");
        try
        {
            using var transaction = database.BeginImmediate();
            StoreSchema.Create(database, copy.Schema);
            StoreBirth.Record(database, clock, ids);
            var born = NextFence(database);
            if (StoreCopy.Write(database, copy) is { } problem)
                return problem;

            // A fence of either life of the store is stale in the next.
            database.Execute("update meta set value = ? where name = 'next_fence'", Math.Max(born, NextFence(database)));
            transaction.Commit();
        }
        catch (SqliteException cause) when (cause.Code is SqliteCode.Constraint or SqliteCode.Error)
        {
            return cause.Message;
        }

        StoreSchema.BringForward(database, StoreState.Older, clock, ids);
        return null;
    }

    private static long NextFence(SqliteConnection database) => database.QueryInt64("select value from meta where name = 'next_fence'");

    private static Refusal Invalid(string problem) => new("snapshot-invalid", $"The snapshot's runtime cannot be used: {problem}.");

    /// <summary>Removes the file and what SQLite keeps beside it, or moves it among the copies. The caller holds the lock and
    /// has closed its connections.</summary>
    internal StoreRemoval Remove(bool keep)
    {
        var real = RealPath.Of(path);
        var kept = keep ? StoreBackup.FreeName(path, "damaged", clock) : null;
        try
        {
            if (kept is null)
                File.Delete(real);
            else
                Directory.Move(real, kept);

            // Without its database a log is worth nothing; SQLite itself discards one it finds beside a new file.
            foreach (var beside in new[] { "-wal", "-shm" }.Where(suffix => File.Exists(real + suffix)))
            {
                if (kept is null)
                    File.Delete(real + beside);
                else
                    File.Move(real + beside, kept + beside);
            }

            // Last, and while it is held: who waits for it finds it without a name and takes a new one.
            File.Delete(path + RuntimeStore.LockSuffix);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Unwritable(path, cause);
        }

        if (OperatingSystem.IsLinux())
            PosixFile.FlushDirectory(Path.GetDirectoryName(real)!);
        return new(true, kept);
    }
}

/// <summary>What became of a store's file.</summary>
/// <param name="Removed">Whether there was one.</param>
/// <param name="Kept">Where it is now; null when it is gone.</param>
public sealed record StoreRemoval(bool Removed, string? Kept);
