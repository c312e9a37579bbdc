using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Tells what happens in a run until it stops or its engine dies. Writes nothing.</summary>
/// <param name="Run">The run; null for the active or newest one.</param>
public sealed record WatchRun(RunId? Run)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Watches.</summary>
    public async Task<Outcome<RunView>> ExecuteAsync(
        RunDesk desk, Action<IReadOnlyList<LedgerEntry>, RunState> tell, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;

        RunState? state = null;
        // An engine that just took the run over, or just gave it up, is looked at twice before the watch ends.
        for (var stopped = 0; ;)
        {
            var current = (await desk.RowsAsync(cancellation)).First(other => other.Id == row.Id);
            var fresh = await desk.Session.Store.ReadAsync(
                view => view.LedgerLines(row.Id, state?.Seq ?? 0).Select(LedgerLine.ReadAlone).ToArray(), cancellation);
            foreach (var entry in fresh)
                state = state is null ? RunFold.Begin(row.Id, entry) : RunFold.Next(state, entry);
            tell(fresh, state!);
            stopped = current.Status != "running" || !desk.IsLive(current) ? stopped + 1 : 0;
            if (stopped == 2)
                return Outcome<RunView>.Done(
                    RunView.Of(state!),
                    current.IsActive ? [new("run.resume", $"lodestar resume {row.Id}", "Go on with the run")] : []);
            await Task.Delay(Interval, desk.Session.Clock, cancellation);
        }
    }
}
