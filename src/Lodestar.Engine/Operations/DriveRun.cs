using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Drives a run from its ledger until it pauses or ends. Start, resume, and requests to a run without an engine all
/// come here: there is no second way.</summary>
internal static class DriveRun
{
    /// <summary>Takes the run over and goes on with it.</summary>
    /// <param name="desk">The project's run desk.</param>
    /// <param name="run">The run.</param>
    /// <param name="opening">What this engine begins with, decided on the state as it is found.</param>
    /// <param name="drive">How it is watched and stopped.</param>
    /// <param name="cancellation">Stops at once and leaves a resumable run.</param>
    /// <param name="goesOn">Whether steps will be added to those already proven, so that their proof is looked at first.</param>
    internal static async Task<Outcome<RunState>> FromLedgerAsync(
        RunDesk desk,
        RunId run,
        Func<RunState, (IReadOnlyList<RunEvent> Events, Refusal? Refusal)> opening,
        RunDrive drive,
        CancellationToken cancellation,
        bool goesOn = false)
    {
        var runs = await desk.RunsAsync(cancellation);
        var fence = await runs.AttachAsync(run, cancellation);
        try
        {
            using var copy = new LedgerCopy(RunFolder.LedgerPath(desk.StateFolder, run));
            var taken = await runs.TakeUpAsync(run, copy, cancellation);
            var state = taken.State;
            var (events, refusal) = opening(state);
            if (refusal is not null)
                return refusal;
            var copies = new ReceiptCopies(RunFolder.PathOf(desk.StateFolder, run), run).Look(taken.Proofs, RunFolder.LedgerPath(desk.StateFolder, run));
            // A run that is only wound down adds nothing to its evidence; one that goes on does.
            if (goesOn)
            {
                if (copies.Refusal is { } altered)
                    return altered;
                events = [.. events, .. copies.Findings];
            }

            // Of a run that has only just been entered, nobody has been told yet.
            if (state.Seq == 1)
                drive.Observe([taken.First!], state);

            using var folder = new RunFolder(desk.StateFolder, run);
            await folder.RefillAsync(taken, copies.Broken, after => runs.LinesAsync(run, after, cancellation));
            // The engine that entered the run may have died before it wrote this.
            if (!folder.HasPlan)
                folder.WritePlan(state.Plan, await desk.SnapshotAsync(state.Plan, cancellation));
            await using var ground = await desk.OpenAsync(runs, folder, cancellation);
            await using var supervisor = new Supervisor(ground.Parts, state, fence, drive.Observe);
            await using var interrupt = drive.Pause.Register(() => supervisor.Pause(drive.Actor, $"Paused by {drive.Actor}."));
            var machine = System.Environment.MachineName;
            return await supervisor.RunAsync(
                [new RunEvent.EngineAttached(fence, System.Environment.ProcessId, machine), .. events],
                drive.Actor,
                cancellation);
        }
        catch (EnvironmentException broken)
        {
            // What broke is not the run: once it is mended, the run goes on.
            var resume = $"lodestar resume {run}";
            throw new EnvironmentException(
                broken.Code, broken.Message, broken.Hint is { } mend ? $"{mend} Then: {resume}" : resume, broken);
        }
        finally
        {
            // Also after a failure: an engine that is about to be gone need not be proven dead.
            await runs.DetachAsync(run, fence, CancellationToken.None);
        }
    }
}

/// <summary>How a run is watched and stopped while it is driven.</summary>
/// <param name="Actor">Who drives it.</param>
/// <param name="Observe">Told of everything recorded.</param>
/// <param name="Pause">Asks it to pause.</param>
public sealed record RunDrive(string Actor, Action<IReadOnlyList<LedgerEntry>, RunState> Observe, CancellationToken Pause);
