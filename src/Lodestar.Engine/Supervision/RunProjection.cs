using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Supervision;

/// <summary>What each event of a run changes in the rest of the runtime plane, inside the transaction that records it.</summary>
internal sealed class RunProjection(StoreTransaction tx, ProjectId project, RunId run)
{
    private readonly AgentId holder = RunAgents.Holder(run);
    private RunPlan? plan;

    /// <summary>Applies one event, and gives it back as it is to be recorded: leases are granted or refused here.</summary>
    internal LedgerEntry Apply(LedgerEntry recorded)
    {
        var happened = Judge(recorded.Event);
        Project(happened, recorded.At);
        return recorded with { At = StoreTime.Rounded(recorded.At), Event = happened };
    }

    /// <summary>Makes the rows an event that was recorded elsewhere led to. Leases are not among them: they went with the
    /// store that granted them, and an engine that takes the run over asks for new ones.</summary>
    internal void Restore(LedgerEntry recorded) => Project(recorded.Event, recorded.At);

    /// <summary>Renews leases; one that ran out while nobody else asked is still the run's, because its fence is the last.</summary>
    internal IReadOnlyList<TaskId> Renew(IReadOnlyList<HeldLease> leases)
    {
        var lost = Lost(leases);
        foreach (var held in leases.Where(held => !lost.Contains(held.Task)))
        {
            var lease = tx.UnendedLease(project, held.Task)!;
            tx.ExtendLease(lease, Term, lease.DefinitionHash);
        }

        return lost;
    }

    /// <summary>The tasks of those leases that are no longer the run's.</summary>
    internal IReadOnlyList<TaskId> Lost(IReadOnlyList<HeldLease> leases) =>
    [
        .. leases
            .Where(held => tx.UnendedLease(project, held.Task) is not { } lease || lease.Fence != held.Fence || lease.Id != held.Lease)
            .Select(held => held.Task),
    ];

    private TimeSpan Term => Plan.Policy.LeaseTtl.Value;

    private RunPlan Plan => plan ??= tx.LedgerLines(run, 0, 1) is [var line]
        ? ((RunEvent.RunStarted)LedgerLine.Read(line, 1, LedgerLine.NoHash).Event).Plan
        : throw new InvalidOperationException($"Run {run} has no first line.");

    private RunEvent Judge(RunEvent happened) => happened switch
    {
        RunEvent.AttemptStarted started => Grant(
            started.Task, lease => started with { Lease = lease.Id, Fence = lease.Fence }),
        RunEvent.LeaseTaken taken => Grant(
            taken.Task, lease => taken with { Lease = lease.Id, Fence = lease.Fence }) switch
        {
            RunEvent.LeaseUnavailable => new RunEvent.LeaseLost(taken.Task, taken.Attempt),
            var granted => granted,
        },
        _ => happened,
    };

    /// <summary>The run takes a task that is free or its own. Somebody else's lease is respected.</summary>
    private RunEvent Grant(TaskId task, Func<Lease, RunEvent> granted)
    {
        if (tx.LiveLease(project, task) is { } live)
        {
            if (live.Run != run)
                return new RunEvent.LeaseUnavailable(task, live.Agent, live.Expiry.Wall);
            tx.EndLease(live, "regranted");
        }

        tx.EnsureAgent(holder, new AgentProfile(
            run.Value, "supervisor", [], ImmutableSortedDictionary<string, string>.Empty));
        var hash = Plan.Tasks.First(planned => planned.Id == task).DefinitionHash;
        return granted(tx.GrantLease(project, task, holder, run, hash, Term));
    }

    private void Project(RunEvent happened, DateTimeOffset at)
    {
        switch (happened)
        {
            case RunEvent.ProcessSpawning spawning:
                tx.EnsureAgent(spawning.Agent, new AgentProfile(
                    $"{run} lane {spawning.Lane}",
                    AgentRoles.Name(spawning.Role),
                    [],
                    ImmutableSortedDictionary<string, string>.Empty));
                tx.AddProcess(run, spawning);
                break;
            case RunEvent.ProcessStarted started:
                tx.SetProcessStarted(started);
                break;
            case RunEvent.ProcessEnded ended:
                tx.SetProcessEnded(ended);
                break;
            case RunEvent.TaskIntegrated integrated:
                EndLease(integrated.Task, "integrated");
                break;
            case RunEvent.TaskFailed failed:
                EndLease(failed.Task, "failed");
                break;
            case RunEvent.TaskSkipped skipped:
                EndLease(skipped.Task, "skipped");
                break;
            case RunEvent.RunPaused:
                tx.SetRunStatus(run, "paused", at);
                break;
            case RunEvent.RunResumed:
                tx.SetRunStatus(run, "running", null);
                break;
            case RunEvent.RunIntegrated integrated:
                tx.SetIntegrated(run, integrated.Commit);
                Verify(at);
                break;
            case RunEvent.RunEnded ended:
                EndAllLeases();
                tx.SetRunStatus(run, ended.Outcome.ToString().ToLowerInvariant(), at);
                break;
            default:
                // The other events change nothing outside the ledger.
                break;
        }
    }

    /// <summary>What the run integrated is verified for the project from here on.</summary>
    private void Verify(DateTimeOffset at)
    {
        var row = tx.FindRun(project, run)!;
        var state = tx.FoldLedger(row);
        foreach (var planned in Plan.Tasks.Where(planned => state.Tasks[planned.Id].Status == TaskRunStatus.Integrated))
            tx.SetTaskState(project, new TaskState(planned.Id, TaskStatus.Verified, planned.DefinitionHash, StoreTime.Rounded(at))
            {
                CompletedBy = holder.Value,
                CompletedAt = StoreTime.Rounded(state.Tasks[planned.Id].EndedAt ?? at),
                VerifiedBy = holder.Value,
                VerifiedAt = StoreTime.Rounded(at),
            });
    }

    private void EndLease(TaskId task, string reason)
    {
        if (tx.LiveLease(project, task) is { } lease && lease.Run == run)
            tx.EndLease(lease, reason);
    }

    private void EndAllLeases()
    {
        foreach (var lease in tx.LiveLeases(project).Values.Where(lease => lease.Run == run))
            tx.EndLease(lease, "run-ended");
    }
}
