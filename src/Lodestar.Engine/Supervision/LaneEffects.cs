using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>What ends lanes and attempts. Nothing goes before the work in it is reachable from a reference.</summary>
internal sealed class LaneEffects(RunParts parts, UserTree userTree)
{
    /// <summary>Keeps everything an attempt made, committed or not, then frees its branch.</summary>
    internal async Task<EffectOutcome> RetireAsync(
        EffectScope scope, Effect.Retire retire, CancellationToken cancellation)
    {
        var run = scope.State.Run;
        var path = parts.Ground.PathOf(run, retire.Lane);
        var branch = RefName.AttemptBranch(run, retire.Task, retire.Attempt);
        var tip = await parts.Repository.ResolveAsync(RefName.Branch(branch), cancellation);
        var pin = RefName.AttemptPin(run, retire.Task, retire.Attempt);
        var pinned = await parts.Repository.ResolveAsync(pin, cancellation);

        CommitId? saved = null;
        var view = await parts.Repository.InspectAsync(path, cancellation);
        if (view is not null && !IsOurCheckout(view, scope.State.Tasks[retire.Task].Current!)
            && (view.Dirty.Count > 0 || view.Operation is not null || IsElsewhere(view, branch, tip)))
            saved = await parts.Repository.SaveAsync(
                path, RefName.Saved(run, retire.Task, retire.Attempt, "retired"), cancellation);

        if (tip is { } last)
        {
            var changes = new List<RefChange> { new(RefName.Branch(branch), null, last.Value) };
            if (pinned is { } proof && last != proof && !await parts.Repository.ContainsAsync(proof, last, cancellation))
            {
                // The pin holds evidence of an earlier round that the agent took off its branch: both are kept.
                var rewritten = RefName.Saved(run, retire.Task, retire.Attempt, "rewritten");
                var old = await parts.Repository.ResolveAsync(rewritten, cancellation);
                if (old != last)
                    changes.Add(new RefChange(rewritten, last.Value, old?.Value));
            }
            else if (last != retire.Base && pinned != last)
            {
                changes.Add(new RefChange(pin, last.Value, pinned?.Value));
                pinned = last;
            }

            if (!await parts.Repository.UpdateRefsAsync(changes, cancellation))
                throw new EnvironmentException("ref-contended", $"Branch {branch} keeps changing under us.");
        }

        return new EffectResult.Retired(pinned, saved);
    }

    /// <summary>Takes the run's worktrees away; whatever they still hold is saved first.</summary>
    internal async Task<EffectOutcome> CloseAsync(
        EffectScope scope, Effect.CloseRun close, CancellationToken cancellation)
    {
        var run = scope.State.Run;
        var kept = ImmutableArray.CreateBuilder<string>();
        foreach (var lane in close.Lanes)
        {
            var path = parts.Ground.PathOf(run, lane);
            var reference = $"refs/lodestar/saved/{run}/lane-{lane}.{close.Epoch}";
            var view = await parts.Repository.InspectAsync(path, cancellation);
            // Without a branch, HEAD is where we put it: the attempts that worked here were published or kept before, and
            // what lies about is what checks and reviewers made.
            if (view is { Dirty.Count: > 0, Branch: not null, Head: not null })
                await parts.Repository.SaveAsync(path, reference, cancellation);
            if (view is not null)
                await parts.Repository.RemoveWorktreeAsync(path, cancellation);
            // Also what an engine had kept that died before it could say so.
            if (await parts.Repository.ResolveAsync(reference, cancellation) is not null)
                kept.Add(reference);
        }

        await parts.Repository.RemoveMergeWorktreeAsync(cancellation);
        var finding = await userTree.LookAsync(always: true, cancellation);
        return new EffectOutcome(
            new EffectResult.Closed(kept.ToImmutable()), finding is null ? [] : [new RunEvent.FindingRaised(null, null, finding)]);
    }

    /// <summary>True when the lane is where a check or a review had it: what lies about there is theirs, and the attempt's
    /// own work of this round was gathered before.</summary>
    private static bool IsOurCheckout(WorktreeView view, AttemptRun attempt) =>
        view is { Branch: null, Operation: null, Head: { } head }
        && attempt.Head != attempt.From
        && (head == attempt.Head || head == attempt.Candidate);

    /// <summary>True when HEAD holds commits the attempt's branch does not: the agent left or deleted its branch.</summary>
    private static bool IsElsewhere(WorktreeView view, string branch, CommitId? tip) =>
        view.Head is null || (view.Branch != branch && view.Head != tip);
}
