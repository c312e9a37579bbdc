using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>What an event means for one attempt: the phase it moves to, and what is remembered for the next.</summary>
internal static class AttemptFold
{
    /// <summary>A task of the run.</summary>
    /// <exception cref="LedgerContradictionException">The run has no such task.</exception>
    internal static TaskRun TaskOf(this RunState state, TaskId id) => state.Tasks.TryGetValue(id, out var task)
        ? task
        : throw new LedgerContradictionException(state.Seq + 1, $"Task {id} is not in the run.");

    /// <summary>The attempt at a task that is under way.</summary>
    /// <exception cref="LedgerContradictionException">None is.</exception>
    internal static AttemptRun AttemptOf(this RunState state, TaskId id) => state.TaskOf(id).Current
        ?? throw new LedgerContradictionException(state.Seq + 1, $"Task {id} has no attempt under way.");

    internal static RunState With(this RunState state, TaskRun changed)
    {
        var tasks = state.Tasks.With(changed);
        return ReferenceEquals(tasks, state.Tasks) ? state : state with { Tasks = tasks };
    }

    internal static RunState With(this RunState state, TaskId id, AttemptRun attempt)
    {
        var task = state.TaskOf(id);
        // An attempt whose end is known (its lease was lost) goes on to nothing else, whatever still arrives.
        if (task.Current?.End is not null && !attempt.IsPublishing && attempt.Phase is not (AttemptPhase.Retired or AttemptPhase.Published))
            attempt = attempt with { Phase = AttemptPhase.Retire };
        return state.With(task with { Current = attempt, Status = StatusIn(attempt.Phase) });
    }

    internal static RunState Start(RunState state, LedgerEntry recorded, RunEvent.AttemptStarted started)
    {
        var task = state.TaskOf(started.Task);
        if (task.Current is not null || task.IsSettled || started.Attempt != task.LastAttempt + 1)
            throw new LedgerContradictionException(
                recorded.Seq, $"Attempt {started.Attempt} of task {started.Task} cannot start here.");
        var next = state.With(task with
        {
            Status = TaskRunStatus.Running,
            LastAttempt = started.Attempt,
            NotBefore = null,
            StartedAt = task.StartedAt ?? recorded.At,
            Current = new AttemptRun(started.Attempt, started.Lane, started.Base, AttemptPhase.Implement)
            {
                Lease = started.Lease,
                Fence = started.Fence,
                LeaseEngine = state.EngineFence,
            },
        });
        return next with { LanesUsed = next.LanesUsed.Add(started.Lane), IsClosed = false };
    }

    /// <summary>An effect under way decides the phase, so that a resumed run stands where the killed one stood.</summary>
    internal static RunState Intended(RunState state, LedgerEntry recorded, Effect effect) => effect switch
    {
        Effect.RunTurn { Role: AgentRole.Builder } turn => state.With(
            turn.Task, state.AttemptOf(turn.Task) with { TurnStartedAt = recorded.At }),
        Effect.Merge merge => state.With(
            merge.Task, state.AttemptOf(merge.Task) with { Phase = AttemptPhase.Merge, Tip = merge.Tip }),
        Effect.Publish publish => state.With(publish.Task, state.AttemptOf(publish.Task) with { IsPublishing = true }),
        _ => state,
    };

