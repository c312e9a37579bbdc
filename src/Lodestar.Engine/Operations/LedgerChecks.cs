using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Context;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Looks for runs whose ledger is there and whom the store does not know, as after the store was lost.</summary>
internal static class LedgerChecks
{
    private const int MostNamed = 3;

    /// <summary>Offers to import them. Nobody does so unasked: a store that was removed may have been meant to go.</summary>
    internal static async Task<IReadOnlyList<HealthCheck>> RunAsync(EngineSession session, CancellationToken cancellation)
    {
        try
        {
            var folder = Path.Combine(session.Context.Root.Value, ContextResolver.StateDirectory);
            var known = await KnownAsync(session, cancellation).ConfigureAwait(false);
            var lost = Ledgers(folder).Where(run => !known.Contains(run)).OrderDescending(StringComparer.Ordinal).ToArray();
            if (lost.Length == 0)
                return [];
            var named = string.Join(", ", lost.Take(MostNamed)) + (lost.Length > MostNamed ? $" and {lost.Length - MostNamed} more" : "");
            return [HealthCheck.Info("ledgers", $"The runtime store does not know {named}, of which there is a ledger.") with
            {
                Fix = $"lodestar import ledger {lost[0]}",
            }];
        }
        catch (Exception cause) when (cause is EnvironmentException or IOException or UnauthorizedAccessException)
        {
            return [HealthCheck.Warn("ledgers", $"The ledgers of runs cannot be looked at: {cause.Message}", null)];
        }
    }

    private static async Task<HashSet<string>> KnownAsync(EngineSession session, CancellationToken cancellation)
    {
        if (!File.Exists(session.Context.Runtime.Value))
            return [];
        var found = await session.QueryAsync(
            view => Outcome<HashSet<string>>.Done([.. view.Store.Runs(view.Project).Select(run => run.Id.Value)]), cancellation).ConfigureAwait(false);
        return found.Data ?? [];
    }

    private static IEnumerable<string> Ledgers(string folder)
    {
        var runs = new DirectoryInfo(Path.Combine(folder, "runs"));
        if (!runs.Exists)
            yield break;
        foreach (var run in runs.EnumerateDirectories("run-*"))
        {
            if (TryParse(run.Name) is { } id && File.Exists(RunFolder.LedgerPath(folder, id)))
                yield return id.Value;
        }
    }

    private static RunId? TryParse(string name)
    {
        try
        {
            return RunId.Parse(name);
        }
        catch (FormatException)
        {
            // Somebody's folder of another name is not ours to judge.
            return null;
        }
    }
}
