using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Supervision;

/// <summary>What a run does next: a pure function of its state and the time. Everything it wants done comes out as
/// events; an effect is wanted when it is recorded as intended.</summary>
/// <remarks>It is called until it wants nothing more. Because it looks only at the fold of the ledger, a resumed run
/// continues by the same code that a fresh one starts with.</remarks>
public static class SupervisorPolicy
{
    /// <summary>The events that follow from the state; empty when there is nothing to do but wait.</summary>
    public static ImmutableArray<RunEvent> Decide(RunState state, DateTimeOffset now)
    {
        if (state.Status != RunStatus.Running)
            return [];
        if (state.OwnedFence != state.EngineFence)
            return state.InFlight.Values.Any(pending => pending.Effect is Effect.OwnRun own && own.Fence == state.EngineFence)
                ? []
                : [Intend(state, new Effect.OwnRun(state.EngineFence, state.Plan.BaseCommit, state.Tip))];
        if (state.Aborting is { } aborting)
            return Wind(state, aborting, now);
        if (state.Pausing is { } pausing)
            return state.InFlight.IsEmpty ? [new RunEvent.RunPaused(pausing.Code, pausing.Reason)] : [];
        if (OverBudget(state) is { } budget)
            return [budget];

        // Worktrees are being taken away: what starts now would lose its lane.
        if (state.InFlight.Values.Any(pending => pending.Effect is Effect.CloseRun))
            return [];

        var leases = state.Active
            .Where(active => active.Attempt.LeaseEngine != state.EngineFence && active.Attempt.End is null)
            .Select(RunEvent (active) => new RunEvent.LeaseTaken(active.Task.Id, active.Attempt.Number, null, null))
            .ToImmutableArray();
        if (!leases.IsEmpty)
            return leases;

        var events = ImmutableArray.CreateBuilder<RunEvent>();
        // One at a time, from the merge to the run branch. Spec maintenance lies between, so that two tasks never edit one
        // document side by side.
        var merging = state.Active.Any(active => active.Attempt.Phase is AttemptPhase.Merge or AttemptPhase.MaintainSpec
            or AttemptPhase.CollectSpec or AttemptPhase.MergeCheck or AttemptPhase.Publish);
        foreach (var (task, attempt) in state.Active)
        {
            if (!IsBusy(state, task.Id))
                events.AddRange(Step(state, task, attempt, now));
        }

        if (!merging && NextMerge(state) is { } first)
            events.Add(Merge(state, first.Task, first.Attempt, now));

        if (events.Count == 0)
            events.AddRange(Start(state, now));
        if (events.Count == 0 && IsOver(state, now))
            events.AddRange(Close(state));
        return events.ToImmutable();
    }

    /// <summary>What an attempt needs next, when nothing of it is in flight.</summary>
    private static IEnumerable<RunEvent> Step(RunState state, TaskRun task, AttemptRun attempt, DateTimeOffset now)
    {
        switch (attempt.Phase)
        {
            case AttemptPhase.Implement:
                yield return Turn(state, task, attempt, AgentRole.Builder, attempt.Base, attempt.From);
                break;
            case AttemptPhase.Collect:
                yield return Intend(state, new Effect.Collect(
                    task.Id, attempt.Number, attempt.Round, attempt.Lane, attempt.Base, attempt.From, attempt.NoChange));
                break;
            case AttemptPhase.Check:
                yield return Check(state, task, attempt, attempt.Head!.Value, attempt.Tree!.Value);
                break;
            case AttemptPhase.Review:
                yield return Turn(state, task, attempt, AgentRole.Reviewer, attempt.Base, attempt.Head ?? attempt.Base);
                break;
            case AttemptPhase.Queue when attempt.Head is null:
                yield return new RunEvent.TaskIntegrated(task.Id, attempt.Number, null, null);
                break;
            case AttemptPhase.Queue:
                break;
            // An interrupted merge keeps its place: the tip has not moved meanwhile.
            case AttemptPhase.Merge:
                yield return Merge(state, task, attempt, now);
                break;
            case AttemptPhase.MaintainSpec:
                yield return Turn(
                    state, task, attempt, AgentRole.SpecMaintainer, attempt.Tip!.Value, attempt.Candidate!.Value);
                break;
            case AttemptPhase.CollectSpec:
                yield return Intend(state, new Effect.CollectSpec(
                    task.Id, attempt.Number, attempt.Round, attempt.Try, attempt.Lane, attempt.Candidate!.Value,
                    attempt.SpecTurn!.Verdict!.Value));
                break;
            case AttemptPhase.MergeCheck:
                yield return Check(state, task, attempt, attempt.Candidate!.Value, attempt.CandidateTree!.Value);
                break;
            case AttemptPhase.Publish:
                yield return Intend(state, new Effect.Publish(
                    task.Id,
                    attempt.Number,
                    attempt.IsSpecSettled ? attempt.Candidate!.Value : attempt.Head!.Value,
                    attempt.Tip!.Value,
                    attempt.Candidate!.Value,
                    attempt.CandidateTree!.Value));
                break;
            case AttemptPhase.Published:
                yield return new RunEvent.TaskIntegrated(task.Id, attempt.Number, attempt.Head, attempt.Candidate);
                break;
            case AttemptPhase.Retire:
                yield return Intend(state, new Effect.Retire(task.Id, attempt.Number, attempt.Lane, attempt.Base));
                break;
            case AttemptPhase.Retired:
                foreach (var happened in End(state, task, attempt))
                    yield return happened;
                break;
            default:
                throw new InvalidOperationException($"Phase {attempt.Phase} has no step.");
        }
    }

