using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Runs;

/// <summary>Runs the plan's checks on the commit a moved base branch would go to, before it goes there.</summary>
internal static class IntegrationChecks
{
    /// <returns>The refusal of the first check that did not pass; null when all did.</returns>
    internal static async Task<Refusal?> RunAsync(
        RunDesk desk, RunState state, CommitId commit, CancellationToken cancellation)
    {
        if (state.Plan.Checks.IsEmpty)
            return null;
        await using var repository = await desk.RepositoryAsync(cancellation);
        var ground = desk.Ground();
        var path = ground.IntegrationPath;
        try
        {
            foreach (var check in state.Plan.Checks)
            {
                await repository.CheckoutAsync(path, null, commit, cancellation);
                await ground.CopyIntoAsync(path, state.Plan.Lane.Copy, cancellation);
                foreach (var command in state.Plan.Lane.Setup.Append(check.Run))
                {
                    var report = await RunAsync(desk, state, command, path, check.Timeout, cancellation);
                    if (report.Status != ExitStatus.Completed)
                        return new Refusal(
                            "check-failed",
                            $"Check {check.Name} does not pass on {state.Plan.BaseBranch} with run {state.Run}.",
                            $"lodestar run diff --run {state.Run}")
                        {
                            Details = new() { ["check"] = check.Name, ["output"] = report.Text },
                        };
                }
            }

            return null;
        }
        finally
        {
            await repository.RemoveWorktreeAsync(path, CancellationToken.None);
        }
    }

    private static async Task<ExitReport> RunAsync(
        RunDesk desk, RunState state, string command, string path, TimeSpan timeout, CancellationToken cancellation)
    {
        var process = desk.Session.Ids.Process();
        var order = new HostOrder(
            process,
            "command",
            ["/bin/sh", "-c", command],
            path,
            desk.Ground().EnvironmentFor([], new Dictionary<string, string>
            {
                ["LODESTAR_RUN_ID"] = state.Run.Value,
                ["LODESTAR_PROCESS"] = process.Value,
            }),
            (long)timeout.TotalMilliseconds,
            null,
            Path.Combine(desk.StateFolder, "runs", state.Run.Value, "agents", process.Value),
            [],
            state.Plan.Redact);
        // Its host ends it when this process dies, so it needs no row to be found by.
        await using var hosted = await desk.Machine.Hosts.StartAsync(order, cancellation);
        return await hosted.Completion.WaitAsync(cancellation);
    }
}
