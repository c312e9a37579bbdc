using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>Gathers a builder's evidence once its whole process tree is dead: the branch, the commits beyond the base, the
/// paths touched. The builder's word is not part of it.</summary>
internal sealed class CollectEffect(RunParts parts, LaneEvidence evidence)
{
    internal async Task<EffectOutcome> PerformAsync(
        EffectScope scope, Effect.Collect collect, CancellationToken cancellation)
    {
        var state = scope.State;
        var lane = LaneTurn.Of(parts, state, collect.Task, collect.Attempt, collect.Lane, AgentRole.Builder);
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var view = await parts.Repository.InspectAsync(lane.Path, cancellation);
        if (LaneEvidence.PlaceProblem(view, lane) is { } lost)
            return new EffectResult.Rejected([lost]);

        if (state.Tasks[collect.Task].Current!.LastTurn!.ForeignRefs)
            findings.Add(new Finding(
                "foreign-ref-changed", "References outside the attempt's branch changed during the turn."));
        var head = await evidence.CommitLeftoversAsync(state, lane, Outside(state, collect.Task), view!, findings, cancellation);
        if (!await parts.Repository.ContainsAsync(collect.From, head, cancellation))
            findings.Add(new Finding(
                "history-rewritten", $"Branch {lane.Branch} no longer contains commit {collect.From.Abbreviated} it began at."));
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

        await evidence.PinAsync(state.Run, lane, head, isFirst: collect.Round == 1, cancellation);
        var tree = await parts.Repository.TreeAsync(head, cancellation);
        var commits = (await parts.Repository.CommitsAsync(collect.Base, head, cancellation)).Count;
        var artifacts = await evidence.ArtifactsAsync(changes, cancellation);
        return new EffectResult.Collected(
            head, tree, commits, Receipts.Implement(scope, collect, head, artifacts, parts.Clock.GetUtcNow()));
    }

    private static Func<IReadOnlyList<string>, Finding?> Outside(RunState state, TaskId id)
    {
        var scope = FileScope.Of(state.Plan.Tasks.First(task => task.Id == id).Locks);
        return paths => paths.Where(path => !scope.Allows(path)).ToArray() is [var first, ..] outside
            ? new Finding(
                "scope-exceeded", $"The agent changed {first}{LaneEvidence.AndMore(outside.Length)} outside the task's scope.")
            : null;
    }

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
}