    internal static RunState Settled(
        RunState state, LedgerEntry recorded, Pending pending, RunEvent.EffectSettled settled) =>
        (pending.Effect, settled.Result) switch
        {
            (Effect.RunTurn { Role: AgentRole.Builder } turn, EffectResult.TurnDone done) => state.With(
                turn.Task,
                state.AttemptOf(turn.Task) with { Phase = AttemptPhase.Collect, LastTurn = done, NoChange = done.NoChange }),
            (Effect.RunTurn { Role: AgentRole.Reviewer } turn, EffectResult.TurnDone done) => Reviewed(
                Count(state, turn.Task, done.Receipt), recorded, turn, done),
            (Effect.RunTurn { Role: AgentRole.Builder } turn, EffectResult.TurnFailed failed) => state.With(
                turn.Task, EndedBy(state.AttemptOf(turn.Task), Failed(turn, failed))),
            (Effect.RunTurn { Role: AgentRole.Reviewer } turn, EffectResult.TurnFailed failed) => state.With(
                turn.Task, TriedAgain(state, turn, failed)),
            (Effect.Collect collect, EffectResult.Collected collected) => Collected(state, recorded, collect, collected),
            (Effect.Collect collect, EffectResult.Rejected rejected) => state.With(
                collect.Task, EndedBy(state.AttemptOf(collect.Task), new AttemptEnd(
                    "failed", rejected.Findings[0].Code, rejected.Findings[0].Message, Sentences(rejected)))),
            (Effect.RunCheck check, EffectResult.Checked result) => Checked(state, recorded, check, result),
            (Effect.Merge merge, EffectResult.Merged merged) => state.With(merge.Task, AfterMerge(
                state, state.AttemptOf(merge.Task) with { Candidate = merged.Commit, CandidateTree = merged.Tree, Try = 1 })),
            (Effect.Merge merge, EffectResult.Conflicted conflicted) => state.With(
                merge.Task, Conflicted(state.AttemptOf(merge.Task), merge, conflicted)),
            (Effect.Publish publish, EffectResult.Published published) => Published(state, publish, published),
            (Effect.Publish publish, EffectResult.NotPublished) => state.With(
                publish.Task, state.AttemptOf(publish.Task) with { Phase = AttemptPhase.Retire, IsPublishing = false }),
            (Effect.Publish, EffectResult.BranchMoved moved) =>
                state with { Pausing = state.Pausing ?? PauseForMovedBranch(state, moved) },
            (Effect.Retire retire, EffectResult.Retired retired) => Retired(state, retire, retired),
            _ => SpecFold.Settled(state, recorded, pending, settled),
        };

    internal static RunState Finish(RunState state, LedgerEntry recorded, RunEvent.AttemptEnded ended)
    {
        var task = state.TaskOf(ended.Task);
        return task.Current?.Phase == AttemptPhase.Retired
            ? state.With(task with
            {
                Status = TaskRunStatus.Waiting,
                Current = null,
                Failures = task.Failures + (ended.Result == "failed" ? 1 : 0),
                Conflicts = task.Conflicts + (ended.Result == "conflict" ? 1 : 0),
            })
            : throw new LedgerContradictionException(
                recorded.Seq, $"Attempt {ended.Attempt} of task {ended.Task} ended before its work was kept.");
    }

    internal static RunState Integrate(RunState state, LedgerEntry recorded, RunEvent.TaskIntegrated integrated)
    {
        var task = state.TaskOf(integrated.Task);
        return task.Current is { } attempt && (attempt.Phase == AttemptPhase.Published || attempt.NoChange is not null)
            ? state.With(task with
            {
                Status = TaskRunStatus.Integrated,
                Current = null,
                Commit = integrated.Commit,
                MergeCommit = integrated.MergeCommit,
                Code = attempt.NoChange is null ? null : "no-change",
                Reason = attempt.NoChange,
                EndedAt = recorded.At,
            })
            : throw new LedgerContradictionException(
                recorded.Seq, $"Task {integrated.Task} was integrated without being published.");
    }

    /// <summary>The attempt ends without a merge, unless its merge is on the run branch already, or may be.</summary>
    internal static AttemptRun EndedBy(AttemptRun attempt, AttemptEnd end) => attempt switch
    {
        { Phase: AttemptPhase.Published } => attempt,
        { IsPublishing: true } => attempt with { End = attempt.End ?? end },
        _ => attempt with { Phase = AttemptPhase.Retire, End = attempt.End ?? end },
    };

    internal static RunEvent.PauseRequested PauseForMovedBranch(RunState state, EffectResult.BranchMoved moved) =>
        new(
            "engine",
            "run-branch-moved",
            $"Run branch {RefName.RunBranch(state.Run)} is at {moved.Found?.Abbreviated ?? "no commit"}, "
            + $"the ledger says {moved.Expected.Abbreviated}.");

