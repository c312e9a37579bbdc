using System.Runtime.ExceptionServices;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>The loop of a run: decide (Core), record, do, record. One loop owns the state; effects run beside it and talk to
/// it through one inbox, so there is one writer and no lock.</summary>
/// <remarks>A fresh start and a resume enter here alike. What is in flight in the ledger and not under way in this
/// process is done, and each effect looks at the world before it acts.</remarks>
public sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly RunParts parts;
    private readonly RunId run;
    private readonly long fence;
    private readonly RunLedger ledger;
    private readonly EffectRunner runner;
    private readonly RunInbox inbox = new();
    private readonly SortedDictionary<IdempotencyKey, EffectScope> underWay = [];
    private DateTimeOffset renewAt = DateTimeOffset.MinValue;

    /// <summary>Prepares the loop for a run whose engine this process is.</summary>
    /// <param name="parts">The world.</param>
    /// <param name="state">The folded ledger.</param>
    /// <param name="fence">The engine's fence, from <see cref="IRunStore.AttachAsync"/>.</param>
    /// <param name="observe">Told of everything recorded, in order.</param>
    public Supervisor(
        RunParts parts, RunState state, long fence, Action<IReadOnlyList<LedgerEntry>, RunState> observe)
    {
        this.parts = parts;
        this.fence = fence;
        run = state.Run;
        ledger = new RunLedger(parts, state, fence, observe);
        runner = new EffectRunner(parts);
    }

    /// <summary>Asks the run to pause: agents are stopped, their work is kept, nothing is lost.</summary>
    public void Pause(string actor, string reason) =>
        inbox.Post(new RunMessage.Record([new RunEvent.PauseRequested(actor, "run-paused", reason)], actor, null));

    /// <summary>Runs until the run is paused or has ended.</summary>
    /// <param name="opening">Events this engine begins with.</param>
    /// <param name="actor">Who started the engine.</param>
    /// <param name="cancellation">Stops at once and leaves a resumable run.</param>
    public async Task<RunState> RunAsync(IReadOnlyList<RunEvent> opening, string actor, CancellationToken cancellation)
    {
        try
        {
            foreach (var happened in opening)
                ledger.Stage(happened, actor);
            await ledger.RecordAsync(cancellation);
            await EndStraysAsync(cancellation);
            while (true)
            {
                await DecideAsync(cancellation);
                if (ledger.State.Status != RunStatus.Running)
                    return ledger.State;
                StartWhatIsInFlight(cancellation);
                StopWhatMustStop();
                await TakeMessagesAsync(cancellation);
                await RenewLeasesAsync(cancellation);
                await TakeControlsAsync(cancellation);
            }
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>However the loop ends, nothing it started outlives it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var scope in underWay.Values.ToArray())
            scope.Stop(StopReason.Paused);
        await runner.DisposeAsync();
    }

    private async Task DecideAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var wanted = SupervisorPolicy.Decide(ledger.State, parts.Clock.GetUtcNow());
            foreach (var happened in wanted)
                ledger.Stage(happened, "engine");
            if (wanted.IsEmpty || ledger.MustRecord)
                await ledger.RecordAsync(cancellation);
            if (wanted.IsEmpty)
                return;
        }
    }

    /// <summary>What an earlier engine left alive is ended before anything is begun. Processes of an effect that will be done
    /// again are accounted for by that effect, which reads their report.</summary>
    private async Task EndStraysAsync(CancellationToken cancellation)
    {
        var strays = ledger.State.Processes.Values.ToArray();
        if (strays.Length == 0)
            return;

        await parts.Hosts.EndAsync([.. strays.Select(ProcessMarks.Of)], cancellation);
        foreach (var stray in strays.Where(stray => !ledger.State.IsAwaited(stray.Spawning)))
            ledger.Stage(new RunEvent.ProcessEnded(stray.Spawning.Process, "orphaned", null, Usage.Unknown), "engine");
        await ledger.RecordAsync(cancellation);
    }

    /// <summary>Nothing is begun before this engine owns the run: until then its publishing would be refused.</summary>
    private void StartWhatIsInFlight(CancellationToken cancellation)
    {
        var isOwner = ledger.State.OwnedFence == fence;
        foreach (var (key, pending) in ledger.State.InFlight)
        {
            if (underWay.ContainsKey(key) || !(isOwner || pending.Effect is Effect.OwnRun))
                continue;
            var scope = new EffectScope(key, pending, ledger.State, inbox);
            underWay.Add(key, scope);
            StopIfMust(scope);
            _ = PerformAsync(scope, cancellation);
        }
    }

    private async Task PerformAsync(EffectScope scope, CancellationToken cancellation)
    {
        try
        {
            inbox.Post(new RunMessage.Done(scope.Key, await runner.PerformAsync(scope, cancellation)));
        }
#pragma warning disable CA1031 // Whatever an effect throws is taken by the loop, which names it or stops the run.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            inbox.Post(new RunMessage.Broken(scope.Key, cause));
        }
    }

    private void StopWhatMustStop()
    {
        foreach (var scope in underWay.Values.ToArray())
            StopIfMust(scope);
    }

    /// <summary>An effect that begins while the run winds down is told so first: what an earlier engine left in flight is
    /// settled by it, but starts no program.</summary>
    private void StopIfMust(EffectScope scope)
    {
        var state = ledger.State;
        if (state.Aborting is not null)
            scope.Stop(StopReason.Aborted);
        else if (state.Pausing is not null)
            scope.Stop(StopReason.Paused);
        else if (scope.Pending.Effect.ForTask is { } task && state.Tasks[task].Current?.End?.Code == "lease-lost")
            scope.Stop(StopReason.LeaseLost);
    }

    private async Task TakeMessagesAsync(CancellationToken cancellation)
    {
        await inbox.WaitAsync(Tick, parts.Clock, cancellation);
        var recorded = new List<TaskCompletionSource>();
        while (inbox.TryTake(out var message))
        {
            switch (message)
            {
                case RunMessage.Record record:
                    foreach (var happened in record.Events)
                        ledger.Stage(happened, record.Actor);
                    if (record.Recorded is { } source)
                        recorded.Add(source);
                    break;
                case RunMessage.Done done:
                    underWay.Remove(done.Key);
                    foreach (var happened in done.Outcome.Before)
                        ledger.Stage(happened, "engine");
                    ledger.Stage(new RunEvent.EffectSettled(done.Key, done.Outcome.Result), "engine");
                    break;
                case RunMessage.Broken broken:
                    underWay.Remove(broken.Key);
                    PauseBecauseOf(broken);
                    break;
                default:
                    throw new InvalidOperationException($"Message {message.GetType().Name} is unknown.");
            }
        }

        // What effects wait for is recorded at once; outcomes may go to disk together with what follows from them.
        if (recorded.Count > 0)
            await ledger.RecordAsync(cancellation);
        foreach (var source in recorded)
            source.SetResult();
    }

    /// <summary>A broken environment (git died, disk full) or a refusal ends no attempt: the run pauses and the effect is
    /// done again under its key once the run is resumed. Anything else is our own defect and stops the engine.</summary>
    private void PauseBecauseOf(RunMessage.Broken broken)
    {
        var (code, reason) = broken.Cause switch
        {
            EnvironmentException environment => (environment.Code, environment.Message),
            RefusedException refused => (refused.Refusal.Code, refused.Refusal.Message),
            EngineReplacedException or OperationCanceledException => Rethrow(broken.Cause),
            _ => throw new EffectBrokenException(broken.Key, broken.Cause),
        };
        // An engine that cannot take the run over leaves it as it found it.
        if (ledger.State.OwnedFence != fence)
            Rethrow(broken.Cause);
        ledger.Stage(new RunEvent.EffectSettled(broken.Key, new EffectResult.Interrupted(code)), "engine");
        ledger.Stage(new RunEvent.PauseRequested("engine", code, reason), "engine");
    }

    private static (string Code, string Reason) Rethrow(Exception cause)
    {
        ExceptionDispatchInfo.Throw(cause);
        return default;
    }

    /// <summary>Leases are renewed for attempts that go on; stalled programs are ended by their host, so an attempt whose
    /// program hangs does not go on for ever.</summary>
    private async Task RenewLeasesAsync(CancellationToken cancellation)
    {
        var now = parts.Clock.GetUtcNow();
        if (now < renewAt)
            return;

        renewAt = now + (ledger.State.Plan.Policy.LeaseTtl.Value / 3);
        var held = ledger.State.Active
            .Where(active => active.Attempt is { Lease: not null, End: null } && active.Attempt.LeaseEngine == fence)
            .Select(active => RunLedger.LeaseOf(active.Task.Id, active.Attempt))
            .ToArray();
        if (held.Length == 0)
            return;
        foreach (var lost in await parts.Store.RenewAsync(run, fence, held, cancellation))
            ledger.Stage(new RunEvent.LeaseLost(lost, ledger.State.Tasks[lost].Current!.Number), "engine");
    }

    private async Task TakeControlsAsync(CancellationToken cancellation)
    {
        foreach (var control in await parts.Store.ControlsAsync(run, cancellation))
        {
            var decision = control.Decide(ledger.State);
            if (decision.Event is { } happened)
                ledger.Stage(happened, control.Actor);
            await ledger.RecordAsync(cancellation, new RunAnswer(control.Id, decision.Refusal));
        }
    }
}

/// <summary>An effect failed in a way nobody foresaw; the engine stops, the run stays resumable.</summary>
/// <param name="key">The effect.</param>
/// <param name="cause">What was thrown.</param>
public sealed class EffectBrokenException(IdempotencyKey key, Exception cause)
    : Exception($"Effect {key} failed: {cause.Message}", cause);
