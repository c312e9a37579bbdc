using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Supervision;

/// <summary>Gathers what a spec maintainer's turn left on top of the merge commit. It may have changed the charter's documents
/// alone, in the sections named there; and what it said must be what it did.</summary>
/// <remarks>Whatever is not accepted is kept under a reference before the lane is brought back for the next turn.</remarks>
internal sealed class CollectSpecEffect(RunParts parts, LaneEvidence evidence)
{
    internal async Task<EffectOutcome> PerformAsync(
        EffectScope scope, Effect.CollectSpec collect, CancellationToken cancellation)
    {
        var state = scope.State;
        var lane = LaneTurn.Of(parts, state, collect.Task, collect.Attempt, collect.Lane, AgentRole.SpecMaintainer);
        var view = await parts.Repository.InspectAsync(lane.Path, cancellation);
        if (collect.Verdict == Verdict.ChangesRequested)
            return await SendBackAsync(scope, collect, lane, view, cancellation);

        var findings = ImmutableArray.CreateBuilder<Finding>();
        if (LaneEvidence.PlaceProblem(view, lane) is { } lost)
            return await RejectAsync(state, collect, lane, view, [lost], cancellation);
        if (state.Tasks[collect.Task].Current!.SpecTurn!.ForeignRefs)
            findings.Add(new Finding(
                "foreign-ref-changed", "References outside the attempt's branch changed during the turn."));
        var head = await evidence.CommitLeftoversAsync(state, lane, Outside(state.Plan), view!, findings, cancellation);
        IReadOnlyList<PathChange> changes = [];
        if (!await parts.Repository.ContainsAsync(collect.From, head, cancellation))
            findings.Add(new Finding(
                "history-rewritten", $"Branch {lane.Branch} no longer contains commit {collect.From.Abbreviated} it began at."));
        else if (findings.Count == 0)
            changes = await JudgeAsync(state.Plan, collect, head, findings, cancellation);
        if (findings.Count > 0)
            return await RejectAsync(state, collect, lane, view, findings.ToImmutable(), cancellation);

        if (head != collect.From)
            await evidence.PinAsync(state.Run, lane, head, isFirst: false, cancellation);
        return await ConcludeAsync(scope, collect, head, changes, cancellation);
    }

    /// <summary>What changed, and what of it may not have.</summary>
    private async Task<IReadOnlyList<PathChange>> JudgeAsync(
        RunPlan plan,
        Effect.CollectSpec collect,
        CommitId head,
        ImmutableArray<Finding>.Builder findings,
        CancellationToken cancellation)
    {
        var changes = await parts.Repository.ChangesAsync(collect.From.Value, head.Value, cancellation);
        if (changes.Count == 0 && collect.Verdict == Verdict.Updated)
            findings.Add(new Finding("verdict-contradicted", "The spec maintainer said \"updated\" and changed nothing."));
        if (changes.Count > 0 && collect.Verdict == Verdict.NoChangesNeeded)
            findings.Add(new Finding(
                "verdict-contradicted", $"The spec maintainer said \"no_changes_needed\" and changed {changes[0].Path}."));
        if (changes.Count == 0)
            return changes;

        var before = (await parts.Repository.ChangesAsync(head.Value, collect.From.Value, cancellation))
            .ToDictionary(change => change.Path, change => change.Blob);
        foreach (var change in changes.Take(SpecBounds.MostFindings))
        {
            if (await new SpecBounds(plan, parts.Repository).ProblemAsync(change, before[change.Path], cancellation) is { } problem)
                findings.Add(problem);
        }

        if (changes.Count > SpecBounds.MostFindings)
            findings.Add(new Finding("spec-out-of-bounds", $"The spec maintainer changed {changes.Count} files."));
        foreach (var marker in await parts.Repository.ConflictMarkersAsync(collect.From, head, cancellation))
            findings.Add(new Finding("conflict-markers", $"The commit adds conflict markers at {marker}."));
        return changes;
    }

    private async Task<EffectOutcome> ConcludeAsync(
        EffectScope scope,
        Effect.CollectSpec collect,
        CommitId head,
        IReadOnlyList<PathChange> changes,
        CancellationToken cancellation) => new EffectResult.SpecCollected(
            head,
            await parts.Repository.TreeAsync(head, cancellation),
            collect.Verdict,
            Receipts.MaintainSpec(
                scope, collect, head, await evidence.ArtifactsAsync(changes, cancellation), parts.Clock.GetUtcNow()));

    /// <summary>The change goes back to its builder; edits made nevertheless are set aside, because they describe what will
    /// be different.</summary>
    private async Task<EffectOutcome> SendBackAsync(
        EffectScope scope, Effect.CollectSpec collect, LaneTurn lane, WorktreeView? view, CancellationToken cancellation)
    {
        var saved = await SaveAsync(scope.State, collect, lane, view, cancellation);
        var outcome = await ConcludeAsync(scope, collect, collect.From, [], cancellation);
        return saved is null ? outcome : outcome.After([new RunEvent.FindingRaised(collect.Task, collect.Attempt, new Finding(
            "spec-edits-set-aside", $"The spec maintainer asked for changes and edited; its edits are kept as commit {saved}."))]);
    }

    private async Task<EffectOutcome> RejectAsync(
        RunState state,
        Effect.CollectSpec collect,
        LaneTurn lane,
        WorktreeView? view,
        ImmutableArray<Finding> findings,
        CancellationToken cancellation)
    {
        await SaveAsync(state, collect, lane, view, cancellation);
        return new EffectOutcome(
            new EffectResult.Rejected(findings),
            [.. findings.Select(finding => new RunEvent.FindingRaised(collect.Task, collect.Attempt, finding))]);
    }

    private Task<CommitId?> SaveAsync(
        RunState state, Effect.CollectSpec collect, LaneTurn lane, WorktreeView? view, CancellationToken cancellation) =>
        evidence.KeepAsync(state.Run, lane, view, collect.From, $"spec-{collect.Round}.{collect.Try}", cancellation);

    private static Func<IReadOnlyList<string>, Finding?> Outside(RunPlan plan) => paths =>
        paths.FirstOrDefault(path => plan.SpecDocuments.All(document => document.Path != path)) is { } stranger
            ? SpecBounds.NoDocument(stranger)
            : null;
}
