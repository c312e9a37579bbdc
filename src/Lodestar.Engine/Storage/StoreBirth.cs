using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>What a store is given once, when it is made.</summary>
internal static class StoreBirth
{
    /// <summary>Writes the facts of the store's birth unless they are there, in the caller's transaction.</summary>
    /// <remarks>Fences begin at the milliseconds of that instant: who still holds a token of a deleted store is stale in its successor too.</remarks>
    internal static void Record(SqliteConnection database, EngineClock clock, IdSource ids)
    {
        if (IsRecorded(database))
            return;
        var now = clock.GetUtcNow();
        const string Insert = "insert into meta (name, value) values (?, ?) on conflict (name) do nothing";
        database.Execute(Insert, "created_at", StoreTime.Text(now));
        database.Execute(Insert, "store_id", ids.Ulid(now));
        database.Execute(Insert, "next_fence", now.ToUnixTimeMilliseconds());
    }

    /// <summary>True when the facts are there.</summary>
    internal static bool IsRecorded(SqliteConnection database) =>
        database.QueryInt64("select count(*) from meta where name = 'next_fence'") > 0;
}
