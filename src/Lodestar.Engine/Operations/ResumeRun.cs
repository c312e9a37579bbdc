using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Goes on with a run that is paused, lost its engine, or failed and was given another chance.</summary>
/// <param name="Run">The run; null for the only one that can be resumed.</param>
public sealed record ResumeRun(RunId? Run)
{
    /// <summary>Resumes the run and drives it to its end.</summary>
    public async Task<Outcome<RunView>> ExecuteAsync(RunDesk desk, RunDrive drive, CancellationToken cancellation)
    {
        var rows = await desk.RowsAsync(cancellation);
        var chosen = RunSelector.ForChange(rows, Run, "resume", row => row.IsActive || row.Status == "failed");
        if (chosen.Data is not { } row)
            return chosen.Refusal!;

        await desk.RequireNoOtherAsync(row.Id, cancellation);
        var driven = await DriveRun.FromLedgerAsync(desk, row.Id, state => Opening(state, drive.Actor), drive, cancellation, goesOn: true);
        if (driven.Data is not { } state)
            return driven.Refusal!;
        return RunOutcomes.Of(state, [.. await desk.FinishAsync(state, cancellation)]);
    }

    private static (IReadOnlyList<RunEvent>, Refusal?) Opening(RunState state, string actor)
    {
        var (happened, refusal) = RunDecider.Resume(state, actor);
        return (happened is null ? [] : [happened], refusal);
    }
}