    internal static RunState Count(RunState state, TaskId id, Receipt? receipt) =>
        receipt is null ? state : state.With(Counted(state.TaskOf(id)));

    private static TaskRun Counted(TaskRun task) => task with { Receipts = task.Receipts + 1 };

    private static AttemptEnd Failed(Effect.RunTurn turn, EffectResult.TurnFailed failed) =>
        new("failed", failed.Code, TurnReason(turn, failed), failed.Text);

    private static AttemptRun TriedAgain(RunState state, Effect.RunTurn turn, EffectResult.TurnFailed failed)
    {
        var attempt = state.AttemptOf(turn.Task);
        return attempt.Try < state.Plan.Policy.MaxAttempts.Value
            ? attempt with { Try = attempt.Try + 1 }
            : EndedBy(attempt, Failed(turn, failed));
    }

    /// <summary>A reason for changing nothing counts only where nothing was changed.</summary>
    private static RunState Collected(
        RunState state, LedgerEntry recorded, Effect.Collect collect, EffectResult.Collected collected)
    {
        var next = Count(state, collect.Task, collected.Receipt);
        var attempt = next.AttemptOf(collect.Task);
        return next.With(collect.Task, AfterEvidence(next, recorded, attempt with
        {
            Head = collected.Head,
            Tree = collected.Tree,
            NoChange = collected.Head is null ? attempt.NoChange : null,
        }));
    }

    private static AttemptRun Conflicted(AttemptRun attempt, Effect.Merge merge, EffectResult.Conflicted conflicted) =>
        EndedBy(attempt, new AttemptEnd(
            "conflict",
            "conflict",
            $"Attempt {attempt.Number} of task {merge.Task} conflicts with the run branch in {string.Join(", ", conflicted.Paths.Take(3))}.")
        {
            Paths = conflicted.Paths,
        });

    private static RunState Published(RunState state, Effect.Publish publish, EffectResult.Published published)
    {
        var next = Count(state, publish.Task, published.Receipt) with { Tip = published.Commit };
        return next.With(publish.Task, next.AttemptOf(publish.Task) with { Phase = AttemptPhase.Published });
    }

    private static RunState Retired(RunState state, Effect.Retire retire, EffectResult.Retired retired)
    {
        var task = state.TaskOf(retire.Task);
        return state.With(task with
        {
            Past = task.Past.Add(new AttemptSummary(retire.Attempt, task.Current!.End!, retired.Pinned, retired.Saved)),
            Current = task.Current! with { Phase = AttemptPhase.Retired },
        });
    }

    private static RunState Checked(
        RunState state, LedgerEntry recorded, Effect.RunCheck check, EffectResult.Checked result)
    {
        var next = Count(state, check.Task, result.Receipt) with
        {
            Checks = state.Checks.SetItem((check.Check, check.Tree), result.Result.Status),
        };
        var attempt = next.AttemptOf(check.Task);
        if (!result.Result.Passed)
            attempt = EndedBy(attempt, new AttemptEnd(
                "failed",
                result.Result.Status == "timed_out" ? "check-timed-out" : "check-failed",
                $"Check {check.Check} of task {check.Task} {Words(result.Result)}.",
                result.Result.Output));
        else if (attempt.Phase == AttemptPhase.MergeCheck)
            attempt = AfterMerge(next, attempt);
        else
            attempt = AfterEvidence(next, recorded, attempt);
        return next.With(check.Task, attempt);
    }

    /// <summary>Evidence is there: checks that have no result for this tree come next, then review, then the queue.</summary>
    private static AttemptRun AfterEvidence(RunState state, LedgerEntry recorded, AttemptRun attempt)
    {
        if (attempt.Tree is { } tree && NextCheck(state, tree) is not null)
            return attempt with { Phase = AttemptPhase.Check };
        return state.Plan.Reviewer is not null
            ? attempt with { Phase = AttemptPhase.Review, Try = 1 }
            : attempt with { Phase = AttemptPhase.Queue, QueuedAt = recorded.Seq };
    }

