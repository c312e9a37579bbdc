using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.TestKit.World;

/// <summary>The runtime plane of a simulated project, in memory: ledger, leases, requests and who drives the run. The ledger
/// is kept as lines, so that what a resumed run reads went through the codec.</summary>
/// <param name="run">The run.</param>
/// <param name="schedule">The world's clock.</param>
/// <param name="recorded">Told of every batch, inside its transaction.</param>
internal sealed class MemoryPlane(RunId run, WorldSchedule schedule, Action<IReadOnlyList<LedgerEntry>> recorded)
{
    private readonly List<string> lines = [];
    private readonly SortedDictionary<TaskId, Grant> grants = [];
    private readonly List<RunControl> open = [];
    private string lastHash = LedgerLine.NoHash;
    private long lastFence = 1000;
    private int lastControl;

    /// <summary>The engine that drives the run, or null.</summary>
    internal (Actor Engine, long Fence)? Holder { get; private set; }

    internal IReadOnlyList<string> Lines => lines;

    /// <summary>Stands for the whole ledger.</summary>
    internal string LastHash => lastHash;

    internal RunPlan? Plan { get; private set; }

    internal void Create(RunPlan plan)
    {
        Plan = plan;
        Write([new LedgerEntry(1, schedule.Now, "operator", new RunEvent.RunStarted(plan))]);
    }

    internal long Attach(Actor engine)
    {
        if (Holder is { } holder && holder.Engine != engine && !holder.Engine.IsDead && holder.Engine is not SimulatedEngine { IsReplaced: true })
            throw new RefusedException(new Refusal("run-live", $"Run {run} is driven by {holder.Engine.Name}."));
        Holder = (engine, ++lastFence);
        return lastFence;
    }

    internal void Detach(long fence)
    {
        if (Holder?.Fence == fence)
            Holder = null;
    }

    internal IReadOnlyList<LedgerEntry> Load()
    {
        var hash = LedgerLine.NoHash;
        var entries = new List<LedgerEntry>();
        foreach (var line in lines)
        {
            entries.Add(LedgerLine.Read(line, entries.Count + 1, hash));
            hash = LedgerLine.HashOf(line);
        }

        return entries;
    }

    internal IReadOnlyList<LedgerEntry> Append(long fence, RunBatch batch)
    {
        var events = batch.Events;
        if (Holder?.Fence != fence || (events.Count > 0 && events[0].Seq != lines.Count + 1))
            throw new EngineReplacedException(run);
        if (batch.Answer is { } answer)
            Answer(answer, events);
        if (events.Count == 0)
            return events;
        TaskId[] lost = [.. batch.Leases.Where(held => !IsHeld(held.Task, held.Fence)).Select(held => held.Task)];
        IReadOnlyList<LedgerEntry> judged = [.. events.Select(item => item with { Event = Judge(batch.Judge(item.Event, lost)) })];
        Write(judged);
        return judged;
    }

    internal IReadOnlyList<TaskId> Renew(IReadOnlyList<HeldLease> leases)
    {
        var lost = new List<TaskId>();
        foreach (var held in leases)
        {
            if (IsHeld(held.Task, held.Fence))
                grants[held.Task] = grants[held.Task] with { Until = schedule.Now + Term };
            else
                lost.Add(held.Task);
        }

        return lost;
    }

    /// <summary>True when the fence is the last one granted for the task, to the run.</summary>
    internal bool IsHeld(TaskId task, long fence) =>
        grants.TryGetValue(task, out var grant) && grant is { IsRun: true, HasEnded: false } && grant.Fence == fence;

    /// <summary>Tasks of which the run has a lease that was not ended.</summary>
    internal IEnumerable<TaskId> HeldByRun => grants.Where(item => item.Value is { IsRun: true, HasEnded: false } grant
        && schedule.Now < grant.Until).Select(item => item.Key);

    /// <summary>Somebody outside the run takes a task, if nobody holds it.</summary>
    internal bool TryTake(TaskId task, TimeSpan term)
    {
        if (Live(task) is not null)
            return false;
        grants[task] = new Grant(LeaseId.OfFence(lastFence + 1), ++lastFence, false, schedule.Now + term, false);
        return true;
    }