    private static RunEvent Turn(
        RunState state, TaskRun task, AttemptRun attempt, AgentRole role, CommitId since, CommitId from) =>
        Intend(state, new Effect.RunTurn(
            task.Id, attempt.Number, attempt.Round, attempt.Try, role, attempt.Lane, since, from));

    private static RunEvent Merge(RunState state, TaskRun task, AttemptRun attempt, DateTimeOffset now) =>
        Intend(state, new Effect.Merge(
            task.Id, attempt.Number, attempt.Base, attempt.Head!.Value, state.Tip, now.ToUnixTimeSeconds(), attempt.Round));

    private static RunEvent Check(RunState state, TaskRun task, AttemptRun attempt, CommitId commit, TreeId tree) =>
        Intend(state, new Effect.RunCheck(
            task.Id, attempt.Number, attempt.Lane, AttemptFold.NextCheck(state, tree)!, commit, tree));

    /// <summary>An attempt that kept its work ends; whether the task gets another is counted here.</summary>
    private static IEnumerable<RunEvent> End(RunState state, TaskRun task, AttemptRun attempt)
    {
        var end = attempt.End!;
        yield return new RunEvent.AttemptEnded(task.Id, attempt.Number, end.Result, end.Code, end.Reason);
        if (end.Result == "failed" && task.Failures + 1 >= state.Plan.Policy.MaxAttempts.Value)
            yield return new RunEvent.TaskFailed(task.Id, end.Code, end.Reason);
        if (end.Result == "conflict" && task.Conflicts + 1 >= state.Plan.Policy.MaxConflicts.Value)
            yield return new RunEvent.TaskFailed(task.Id, end.Code, end.Reason);
    }

    private static (TaskRun Task, AttemptRun Attempt)? NextMerge(RunState state)
    {
        var queued = state.Active
            .Where(active => active.Attempt is { Phase: AttemptPhase.Queue, Head: not null })
            .OrderBy(active => active.Attempt.QueuedAt)
            .Take(1)
            .ToArray();
        return queued.Length == 0 ? null : queued[0];
    }

    private static IEnumerable<RunEvent> Start(RunState state, DateTimeOffset now)
    {
        var busy = state.Active.Select(active => active.Attempt.Lane).ToHashSet();
        var free = Enumerable.Range(1, state.Plan.Policy.Lanes.Value).Where(lane => !busy.Contains(lane)).ToArray();
        if (free.Length == 0)
            yield break;

        var startable = state.Schedule.Startable(
            id => state.Tasks[id] switch
            {
                { Current: not null } => LaneState.InFlight,
                { Status: TaskRunStatus.Integrated or TaskRunStatus.Skipped } => LaneState.Satisfied,
                { Status: TaskRunStatus.Waiting } task when !(task.NotBefore > now) => LaneState.Waiting,
                _ => LaneState.Stopped,
            },
            [.. state.Active.Select(active => active.Task.Id)],
            free.Length);
        foreach (var (task, lane) in startable.Zip(free))
            yield return new RunEvent.AttemptStarted(
                task, state.Tasks[task].LastAttempt + 1, lane, state.Tip, null, null);
    }