    /// <summary>The merge is clean: the specification is brought up to date first, so that the checks run on what is
    /// published.</summary>
    internal static AttemptRun AfterMerge(RunState state, AttemptRun attempt) => attempt with
    {
        Phase = state.Plan.SpecMaintainer is not null && !attempt.IsSpecSettled ? AttemptPhase.MaintainSpec
            : NextCheck(state, attempt.CandidateTree!.Value) is null ? AttemptPhase.Publish
            : AttemptPhase.MergeCheck,
    };

    internal static AttemptRun NextRound(AttemptRun attempt, string findings) => attempt with
    {
        Phase = AttemptPhase.Implement,
        Round = attempt.Round + 1,
        Try = 1,
        From = attempt.Head ?? attempt.Base,
        ReviewFindings = findings,
        SpecProblems = [],
    };

    internal static string Sentences(EffectResult.Rejected rejected) =>
        string.Join('\n', rejected.Findings.Select(finding => finding.Message));

    /// <summary>The first check of the plan without a passing result for the tree; null when all passed.</summary>
    internal static string? NextCheck(RunState state, Context.TreeId tree)
    {
        foreach (var check in state.Plan.Checks)
        {
            if (!CheckResult.IsPassed(state.Checks.GetValueOrDefault((check.Name, tree))))
                return check.Name;
        }

        return null;
    }

    private static RunState Reviewed(RunState state, LedgerEntry recorded, Effect.RunTurn turn, EffectResult.TurnDone done)
    {
        var attempt = state.AttemptOf(turn.Task);
        return state.With(turn.Task, done.Verdict switch
        {
            Verdict.Approved => attempt with { Phase = AttemptPhase.Queue, QueuedAt = recorded.Seq },
            Verdict.ChangesRequested when attempt.Round < state.Plan.Policy.ReviewRounds.Value => NextRound(attempt, done.Text),
            Verdict.ChangesRequested => EndedBy(attempt, new AttemptEnd(
                "failed",
                "review-rounds-exhausted",
                $"The reviewer still asked for changes after {attempt.Round} rounds.",
                done.Text)),
            _ => throw new LedgerContradictionException(recorded.Seq, $"A review cannot end with the verdict {done.Verdict}."),
        });
    }

    internal static string TurnReason(Effect.RunTurn turn, EffectResult.TurnFailed failed) =>
        $"The {AgentRoles.Word(turn.Role)} of task {turn.Task} {failed.Code switch
        {
            "agent-timed-out" => "ran out of time",
            "agent-crashed" => "crashed",
            "agent-not-started" => "could not be started",
            "setup-failed" => "could not begin: the lane's set-up failed",
            "no-verdict" => "gave no verdict",
            _ => "failed",
        }}.{Cause(failed)}";

    /// <summary>How the program ended, which the host put first; a reviewer's own words are no cause.</summary>
    private static string Cause(EffectResult.TurnFailed failed) =>
        failed.Code is "agent-failed" or "agent-crashed" or "agent-not-started" && failed.Text.Split('\n')[0] is { Length: > 0 and <= 200 } first
            ? " " + first
            : "";

    private static string Words(CheckResult result) => result.Status switch
    {
        "failed" => result.ExitCode is { } code ? $"failed with exit code {code}" : "failed",
        "timed_out" => "ran out of time",
        _ => "could not be run",
    };

    private static TaskRunStatus StatusIn(AttemptPhase phase) => phase switch
    {
        AttemptPhase.Implement or AttemptPhase.Collect or AttemptPhase.Check
            or AttemptPhase.Retire or AttemptPhase.Retired => TaskRunStatus.Running,
        AttemptPhase.Review => TaskRunStatus.Reviewing,
        AttemptPhase.Queue or AttemptPhase.Merge or AttemptPhase.MaintainSpec or AttemptPhase.CollectSpec or AttemptPhase.MergeCheck
            or AttemptPhase.Publish or AttemptPhase.Published => TaskRunStatus.Merging,
        _ => throw new InvalidOperationException($"Phase {phase} has no status."),
    };
}
