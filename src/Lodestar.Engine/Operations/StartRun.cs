using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Plans a run, enters it, and drives it to its end: the verb <c>run</c>.</summary>
/// <param name="Request">What was asked for.</param>
public sealed record StartRun(RunRequest Request)
{
    /// <summary>Starts the run.</summary>
    public async Task<Outcome<RunView>> ExecuteAsync(RunDesk desk, RunDrive drive, CancellationToken cancellation)
    {
        var entered = await EnterAsync(desk, drive.Actor, cancellation);
        if (entered.Data is not { } run)
            return entered.Refusal!;

        var driven = await DriveRun.FromLedgerAsync(desk, run.Id, _ => ([], null), drive, cancellation);
        if (driven.Data is not { } state)
            return driven.Refusal!;
        return RunOutcomes.Of(state, [.. entered.Warnings, .. await desk.FinishAsync(state, cancellation)]);
    }

    /// <summary>Starts the run with an engine in the background.</summary>
    public async Task<Outcome<RunView>> DetachAsync(RunDesk desk, string actor, CancellationToken cancellation)
    {
        var entered = await EnterAsync(desk, actor, cancellation);
        if (entered.Data is not { } run)
            return entered.Refusal!;
        await desk.StartEngineAsync(run.Id, cancellation);
        await desk.WaitForEngineAsync(run.Id, cancellation);
        var shown = await new ShowRun(run.Id).ExecuteAsync(desk, cancellation);
        return Outcome<RunView>.Done(
            shown.Data!, [new("run.watch", $"lodestar run watch {run.Id}", "Watch it live")], entered.Warnings);
    }

    /// <summary>Says what the run would begin with, and enters nothing.</summary>
    public async Task<Outcome<RunView>> RehearseAsync(RunDesk desk, CancellationToken cancellation)
    {
        var prepared = await desk.PrepareAsync(Request, cancellation);
        if (prepared.Data is not { } ready)
            return prepared.Refusal!;
        if (desk.MissingProgram(ready.Plan) is { } missing)
            return missing;
        var run = desk.Session.Ids.Run(desk.Session.Clock.GetUtcNow());
        var first = new LedgerEntry(1, desk.Session.Clock.GetUtcNow(), "operator", new RunEvent.RunStarted(ready.Plan));
        return Outcome<RunView>.Done(
            RunView.Of(RunFold.Begin(run, first)),
            [new("plan", "lodestar plan", "See order, waves and policy")],
            [.. prepared.Warnings, new Warning("dry-run", "Nothing was entered or started.")]);
    }

    /// <summary>Enters the run without driving it, so that an engine in the background can.</summary>
    public async Task<Outcome<EnteredRun>> EnterAsync(RunDesk desk, string actor, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return new Refusal("platform-unsupported", "Runs need Linux.", "Use the planes here, and run on Linux.");

        var prepared = await desk.PrepareAsync(Request, cancellation);
        if (prepared.Data is not { } ready)
            return prepared.Refusal!;
        if (desk.MissingProgram(ready.Plan) is { } missing)
            return missing;

        var snapshot = await desk.SnapshotAsync(ready.Plan, cancellation);
        var runs = await desk.RunsAsync(cancellation);
        var run = desk.Session.Ids.Run(desk.Session.Clock.GetUtcNow());
        desk.Reach(CrashLabel.Before("enter-run"));
        await runs.CreateAsync(run, ready.Plan, actor, cancellation);
        desk.Reach(CrashLabel.After("enter-run"));
        using (var folder = new RunFolder(desk.StateFolder, run))
            folder.WritePlan(ready.Plan, snapshot);
        return Outcome<EnteredRun>.Done(
            new EnteredRun(run, ready.Plan.BaseBranch, RefName.RunBranch(run)), prepared.Next, prepared.Warnings);
    }
}

/// <summary>A run that was entered and waits for its engine.</summary>
/// <param name="Id">The run.</param>
/// <param name="BaseBranch">Where it begins.</param>
/// <param name="RunBranch">Where finished work will be.</param>
public sealed record EnteredRun(RunId Id, string BaseBranch, string RunBranch);
