using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>Brings a lane to an exact commit, clean, with the charter's copies and set-up done.</summary>
internal sealed class LaneWorkspace(RunParts parts, HostedPrograms programs)
{
    private static readonly TimeSpan SetupTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Makes the lane ready.</summary>
    /// <param name="scope">The effect it is for.</param>
    /// <param name="place">Task, attempt and lane.</param>
    /// <param name="branch">Branch to be on, or null for a detached HEAD.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null when it is ready; otherwise how the set-up command ended that failed.</returns>
    internal async Task<SetupProblem?> BringToAsync(
        EffectScope scope, LanePlace place, string? branch, CommitId commit, CancellationToken cancellation)
    {
        parts.Reach(CrashLabel.Before("checkout"));
        await parts.Repository.CheckoutAsync(place.Path, branch, commit, cancellation);
        parts.Reach(CrashLabel.After("checkout"));

        var lane = scope.State.Plan.Lane;
        if (!lane.Copy.IsEmpty)
            await parts.Ground.CopyIntoAsync(place.Path, lane.Copy, cancellation);

        var ended = new List<RunEvent>();
        foreach (var command in lane.Setup)
        {
            var (row, order) = programs.Shell(scope, place, AgentRole.Setup, command, SetupTimeout);
            var end = await programs.RunAsync(scope, order, row, cancellation);
            ended.AddRange(end.Events);
            if (end.Report?.Status != ExitStatus.Completed)
                return new SetupProblem(command, end.Report, ended);
        }

        if (ended.Count > 0)
            scope.Note(ended);
        return null;
    }
}

/// <summary>Where an effect works.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempt">Attempt.</param>
/// <param name="Lane">Lane.</param>
/// <param name="Path">Absolute path of the lane's worktree.</param>
internal sealed record LanePlace(TaskId Task, int Attempt, int Lane, string Path);

/// <summary>A set-up command that did not succeed.</summary>
/// <param name="Command">The command.</param>
/// <param name="Report">How it ended; null when it was not run because the effect was being stopped.</param>
/// <param name="Events">To be recorded with the outcome.</param>
internal sealed record SetupProblem(string Command, ExitReport? Report, IReadOnlyList<RunEvent> Events)
{
    /// <summary>The effect's outcome: interrupted when we stopped it, failed otherwise.</summary>
    internal EffectOutcome AsOutcome(Func<string, EffectResult> failed) => HostedPrograms.IsOwnEnd(Report)
        ? new(failed($"Set-up command \"{Command}\" did not succeed.\n{Report!.Text}"), Events)
        : new(new EffectResult.Interrupted("stopped"), Events);
}
