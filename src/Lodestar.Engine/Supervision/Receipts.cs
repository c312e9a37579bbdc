using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>Writes down what each finished step rests on.</summary>
internal static class Receipts
{
    internal static Receipt Implement(
        EffectScope scope, Effect.Collect collect, CommitId? head, ImmutableArray<ReceiptArtifact> artifacts, DateTimeOffset now)
    {
        var attempt = scope.State.Tasks[collect.Task].Current!;
        return Draft(scope, collect.Task, attempt, "implement", now) with
        {
            Agent = RunAgents.Lane(scope.State.Run, collect.Lane, AgentRole.Builder),
            Profile = scope.State.Plan.Builder.Name,
            BriefingHash = attempt.LastTurn!.BriefingHash,
            Commit = head,
            Artifacts = artifacts,
            Usage = attempt.LastTurn.Usage,
            StartedAt = attempt.TurnStartedAt,
        };
    }

    internal static Receipt Review(
        EffectScope scope, Effect.RunTurn turn, RunEvent.ProcessSpawning row, EffectResult.TurnDone done, DateTimeOffset now)
    {
        var attempt = scope.State.Tasks[turn.Task].Current!;
        return Draft(scope, turn.Task, attempt, "review", now) with
        {
            Agent = row.Agent,
            Profile = scope.State.Plan.Reviewer!.Name,
            BriefingHash = row.BriefingHash,
            Commit = attempt.Head,
            Verdict = done.Verdict,
            Checks = ChecksOf(scope.State, attempt.Tree),
            Usage = done.Usage,
        };
    }

    internal static Receipt MaintainSpec(
        EffectScope scope, Effect.CollectSpec collect, CommitId head, ImmutableArray<ReceiptArtifact> artifacts, DateTimeOffset now)
    {
        var turn = scope.State.Tasks[collect.Task].Current!.SpecTurn!;
        return Draft(scope, collect.Task, scope.State.Tasks[collect.Task].Current!, "maintain-spec", now) with
        {
            Agent = RunAgents.Lane(scope.State.Run, collect.Lane, AgentRole.SpecMaintainer),
            Profile = scope.State.Plan.SpecMaintainer!.Name,
            BriefingHash = turn.BriefingHash,
            Base = collect.From,
            Commit = head,
            Artifacts = artifacts,
            Verdict = collect.Verdict,
            Usage = turn.Usage,
        };
    }

    internal static Receipt Check(EffectScope scope, Effect.RunCheck check, CheckResult result, DateTimeOffset now) =>
        Draft(scope, check.Task, scope.State.Tasks[check.Task].Current!, "check", now) with
        {
            Commit = check.Commit,
            Checks = [new ReceiptCheck(result.Name, result.Status, result.Tree)],
        };

    internal static Receipt Merge(EffectScope scope, Effect.Publish publish, DateTimeOffset now) =>
        Draft(scope, publish.Task, scope.State.Tasks[publish.Task].Current!, "merge", now) with
        {
            Commit = publish.Commit,
            Checks = ChecksOf(scope.State, publish.Tree),
        };

    private static Receipt Draft(
        EffectScope scope, TaskId task, AttemptRun attempt, string step, DateTimeOffset now) => new(
        scope.State.Run,
        scope.State.Plan.Mission.Id,
        task,
        attempt.Number,
        attempt.Round,
        scope.State.Tasks[task].Receipts + 1,
        step,
        scope.Key,
        null,
        null,
        null,
        attempt.Base,
        null,
        [],
        [],
        null,
        scope.State.Plan.Checks.IsEmpty ? "commit-only" : "checked",
        Usage.Unknown,
        scope.Pending.IntendedAt,
        now);

    private static ImmutableArray<ReceiptCheck> ChecksOf(RunState state, TreeId? tree) => tree is not { } checkedTree
        ? []
        : [.. state.Plan.Checks
            .Where(check => state.Checks.ContainsKey((check.Name, checkedTree)))
            .Select(check => new ReceiptCheck(check.Name, state.Checks[(check.Name, checkedTree)], checkedTree))];
}
