using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>One consistent view of the runtime store. Tables are read by extension methods on it, each beside the
/// methods that write the same table; those take a <see cref="StoreTransaction"/>, so a query cannot write.</summary>
public class StoreReader
{
    private protected StoreReader(SqliteConnection database, Moment now)
    {
        Database = database;
        Now = now;
    }

    /// <summary>The moment this view or transaction is judged at: one for all its rules.</summary>
    public Moment Now { get; }

    /// <summary>For the tables of this namespace only; rules and operations never see SQL.</summary>
    internal SqliteConnection Database { get; }

    internal static StoreReader Over(SqliteConnection database, Moment now) => new(database, now);
}

/// <summary>Everything one operation changes: all of it becomes durable together, or none of it.</summary>
public sealed class StoreTransaction : StoreReader
{
    internal StoreTransaction(SqliteConnection database, Moment now, IdSource ids)
        : base(database, now) => Ids = ids;

    /// <summary>Draws identifiers for what is written.</summary>
    public IdSource Ids { get; }

    /// <summary>Takes the next fencing token. It rises over the whole life of the store, across tasks.</summary>
    public long NextFence()
    {
        var fence = FreeFence();
        Database.Execute("update meta set value = ? where name = 'next_fence'", fence + 1);
        return fence;
    }

    /// <summary>The next fencing token, for a lease that is granted in this transaction: its row is what takes it.</summary>
    /// <remarks>The newest lease of all is never forgotten, being the last of its task.</remarks>
    internal long FreeFence() => Database.QueryInt64(
        "select max((select cast(value as integer) from meta where name = 'next_fence'), coalesce((select max(fence) + 1 from leases), 0))");

    /// <summary>Lets tokens rise on from one that another store gave: whoever still holds it is stale here too.</summary>
    public void PassFence(long given) => Database.Execute(
        "update meta set value = max(cast(value as integer), ?) where name = 'next_fence'", given + 1);
}
