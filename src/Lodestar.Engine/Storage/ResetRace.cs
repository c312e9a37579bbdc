using Lodestar.Engine.Storage.Sqlite;

namespace Lodestar.Engine.Storage;

/// <summary>Looks at a store again when a reset took its file away between two steps: that is no damage, and a query is to
/// read what is there now.</summary>
/// <remarks>Whether the file is another one cannot be asked: the number of a file that is gone is given to the next. A store that
/// really cannot be read fails a few times instead of once.</remarks>
internal static class ResetRace
{
    private const int MostLooks = 10;

    /// <summary>Looks until no reset comes between.</summary>
    /// <param name="look">Looks once.</param>
    /// <param name="letGo">Lets go of what was opened.</param>
    internal static T Outlive<T>(Func<T> look, Action letGo)
    {
        for (var looks = 1; ; looks++)
        {
            try
            {
                return look();
            }
            catch (Exception cause) when (looks < MostLooks && CameApart(cause))
            {
                letGo();
            }
        }
    }

    private static bool CameApart(Exception cause) => cause
        is SqliteException { Code: SqliteCode.CannotOpen or SqliteCode.InputOutput }
        or EnvironmentException { Code: StoreFailure.ReplacedCode };
}
