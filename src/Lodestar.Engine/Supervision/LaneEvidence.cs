using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>What gathering evidence is made of, whoever worked in the lane: is it on its branch, what was left uncommitted,
/// which files, and a pin before anything rests on the commit.</summary>
internal sealed class LaneEvidence(RunParts parts)
{
    /// <summary>Files named in one receipt; the commit holds all of them.</summary>
    private const int MaxArtifacts = 500;

    /// <summary>Why nothing can be gathered at all; null when it can.</summary>
    internal static Finding? PlaceProblem(WorktreeView? view, LaneTurn lane) => view switch
    {
        null => new Finding("worktree-missing", $"Worktree {lane.Path} is gone."),
        { Operation: { } operation } => new Finding("operation-in-progress", $"A {operation} was left in progress."),
        { Head: null } => new Finding("branch-deleted", $"Branch {lane.Branch} was deleted."),
        { Branch: var other } when other != lane.Branch => new Finding(
            "branch-changed", $"The worktree is on {other ?? "a detached HEAD"}, not on {lane.Branch}."),
        _ => null,
    };

    /// <summary>By policy the engine commits what lies in bounds; what lies outside, or anything when agents commit for
    /// themselves, is a finding, because an unclean tree is no evidence.</summary>
    internal async Task<CommitId> CommitLeftoversAsync(
        RunState state,
        LaneTurn lane,
        Func<IReadOnlyList<string>, Finding?> outside,
        WorktreeView view,
        ImmutableArray<Finding>.Builder findings,
        CancellationToken cancellation)
    {
        if (view.Dirty.Count == 0)
            return view.Head!.Value;
        if (Objection(state, outside, view) is { } objection)
        {
            findings.Add(objection);
            return view.Head!.Value;
        }

        var target = CommitTarget.Verify(lane.Path, lane.Branch, view)
            ?? throw new InvalidOperationException($"Worktree {lane.Path} was seen on {lane.Branch} a moment ago.");
        var task = state.Plan.Tasks.First(task => task.Id == lane.Task);
        var agent = RunAgents.Lane(state.Run, lane.Lane, lane.Role);
        var title = TextLine.Of(task.Title);
        var subject = lane.Role == AgentRole.SpecMaintainer ? $"Maintain the spec: {title}" : title;
        var message = $"{subject}\n\nLodestar-Task: {task.Id}\nLodestar-Run: {state.Run}\n"
            + $"Lodestar-Attempt: {lane.Attempt}\nLodestar-Agent: {agent}\n";
        return await parts.Repository.CommitAsync(
            target,
            [.. view.Dirty.Select(dirty => dirty.Path)],
            message,
            await parts.Repository.IdentityAsync(cancellation),
            cancellation);
    }

    /// <summary>Digests of what the commit holds, computed here: an agent's word about its files is not asked for.</summary>
    internal async Task<ImmutableArray<ReceiptArtifact>> ArtifactsAsync(
        IReadOnlyList<PathChange> changes, CancellationToken cancellation)
    {
        var artifacts = ImmutableArray.CreateBuilder<ReceiptArtifact>();
        foreach (var change in changes.Take(MaxArtifacts))
        {
            var content = change.Blob is { } blob ? await parts.Repository.ReadBlobAsync(blob, cancellation) : null;
            artifacts.Add(new ReceiptArtifact(
                change.Path, content is null ? null : Sha256Text.Of(content), content?.LongLength));
        }

        return artifacts.ToImmutable();
    }

    /// <summary>Pins the head for ever, before anything rests on it. A later round or step moves the pin on.</summary>
    internal async Task PinAsync(RunId run, LaneTurn lane, CommitId head, bool isFirst, CancellationToken cancellation)
    {
        var pin = RefName.AttemptPin(run, lane.Task, lane.Attempt);
        var old = isFirst ? null : await parts.Repository.ResolveAsync(pin, cancellation);
        if (await parts.Repository.UpdateRefsAsync([new RefChange(pin, head.Value, old?.Value)], cancellation))
            return;
        old = await parts.Repository.ResolveAsync(pin, cancellation);
        if (old != head && !await parts.Repository.UpdateRefsAsync([new RefChange(pin, head.Value, old?.Value)], cancellation))
            throw new EnvironmentException("ref-contended", $"Reference {pin} keeps changing under us.");
    }

    /// <summary>Keeps what a turn left that will not count, before the lane is brought back to where the turn began.</summary>
    /// <param name="run">The run.</param>
    /// <param name="lane">The turn.</param>
    /// <param name="view">The lane as it stands; null when it is gone.</param>
    /// <param name="from">Where the turn began.</param>
    /// <param name="occasion">Part of the reference's name.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The commit that holds it; null when there was nothing.</returns>
    internal async Task<CommitId?> KeepAsync(
        RunId run, LaneTurn lane, WorktreeView? view, CommitId from, string occasion, CancellationToken cancellation)
    {
        var reference = RefName.Saved(run, lane.Task, lane.Attempt, occasion);
        var isUntouched = view is { Dirty.Count: 0, Operation: null } && view.Head == from;
        var kept = isUntouched ? null : await parts.Repository.SaveAsync(lane.Path, reference, cancellation);
        // The turn may have left its branch, and the branch may hold what HEAD does not.
        if (await parts.Repository.ResolveAsync(RefName.Branch(lane.Branch), cancellation) is not { } tip || tip == from || tip == view?.Head)
            return kept;
        var aside = $"{reference}.branch";
        var old = await parts.Repository.ResolveAsync(aside, cancellation);
        if (old != tip && !await parts.Repository.UpdateRefsAsync([new RefChange(aside, tip.Value, old?.Value)], cancellation))
            throw new EnvironmentException("ref-contended", $"Reference {aside} keeps changing under us.");
        return kept ?? tip;
    }

    internal static string AndMore(int paths) => paths == 1 ? "" : $" and {paths - 1} more";

    private static Finding? Objection(RunState state, Func<IReadOnlyList<string>, Finding?> outside, WorktreeView view)
    {
        if (state.Plan.Policy.Commit.Value == CommitBy.Agent)
            return new Finding(
                "uncommitted-changes",
                $"{view.Dirty[0].Path}{AndMore(view.Dirty.Count)} {(view.Dirty.Count == 1 ? "was" : "were")} left uncommitted.");
        if (outside([.. view.Dirty.Select(dirty => dirty.Path)]) is { } beyond)
            return beyond;
        return view.Dirty.FirstOrDefault(dirty => dirty.Path.EndsWith('/')) is { } nested
            ? new Finding("nested-repository", $"{nested.Path} is a Git repository of its own; its content cannot be merged.")
            : null;
    }
}

/// <summary>A turn that was taken in a lane, and where its work must be.</summary>
/// <param name="Task">The task.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="Lane">Lane, from 1.</param>
/// <param name="Role">Who worked.</param>
/// <param name="Path">Absolute path of the lane's worktree.</param>
/// <param name="Branch">The attempt's branch.</param>
internal sealed record LaneTurn(TaskId Task, int Attempt, int Lane, AgentRole Role, string Path, string Branch)
{
    internal static LaneTurn Of(RunParts parts, RunState state, TaskId task, int attempt, int lane, AgentRole role) => new(
        task, attempt, lane, role, parts.Ground.PathOf(state.Run, lane), RefName.AttemptBranch(state.Run, task, attempt));
}
