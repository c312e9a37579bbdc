using System.Text;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>The run branch and what moves it: one owner, a merge without a checkout, one fenced compare-and-swap.</summary>
internal sealed class MergeEffects(RunParts parts)
{
    private (long Fence, Task<string> Blob)? owner;

    /// <summary>Points the owner reference at this engine's fence, so that an engine that wakes late can publish nothing, and
    /// makes sure the run branch is where the ledger says.</summary>
    internal async Task<EffectOutcome> OwnAsync(EffectScope scope, Effect.OwnRun own, CancellationToken cancellation)
    {
        var run = scope.State.Run;
        var owner = RefName.Owner(run);
        var branch = RefName.Branch(RefName.RunBranch(run));
        var blob = await OwnerBlobAsync(own.Fence, cancellation);
        var refs = await parts.Repository.RefsAsync([owner, branch], cancellation);
        var found = refs.TryGetValue(branch, out var name) ? CommitId.Parse(name) : (CommitId?)null;
        var isNew = found is null && own.Tip == own.Base && !scope.State.Tasks.Values.Any(task => task.MergeCommit is not null);
        var isMoved = !isNew && found != own.Tip && !IsPublishedUnrecorded(scope.State, found);
        var changes = new List<RefChange>();
        if (refs.GetValueOrDefault(owner) != blob)
            changes.Add(new RefChange(owner, blob, refs.GetValueOrDefault(owner)));
        if (isNew)
            changes.Add(new RefChange(branch, own.Base.Value, null));
        if (changes.Count > 0 && !await parts.Repository.UpdateRefsAsync(changes, cancellation))
            throw new EnvironmentException("ref-contended", $"References of run {run} changed while the engine took it over.");
        // A run whose branch was moved is owned as well: what is in flight is settled before it pauses.
        return isMoved ? await MovedAsync(run, found, own.Tip, cancellation) : new EffectResult.Owned(own.Fence);
    }

    internal async Task<EffectOutcome> MergeAsync(EffectScope scope, Effect.Merge merge, CancellationToken cancellation)
    {
        TreeId tree;
        if (merge.Tip == merge.Base)
        {
            // Nothing was merged since the attempt began: the merge's tree is the attempt's.
            tree = await parts.Repository.TreeAsync(merge.Head, cancellation);
        }
        else
        {
            var merged = await parts.Repository.MergeTreeAsync(merge.Tip, merge.Head, cancellation);
            if (merged.Tree is not { } clean)
                return new EffectResult.Conflicted([.. merged.Conflicts]);
            tree = clean;
        }

        var task = scope.State.Plan.Tasks.First(task => task.Id == merge.Task);
        var draft = new CommitDraft(
            tree,
            [merge.Tip, merge.Head],
            $"Merge task {task.Id}: {TextLine.Of(task.Title)}\n\nLodestar-Task: {task.Id}\nLodestar-Run: {scope.State.Run}\n"
            + $"Lodestar-Attempt: {merge.Attempt}\nLodestar-Key: {scope.Key}\n",
            await parts.Repository.IdentityAsync(cancellation),
            merge.UnixSeconds);
        return new EffectResult.Merged(await parts.Repository.CommitTreeAsync(draft, cancellation), tree);
    }

    internal async Task<EffectOutcome> PublishAsync(
        EffectScope scope, Effect.Publish publish, CancellationToken cancellation)
    {
        var run = scope.State.Run;
        var branch = RefName.Branch(RefName.RunBranch(run));
        var owner = RefName.Owner(run);
        // The attempt is to end (lease lost, run aborted): what was published stays, but nothing is published any more.
        if (scope.State.Tasks[publish.Task].Current?.End is not null
            && await parts.Repository.ResolveAsync(branch, cancellation) is { } stands
            && !await parts.Repository.ContainsAsync(publish.Commit, stands, cancellation))
            return new EffectResult.NotPublished(scope.State.Tasks[publish.Task].Current!.End!.Code);

        var attempt = RefName.Branch(RefName.AttemptBranch(run, publish.Task, publish.Attempt));
        var blob = await OwnerBlobAsync(scope.State.EngineFence, cancellation);
        RefChange[] changes =
        [
            new(owner, blob, blob),
            new(branch, publish.Commit.Value, publish.Tip.Value),
            // The commit is pinned; its branch has served.
            new(attempt, null, publish.Head.Value),
        ];
        if (!await parts.Repository.UpdateRefsAsync(changes, cancellation))
        {
            var refs = await parts.Repository.RefsAsync([owner, branch], cancellation);
            if (refs.GetValueOrDefault(owner) != blob)
                throw new EngineReplacedException(run);
            var found = refs.TryGetValue(branch, out var name) ? CommitId.Parse(name) : (CommitId?)null;
            if (found == publish.Tip)
            {
                // Only the attempt's branch is not as expected; its commit is pinned, so the branch may stay.
                if (!await parts.Repository.UpdateRefsAsync(changes[..2], cancellation))
                    throw new EnvironmentException("ref-contended", $"Run branch {branch} keeps changing under us.");
            }
            else if (found is null || !await parts.Repository.ContainsAsync(publish.Commit, found.Value, cancellation))
            {
                return await MovedAsync(run, found, publish.Tip, cancellation);
            }
        }

        return new EffectResult.Published(
            publish.Commit, Receipts.Merge(scope, publish, parts.Clock.GetUtcNow()));
    }

    /// <summary>True when the branch stands at the very commit a publish was to put there, in flight or interrupted: it was
    /// done, and not recorded.</summary>
    private static bool IsPublishedUnrecorded(RunState state, CommitId? found) => found is not null
        && (state.InFlight.Values.Any(pending => pending.Effect is Effect.Publish publish && publish.Commit == found)
            || state.Active.Any(active => active.Attempt.Phase == AttemptPhase.Publish && active.Attempt.Candidate == found));

    /// <summary>Keeps whatever was found on the branch before anybody puts the branch back.</summary>
    private async Task<EffectOutcome> MovedAsync(
        RunId run, CommitId? found, CommitId expected, CancellationToken cancellation)
    {
        string? saved = null;
        if (found is { } commit)
        {
            saved = $"refs/lodestar/saved/{run}/run-branch.{commit.Abbreviated}";
            if (await parts.Repository.ResolveAsync(saved, cancellation) is null)
                await parts.Repository.UpdateRefsAsync([new RefChange(saved, commit.Value, null)], cancellation);
        }

        return new EffectResult.BranchMoved(found, expected, saved);
    }

    /// <summary>The blob that names a fence; it is the same for every publish of one engine.</summary>
    private Task<string> OwnerBlobAsync(long fence, CancellationToken cancellation)
    {
        if (owner is not { } known || known.Fence != fence || known.Blob.IsFaulted)
            owner = known = (fence, parts.Repository.WriteBlobAsync(Encoding.UTF8.GetBytes($"{fence}\n"), cancellation));
        return known.Blob;
    }
}
