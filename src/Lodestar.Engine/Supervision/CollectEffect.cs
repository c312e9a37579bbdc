using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>Gathers a builder's evidence once its whole process tree is dead: the branch, the commits beyond the base, the
/// paths touched. The builder's word is not part of it.</summary>
internal sealed class CollectEffect(RunParts parts)
{
    /// <summary>Files named in one receipt; the commit holds all of them.</summary>
    private const int MaxArtifacts = 500;

    internal async Task<EffectOutcome> PerformAsync(
        EffectScope scope, Effect.Collect collect, CancellationToken cancellation)
    {
        var state = scope.State;
        var path = parts.Ground.PathOf(state.Run, collect.Lane);
        var branch = RefName.AttemptBranch(state.Run, collect.Task, collect.Attempt);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var view = await parts.Repository.InspectAsync(path, cancellation);
        if (PlaceProblem(view, path, branch) is { } lost)
            return new EffectResult.Rejected([lost]);

        if (state.Tasks[collect.Task].Current!.LastTurn!.ForeignRefs)
            findings.Add(new Finding(
                "foreign-ref-changed", "References outside the attempt's branch changed during the turn."));
        var head = await CommitLeftoversAsync(state, collect, path, branch, view!, findings, cancellation);
        if (!await parts.Repository.ContainsAsync(collect.From, head, cancellation))
            findings.Add(new Finding(
                "history-rewritten", $"Branch {branch} no longer contains commit {collect.From.Abbreviated} it began at."));
        if (findings.Count > 0)
            return new EffectResult.Rejected(findings.ToImmutable());
        if (head == collect.Base)
            return WithoutCommits(scope, collect);

        var changes = await parts.Repository.ChangesAsync(collect.Base.Value, head.Value, cancellation);
        CheckPaths(state, collect.Task, changes, findings);
        foreach (var marker in await parts.Repository.ConflictMarkersAsync(collect.Base, head, cancellation))
            findings.Add(new Finding("conflict-markers", $"The commit adds conflict markers at {marker}."));
        if (findings.Count > 0)
            return new EffectResult.Rejected(findings.ToImmutable());

        await PinAsync(state.Run, collect, head, cancellation);
        var tree = await parts.Repository.TreeAsync(head, cancellation);
        var commits = (await parts.Repository.CommitsAsync(collect.Base, head, cancellation)).Count;
        var artifacts = await ArtifactsAsync(changes, cancellation);
        return new EffectResult.Collected(
            head, tree, commits, Receipts.Implement(scope, collect, head, artifacts, parts.Clock.GetUtcNow()));
    }

    /// <summary>Digests of what the commit holds, computed here: an agent's word about its files is not asked for.</summary>
    private async Task<ImmutableArray<ReceiptArtifact>> ArtifactsAsync(
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

    private static Finding? PlaceProblem(WorktreeView? view, string path, string branch) => view switch
    {
        null => new Finding("worktree-missing", $"Worktree {path} is gone."),
        { Operation: { } operation } => new Finding("operation-in-progress", $"A {operation} was left in progress."),
        { Head: null } => new Finding("branch-deleted", $"Branch {branch} was deleted."),
        { Branch: var other } when other != branch => new Finding(
            "branch-changed", $"The worktree is on {other ?? "a detached HEAD"}, not on {branch}."),
        _ => null,
    };

    /// <summary>By policy the engine commits what lies in scope; what lies outside, or anything when agents commit for
    /// themselves, is a finding, because an unclean tree is no evidence.</summary>
    private async Task<CommitId> CommitLeftoversAsync(
        RunState state,
        Effect.Collect collect,
        string path,
        string branch,
        WorktreeView view,
        ImmutableArray<Finding>.Builder findings,
        CancellationToken cancellation)
    {
        if (view.Dirty.Count == 0)
            return view.Head!.Value;
        if (state.Plan.Policy.Commit.Value == CommitBy.Agent)
        {
            findings.Add(new Finding(
                "uncommitted-changes", $"{view.Dirty[0].Path}{AndMore(view.Dirty.Count)} {(view.Dirty.Count == 1 ? "was" : "were")} left uncommitted."));
            return view.Head!.Value;
        }

        var task = state.Plan.Tasks.First(task => task.Id == collect.Task);
        var scope = FileScope.Of(task.Locks);
        var outside = view.Dirty.Where(dirty => !scope.Allows(dirty.Path)).ToArray();
        if (outside.Length > 0)
        {
            findings.Add(new Finding(
                "scope-exceeded", $"The agent changed {outside[0].Path}{AndMore(outside.Length)} outside the task's scope."));
            return view.Head!.Value;
        }

        if (view.Dirty.FirstOrDefault(dirty => dirty.Path.EndsWith('/')) is { } nested)
        {
            findings.Add(new Finding(
                "nested-repository", $"{nested.Path} is a Git repository of its own; its content cannot be merged."));
            return view.Head!.Value;
        }

        var target = CommitTarget.Verify(path, branch, view)
            ?? throw new InvalidOperationException($"Worktree {path} was seen on {branch} a moment ago.");
        var agent = RunAgents.Lane(state.Run, collect.Lane, AgentRole.Builder);
        var message = $"{task.Title}\n\nLodestar-Task: {task.Id}\nLodestar-Run: {state.Run}\n"
            + $"Lodestar-Attempt: {collect.Attempt}\nLodestar-Agent: {agent}\n";
        return await parts.Repository.CommitAsync(
            target,
            [.. view.Dirty.Select(dirty => dirty.Path)],
            message,
            await parts.Repository.IdentityAsync(cancellation),
            cancellation);
    }

    private static string AndMore(int paths) => paths == 1 ? "" : $" and {paths - 1} more";

    private EffectResult WithoutCommits(EffectScope scope, Effect.Collect collect) => collect.NoChange is null
        ? new EffectResult.Rejected([new Finding(
            "no-commits", $"Attempt {collect.Attempt} of task {collect.Task} made no commit and declared no reason.")])
        : new EffectResult.Collected(
            null, null, 0, Receipts.Implement(scope, collect, null, [], parts.Clock.GetUtcNow()));

    private static void CheckPaths(
        RunState state, TaskId id, IReadOnlyList<PathChange> changes, ImmutableArray<Finding>.Builder findings)
    {
        var scope = FileScope.Of(state.Plan.Tasks.First(task => task.Id == id).Locks);
        var guarded = FileScope.Of(state.Plan.ProtectedPaths);
        foreach (var change in changes)
        {
            if (guarded.Names(change.Path))
                findings.Add(new Finding("protected-path", $"The commit changes protected path {change.Path}."));
            else if (!scope.Allows(change.Path))
                findings.Add(new Finding("scope-exceeded", $"The commit changes {change.Path} outside the task's scope."));
            if (findings.Count >= 20)
                return;
        }
    }

    /// <summary>Pins the head for ever, before anything rests on it. A later round moves the pin on.</summary>
    private async Task PinAsync(RunId run, Effect.Collect collect, CommitId head, CancellationToken cancellation)
    {
        var pin = RefName.AttemptPin(run, collect.Task, collect.Attempt);
        var old = collect.Round == 1 ? null : await parts.Repository.ResolveAsync(pin, cancellation);
        if (await parts.Repository.UpdateRefsAsync([new RefChange(pin, head.Value, old?.Value)], cancellation))
            return;
        old = await parts.Repository.ResolveAsync(pin, cancellation);
        if (old != head && !await parts.Repository.UpdateRefsAsync([new RefChange(pin, head.Value, old?.Value)], cancellation))
            throw new EnvironmentException("ref-contended", $"Reference {pin} keeps changing under us.");
    }
}
