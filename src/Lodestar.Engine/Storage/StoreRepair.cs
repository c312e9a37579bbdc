using System.Collections.Immutable;
using Lodestar.Engine.Storage.Predecessor;
using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>What is wrong with a store's file.</summary>
/// <param name="Findings">One sentence each; none when it is sound.</param>
public sealed record StoreDiagnosis(ImmutableArray<string> Findings)
{
    /// <summary>Its identity; empty before it has one.</summary>
    public string StoreId { get; init; } = "";

    /// <summary>The name of the file system it is on; empty when that cannot be told.</summary>
    public string FileSystem { get; init; } = "";

    /// <summary>Whether it is a store of the Python Lodestar, not taken over yet.</summary>
    public bool IsOfPredecessor { get; init; }

    /// <summary>Whether the Python Lodestar opened it after it was taken over.</summary>
    public bool IsTouchedByPredecessor { get; init; }

    /// <summary>Whether a repair may be tried: the file is damaged, not somebody else's.</summary>
    public bool IsRepairable { get; init; }

    /// <summary>Whether only indexes are wrong, which follow from the rows.</summary>
    internal bool OnlyIndexes => Findings.All(finding => finding.Contains(" index ", StringComparison.Ordinal));

    /// <summary>Looks at the file of a store.</summary>
    internal static StoreDiagnosis Of(string path, TimeSpan patience)
    {
        var fileSystem = SharedFileSystem.NameOf(Path.GetDirectoryName(path)!);
        if (Directory.Exists(path))
            return new([$"{path} is a directory, not a runtime store."]);
        try
        {
            using var opened = OpenedStore.OpenForReading(path, patience);
            return Of(opened.Database, path) with { FileSystem = fileSystem };
        }
        catch (SqliteException cause) when (cause.Code is SqliteCode.Corrupt or SqliteCode.NotADatabase)
        {
            return new([$"The runtime store {path} is damaged: {cause.Message}."]) { IsRepairable = true, FileSystem = fileSystem };
        }
    }

    private static StoreDiagnosis Of(SqliteConnection database, string path)
    {
        var things = database.Query("select name from sqlite_master where type = 'table'", row => row.Text(0));
        var isForeign = database.QueryInt64("pragma application_id") != StoreSchema.ApplicationId
            && things.Count > 0 && !PredecessorStore.Fits([.. things.Where(name => !name.StartsWith("sqlite_", StringComparison.Ordinal))]);
        if (isForeign)
            return new([$"{path} is a database of another program."]);
        if (new FileInfo(path).Length is > 0 and < 512)
            return new([$"The runtime store {path} is cut off."]) { IsRepairable = true };
        var state = StoreSchema.Look(database, path);
        var findings = database.Query("pragma integrity_check", row => row.Text(0)).Where(finding => finding != "ok");
        var orphans = state == StoreState.Predecessor
            ? []
            : database.Query("pragma foreign_key_check", row => $"A row of {row.Text(0)} refers to a missing row of {row.Text(2)}.");
        return new([.. findings, .. orphans])
        {
            IsRepairable = true,
            IsOfPredecessor = state == StoreState.Predecessor,
            IsTouchedByPredecessor = state != StoreState.Predecessor && things.Contains("schema_version"),
            StoreId = things.Contains("meta")
                ? database.QueryFirst("select value from meta where name = 'store_id'", row => row.Text(0)) ?? ""
                : "",
        };
    }
}

/// <summary>What a repair did.</summary>
/// <param name="Kept">Where the file is as it was.</param>
/// <param name="Tables">What was saved into a new file; empty when only indexes were built anew.</param>
public sealed record StoreRepair(string Kept, ImmutableArray<SavedTable> Tables);

/// <summary>What was saved of one table.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">Rows that are in the new file.</param>
/// <param name="IsWhole">Whether it could be read from one end to the other.</param>
public sealed record SavedTable(string Name, long Rows, bool IsWhole);