    internal void Ask(string kind, TaskId? task) =>
        open.Add(new RunControl(++lastControl, kind, "operator", task, null));

    internal IReadOnlyList<RunControl> Open => [.. open];

    /// <summary>Whoever asked is told yes exactly when what was asked for is recorded, once.</summary>
    private void Answer(RunAnswer answer, IReadOnlyList<LedgerEntry> events)
    {
        Witness.Require(open.RemoveAll(one => one.Id == answer.Control) == 1, "6-one-atomicity-domain", $"Request {answer.Control} is answered twice.");
        var asked = events.Count(item => item.Actor == "operator");
        Witness.Require(
            asked == (answer.Refusal is null ? 1 : 0), "6-one-atomicity-domain", $"Request {answer.Control} is answered apart from its event.");
    }

    private TimeSpan Term => Plan!.Policy.LeaseTtl.Value;

    private Grant? Live(TaskId task) =>
        grants.TryGetValue(task, out var grant) && !grant.HasEnded && schedule.Now < grant.Until ? grant : null;

    private RunEvent Judge(RunEvent happened)
    {
        switch (happened)
        {
            case RunEvent.AttemptStarted started:
                return Live(started.Task) is { IsRun: false } other
                    ? new RunEvent.LeaseUnavailable(started.Task, new AgentId("A0000000F"), other.Until)
                    : Give(started.Task) is var own ? started with { Lease = own.Lease, Fence = own.Fence } : happened;
            case RunEvent.LeaseTaken taken:
                return Live(taken.Task) is { IsRun: false }
                    ? new RunEvent.LeaseLost(taken.Task, taken.Attempt)
                    : Give(taken.Task) is var again ? taken with { Lease = again.Lease, Fence = again.Fence } : happened;
            case RunEvent.TaskIntegrated integrated:
                End(integrated.Task);
                return happened;
            case RunEvent.TaskFailed failed:
                End(failed.Task);
                return happened;
            case RunEvent.TaskSkipped skipped:
                End(skipped.Task);
                return happened;
            case RunEvent.RunEnded:
                foreach (var task in grants.Keys.ToArray())
                    End(task);
                return happened;
            default:
                return happened;
        }
    }

    private Grant Give(TaskId task) =>
        grants[task] = new Grant(LeaseId.OfFence(lastFence + 1), ++lastFence, true, schedule.Now + Term, false);

    private void End(TaskId task)
    {
        if (grants.TryGetValue(task, out var grant) && grant.IsRun)
            grants[task] = grant with { HasEnded = true };
    }

    private void Write(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (var item in entries)
        {
            lines.Add(LedgerLine.Write(run, item, lastHash));
            lastHash = LedgerLine.HashOf(lines[^1]);
        }

        recorded(entries);
    }

    private sealed record Grant(LeaseId Lease, long Fence, bool IsRun, DateTimeOffset Until, bool HasEnded);
}

/// <summary>The plane as one engine calls it.</summary>
internal sealed class MemoryRunStore(MemoryPlane plane, Actor engine, CallGate gate) : IRunStore
{
    public Task<long> AttachAsync(RunId run, CancellationToken cancellation) =>
        gate.CallAsync("store attach", () => plane.Attach(engine));

    public Task DetachAsync(RunId run, long fence, CancellationToken cancellation) =>
        gate.CallAsync("store detach", () =>
        {
            plane.Detach(fence);
            return true;
        });

    public Task<IReadOnlyList<LedgerEntry>> LoadAsync(RunId run, CancellationToken cancellation) =>
        gate.CallAsync("store load", plane.Load);

    public Task<IReadOnlyList<LedgerEntry>> AppendAsync(
        RunId run, long fence, RunBatch batch, CancellationToken cancellation) =>
        gate.CallAsync("store append", () => plane.Append(fence, batch));

    public Task<IReadOnlyList<TaskId>> RenewAsync(
        RunId run, long fence, IReadOnlyList<HeldLease> leases, CancellationToken cancellation) =>
        gate.CallAsync("store renew", () => plane.Renew(leases));

    public Task<IReadOnlyList<RunControl>> ControlsAsync(RunId run, CancellationToken cancellation) =>
        gate.CallAsync("store controls", () => plane.Open);
}
