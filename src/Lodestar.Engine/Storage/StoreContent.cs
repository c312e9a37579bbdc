using Lodestar.Core;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>How much a store holds, of all projects.</summary>
/// <param name="Agents">Agents.</param>
/// <param name="Leases">Leases, ended ones included.</param>
/// <param name="Messages">Messages.</param>
/// <param name="Events">Events.</param>
/// <param name="Runs">Runs.</param>
public sealed record StoreContent(long Agents, long Leases, long Messages, long Events, long Runs)
{
    /// <summary>A store without rows.</summary>
    public static StoreContent None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>The run that goes on or can be resumed; null when there is none.</summary>
    public RunId? ActiveRun { get; init; }

    /// <summary>True when nothing was ever recorded.</summary>
    public bool IsEmpty => Agents + Leases + Messages + Events + Runs == 0;

    /// <summary>Counts.</summary>
    public static StoreContent Of(StoreReader store)
    {
        var database = store.Database;
        return new(
            Count(database, "agents"), Count(database, "leases"), Count(database, "messages"), Count(database, "events"), Count(database, "runs"))
        {
            ActiveRun = database.QueryFirst(
                "select run_id from runs where status in ('running', 'paused')", row => row.Text(0)) is { } run ? new RunId(run) : null,
        };
    }

    private static long Count(SqliteConnection database, string table) => database.QueryInt64($"select count(*) from {table}");
}