    private static bool IsOver(RunState state, DateTimeOffset now) =>
        state.InFlight.IsEmpty
        && !state.Active.Any()
        && !state.Tasks.Values.Any(task => task.Status == TaskRunStatus.Waiting && task.NotBefore > now);

    private static IEnumerable<RunEvent> Close(RunState state)
    {
        if (!state.IsClosed)
        {
            yield return Intend(state, new Effect.CloseRun([.. state.LanesUsed], state.Closings));
            yield break;
        }

        foreach (var stray in Strays(state))
            yield return stray;
        var failed = state.Tasks.Values.Where(task => task.Status == TaskRunStatus.Failed).Select(task => task.Id).ToArray();
        var waiting = state.Tasks.Values.Count(task => task.Status == TaskRunStatus.Waiting);
        yield return failed.Length == 0 && waiting == 0
            ? new RunEvent.RunEnded(RunOutcome.Completed, "completed", "Every task was integrated or skipped.")
            : new RunEvent.RunEnded(
                RunOutcome.Failed,
                "run-failed",
                $"{Count(failed.Length, "task")} failed ({string.Join(", ", failed)}){(waiting > 0 ? $" and {Count(waiting, "task")} could not start" : "")}.");
    }

    /// <summary>Processes whose effect broke and was not done again: dead, as nothing is in flight, and not accounted for.</summary>
    private static IEnumerable<RunEvent> Strays(RunState state) => state.Processes.Keys.Select(
        process => new RunEvent.ProcessEnded(process, "orphaned", null, Usage.Unknown));

    /// <summary>An abort keeps every attempt's work before the run ends.</summary>
    private static ImmutableArray<RunEvent> Wind(RunState state, RunEvent.AbortRequested aborting, DateTimeOffset now)
    {
        if (!state.InFlight.IsEmpty)
            return [];
        var active = state.Active.ToArray();
        if (active.Length > 0)
        {
            return [.. active.SelectMany(item => item.Attempt.Phase switch
            {
                AttemptPhase.Published => Step(state, item.Task, item.Attempt, now),
                AttemptPhase.Retired => [new RunEvent.AttemptEnded(
                    item.Task.Id, item.Attempt.Number, item.Attempt.End!.Result, item.Attempt.End.Code, item.Attempt.End.Reason)],
                AttemptPhase.Publish when item.Attempt.End is not null => Step(state, item.Task, item.Attempt, now),
                AttemptPhase.Retire => Step(state, item.Task, item.Attempt, now),
                _ => [new RunEvent.AttemptAborted(item.Task.Id, item.Attempt.Number)],
            })];
        }

        return state.IsClosed
            ? [.. Strays(state), new RunEvent.RunEnded(RunOutcome.Aborted, "run-aborted", aborting.Reason)]
            : [Intend(state, new Effect.CloseRun([.. state.LanesUsed], state.Closings))];
    }

    private static RunEvent.PauseRequested? OverBudget(RunState state)
    {
        if (state.Plan.Policy.BudgetUsd.Value is { } usd && state.Usage.CostUsd >= usd)
            return new("engine", "budget-exhausted", $"The run cost {state.Usage.CostUsd} USD of a budget of {usd} USD.");
        if (state.Plan.Policy.BudgetTokens.Value is { } tokens && state.Usage.Tokens >= tokens)
            return new("engine", "budget-exhausted", $"The run used {state.Usage.Tokens} of a budget of {tokens} tokens.");
        return null;
    }

    private static bool IsBusy(RunState state, TaskId task) =>
        state.InFlight.Values.Any(pending => pending.Effect.ForTask == task);

    private static RunEvent.EffectIntended Intend(RunState state, Effect effect) =>
        new(effect.KeyFor(state.Run, state.Plan.SnapshotId), effect);

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
