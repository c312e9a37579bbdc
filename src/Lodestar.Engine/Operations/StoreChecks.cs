using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Looks at the runtime store's health.</summary>
internal static class StoreChecks
{
    internal static async Task<IReadOnlyList<HealthCheck>> RunAsync(
        EngineSession session, ProjectSpec? spec, CancellationToken cancellation)
    {
        if (!File.Exists(session.Context.Runtime.Value))
            return [HealthCheck.Info("runtime", "There is no runtime store yet; the first claim makes it.")];
        try
        {
            var findings = await session.Store.CheckIntegrityAsync(cancellation).ConfigureAwait(false);
            if (findings.Count > 0)
                return [.. findings.Take(10).Select(finding => HealthCheck.Fail("runtime", finding, null))];
            var runtime = HealthCheck.Pass("runtime", "The runtime store is sound.");
            return spec is null
                ? [runtime]
                : [runtime, .. await session.Store.ReadAsync(store => Leases(store, spec), cancellation).ConfigureAwait(false)];
        }
        catch (EnvironmentException broken)
        {
            // A health check tells what is broken instead of breaking itself.
            return [HealthCheck.Fail("runtime", broken.Message, broken.Hint)];
        }
    }

    private static List<HealthCheck> Leases(StoreReader store, ProjectSpec spec)
    {
        var project = store.Project(spec.Project.Id);
        var known = spec.Tasks.Select(task => task.Id).ToHashSet();
        var lost = store.LiveLeases(project).Values.Where(lease => !known.Contains(lease.Task)).OrderBy(lease => lease.Task);
        var checks = lost.Select(Unknown).ToList();
        return checks.Count > 0 ? checks : [HealthCheck.Pass("leases", "All leases belong to tasks of the spec.")];
    }

    private static HealthCheck Unknown(Lease lease) => HealthCheck.Warn(
        "leases",
        $"{lease.Agent} holds task {lease.Task}, which is not in the spec, until {lease.Expiry.Wall:yyyy-MM-dd'T'HH:mm:ss'Z'}.",
        "Restore the task's definition, or wait for the lease to end.");
}
