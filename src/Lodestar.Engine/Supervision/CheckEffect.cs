using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>Runs one check on a clean checkout of an exact commit. A check that could not be run has not passed.</summary>
internal sealed class CheckEffect(RunParts parts, LaneWorkspace workspace, HostedPrograms programs)
{
    internal async Task<EffectOutcome> PerformAsync(
        EffectScope scope, Effect.RunCheck check, CancellationToken cancellation)
    {
        var place = new LanePlace(check.Task, check.Attempt, check.Lane, parts.Ground.PathOf(scope.State.Run, check.Lane));
        var before = new List<RunEvent>();
        var earlier = await programs.EarlierAsync(scope, AgentRole.Check, cancellation);
        if (earlier.Finished is { } finished)
            return await ConcludeAsync(scope, check, place, finished.Report, [.. earlier.Ended], cancellation);
        if (earlier.Ended.Count > 0)
            await scope.RecordAsync(earlier.Ended);

        if (await workspace.BringToAsync(scope, place, null, check.Commit, cancellation) is { } problem)
            return problem.AsOutcome(text => Result(scope, check, "not_run", null, text)).After(before);

        var planned = scope.State.Plan.Checks.First(planned => planned.Name == check.Check);
        var (row, order) = programs.Shell(scope, place, AgentRole.Check, planned.Run, planned.Timeout);
        var end = await programs.RunAsync(scope, order, row, cancellation);
        before.AddRange(end.Events);
        return HostedPrograms.IsOwnEnd(end.Report)
            ? await ConcludeAsync(scope, check, place, end.Report!, before, cancellation)
            : new EffectOutcome(new EffectResult.Interrupted("stopped"), before);
    }

    private async Task<EffectOutcome> ConcludeAsync(
        EffectScope scope,
        Effect.RunCheck check,
        LanePlace place,
        ExitReport report,
        List<RunEvent> before,
        CancellationToken cancellation)
    {
        var status = report.Status switch
        {
            ExitStatus.Completed => "passed",
            ExitStatus.TimedOut => "timed_out",
            ExitStatus.NotStarted => "not_run",
            _ => "failed",
        };
        var output = report.Problem is { } trouble ? $"{report.Text}\n{trouble}" : report.Text;
        var result = Result(scope, check, status, report.ExitCode, output);

        // The next checkout discards what the check changed; that it did is worth knowing.
        var view = await parts.Repository.InspectAsync(place.Path, cancellation);
        var changed = view?.Dirty.Where(dirty => !dirty.Untracked).Select(dirty => dirty.Path).ToArray() ?? [];
        if (changed.Length > 0)
        {
            var finding = new Finding("check-changed-files", $"Check {check.Check} changed {changed.Length} tracked files, first {changed[0]}.");
            before.Add(new RunEvent.FindingRaised(check.Task, check.Attempt, finding));
        }

        return new EffectOutcome(result, before);
    }

    private EffectResult.Checked Result(
        EffectScope scope, Effect.RunCheck check, string status, int? exitCode, string output)
    {
        var now = parts.Clock.GetUtcNow();
        var result = new CheckResult(
            check.Check, check.Tree, status, exitCode, output, (long)(now - scope.Pending.IntendedAt).TotalMilliseconds);
        return new EffectResult.Checked(result, Receipts.Check(scope, check, result, now));
    }
}
