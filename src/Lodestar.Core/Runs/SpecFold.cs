using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>What the outcome of spec maintenance means for an attempt.</summary>
internal static class SpecFold
{
    internal static RunState Settled(
        RunState state, LedgerEntry recorded, Pending pending, RunEvent.EffectSettled settled) =>
        (pending.Effect, settled.Result) switch
        {
            (Effect.RunTurn { Role: AgentRole.SpecMaintainer } turn, EffectResult.TurnDone done) => state.With(
                turn.Task, state.AttemptOf(turn.Task) with { Phase = AttemptPhase.CollectSpec, SpecTurn = done }),
            (Effect.RunTurn { Role: AgentRole.SpecMaintainer } turn, EffectResult.TurnFailed failed) => state.With(
                turn.Task,
                Failed(state, state.AttemptOf(turn.Task), failed.Code, AttemptFold.TurnReason(turn, failed), failed.Text)),
            (Effect.CollectSpec collect, EffectResult.SpecCollected collected) =>
                AttemptFold.Count(state, collect.Task, collected.Receipt).With(
                    collect.Task, Collected(state, state.AttemptOf(collect.Task), collected)),
            (Effect.CollectSpec collect, EffectResult.Rejected rejected) => state.With(collect.Task, Failed(
                state,
                state.AttemptOf(collect.Task),
                rejected.Findings[0].Code,
                rejected.Findings[0].Message,
                AttemptFold.Sentences(rejected))),
            _ => throw new LedgerContradictionException(
                recorded.Seq,
                $"{pending.Effect.GetType().Name} cannot end in {settled.Result.GetType().Name}."),
        };

    /// <summary>A turn that did not count is given again, told why, within the bound of attempts.</summary>
    private static AttemptRun Failed(RunState state, AttemptRun attempt, string code, string reason, string detail) =>
        attempt.Try < state.Plan.Policy.MaxAttempts.Value
            ? attempt with
            {
                Phase = AttemptPhase.MaintainSpec,
                Try = attempt.Try + 1,
                SpecProblems = [reason, .. detail.Split('\n').Where(line => line != reason && line.Length > 0)],
            }
            : AttemptFold.EndedBy(attempt, new AttemptEnd("failed", code, reason, detail));

    /// <summary>The specification is settled, or the maintainer sends the change back to its builder.</summary>
    private static AttemptRun Collected(RunState state, AttemptRun attempt, EffectResult.SpecCollected collected)
    {
        if (collected.Verdict != Verdict.ChangesRequested)
            return AttemptFold.AfterMerge(state, attempt with
            {
                Candidate = collected.Head,
                CandidateTree = collected.Tree,
                IsSpecSettled = true,
            });
        var findings = attempt.SpecTurn!.Text;
        return attempt.Round < state.Plan.Policy.ReviewRounds.Value
            ? AttemptFold.NextRound(attempt, findings) with { Tip = null, Candidate = null, CandidateTree = null }
            : AttemptFold.EndedBy(attempt, new AttemptEnd(
                "failed",
                "spec-rounds-exhausted",
                $"The spec maintainer still asked for changes after {attempt.Round} rounds.",
                findings));
    }
}
