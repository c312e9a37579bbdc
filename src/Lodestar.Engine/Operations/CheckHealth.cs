using System.Collections.Immutable;
using Lodestar.Core;

namespace Lodestar.Engine.Operations;

/// <summary>Checks that the project is sound. It gives all findings even when some of them are failures.</summary>
/// <param name="Opened">The session, or why there is none.</param>
/// <param name="Fix">Whether to repair what is safe to repair: what can be derived again, and what keeps a copy of what it replaces.</param>
public sealed record CheckHealth(Outcome<EngineSession> Opened, bool Fix = false)
{
    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<HealthReport>> ExecuteAsync(CancellationToken cancellation)
    {
        if (Opened.Data is not { } session)
            return Report([HealthCheck.Fail("repository", Opened.Refusal!.Message, Opened.Refusal.Hint)]);
        if (LaneGate.Check(session, "doctor") is { } refusal)
            return refusal;

        var spec = session.LoadSpec();
        return Report(
        [
            HealthCheck.Pass("repository", $"The project is {session.Context.Root}."),
            .. SpecChecks.Run(session, spec),
            .. await StoreChecks.RunAsync(session, spec.Data, Fix, cancellation).ConfigureAwait(false),
            .. await LedgerChecks.RunAsync(session, cancellation).ConfigureAwait(false),
            .. FolderChecks.Run(session.Context, Fix),
            .. await GitChecks.RunAsync(session.Context, cancellation).ConfigureAwait(false),
        ]);
    }

    private static Outcome<HealthReport> Report(ImmutableArray<HealthCheck> checks)
    {
        var failed = checks.Count(check => check.Status == HealthCheck.Failed);
        var report = new HealthReport(failed == 0, checks);
        if (failed == 0)
            return report;
        return Outcome<HealthReport>.Unhealthy(
            report,
            new Refusal(
                "unhealthy", $"{Quantity.Of(failed, "check")} failed.", checks.First(check => check.Status == HealthCheck.Failed).Fix));
    }
}
