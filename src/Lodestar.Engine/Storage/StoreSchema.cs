using System.Collections.Immutable;
using Lodestar.Engine.Storage.Predecessor;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>The store's schema: numbered scripts, embedded, applied forward only, all that are missing in one transaction.</summary>
/// <remarks>The number stands in SQLite's <c>user_version</c>; <c>application_id</c> tells our files from others'.</remarks>
internal static class StoreSchema
{
    /// <summary>"LDST" as a number; also what <c>file(1)</c> sees.</summary>
    internal const int ApplicationId = 0x4C445354;

    private const int SmallestPage = 512;
    private const string Prefix = "Lodestar.Engine.Storage.Migrations.";

    private static readonly ImmutableArray<string> Resources =
    [
        .. typeof(StoreSchema).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The schema this program writes.</summary>
    internal static int Latest => Resources.Length;

    /// <summary>What a database file is to us.</summary>
    internal static StoreState Look(SqliteConnection database, string path)
    {
        if (Own(database, path) is { } known)
            return known;

        // Others may be making the store at this instant: only at one moment do its marks and its tables belong together.
        using var moment = database.BeginDeferred();
        if (Own(database, path) is { } made)
            return made;
        if (database.QueryInt64("pragma application_id") != 0 || database.QueryInt64("pragma user_version") != 0)
            throw StoreFailure.Damaged(path);

        // SQLite makes the file before the first transaction fills it: a store whose creator died is an empty one.
        // But it never makes one of less than a page, which it would take for empty.
        var file = new FileInfo(path);
        if (!file.Exists)
            throw StoreFailure.Replaced(path);
        if (file.Length is > 0 and < SmallestPage)
            throw StoreFailure.Damaged(path);
        var things = database.Query(
            "select name from sqlite_master where type <> 'index' and name not like 'sqlite!_%' escape '!'", row => row.Text(0));
        return things.Count == 0 ? StoreState.Empty
            : PredecessorStore.Fits(things) ? StoreState.Predecessor
            : throw StoreFailure.Damaged(path);
    }

    // The mark before the number: whoever sees the mark sees the number that was committed with it, or a later one.
    private static StoreState? Own(SqliteConnection database, string path)
    {
        if (database.QueryInt64("pragma application_id") != ApplicationId)
            return null;
        var version = database.QueryInt64("pragma user_version");
        return version > Latest ? throw StoreFailure.Newer(path, version, Latest)
            : version == Latest ? StoreState.Current
            : StoreState.Older;
    }

    /// <summary>Brings a database of any state to the latest schema and gives it the facts of its birth, all in one
    /// transaction: a crash leaves it as it was.</summary>
    /// <returns>What was taken over from the Python Lodestar; null for a store of our own.</returns>
    internal static TakenOver? BringForward(SqliteConnection database, StoreState state, EngineClock clock, IdSource ids)
    {
        using var transaction = database.BeginImmediate();
        var taken = state == StoreState.Predecessor
            ? PredecessorStore.TakeOver(database, Script(1), () => StoreBirth.Record(database, clock, ids), clock.GetMoment(), ids)
            : null;
        Apply(database, taken is null ? (int)database.QueryInt64("pragma user_version") : 1, Latest);
        StoreBirth.Record(database, clock, ids);
        transaction.Commit();
        return taken;
    }

    /// <summary>A database in memory with the latest schema and no rows: what a store that does not exist yet reads as.</summary>
    internal static SqliteConnection Blank()
    {
        var database = SqliteConnection.Open(":memory:", SqliteAccess.Create, TimeSpan.Zero);
        Apply(database, 0, Latest);
        return database;
    }

    /// <summary>Brings an empty database to a schema, which need not be the latest, in the caller's transaction.</summary>
    internal static void Create(SqliteConnection database, int schema) => Apply(database, 0, schema);

    private static void Apply(SqliteConnection database, int from, int to)
    {
        for (var number = from + 1; number <= to; number++)
            database.ExecuteScript(Script(number));
        database.Execute($"pragma application_id = {ApplicationId}");
        database.Execute($"pragma user_version = {to}");
    }

    private static string Script(int number)
    {
        var resource = Resources[number - 1];
        if (!resource.StartsWith($"{Prefix}{number:D4}-", StringComparison.Ordinal))
            throw new InvalidOperationException($"Migration {number} is missing; found {resource} in its place.");
        using var reader = new StreamReader(typeof(StoreSchema).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}

/// <summary>What a database file is to this program.</summary>
internal enum StoreState
{
    /// <summary>Nothing in it yet.</summary>
    Empty,

    /// <summary>Made by the Python Lodestar; the next write takes it over.</summary>
    Predecessor,

    /// <summary>Of an earlier schema; the next write brings it forward.</summary>
    Older,

    /// <summary>Of this program's schema.</summary>
    Current,
}
