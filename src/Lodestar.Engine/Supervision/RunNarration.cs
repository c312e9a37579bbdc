using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>The words for each kind of event; see <see cref="RunNarrator"/>.</summary>
internal static class RunNarration
{
    /// <summary>The task an event is about, or null.</summary>
    public static TaskId? TaskOf(RunEvent happened) => happened switch
    {
        RunEvent.AttemptStarted started => started.Task,
        RunEvent.LeaseTaken taken => taken.Task,
        RunEvent.LeaseUnavailable unavailable => unavailable.Task,
        RunEvent.LeaseLost lost => lost.Task,
        RunEvent.EffectIntended intended => intended.Effect.ForTask,
        RunEvent.EffectSettled settled => settled.Result.Proof?.TaskId,
        RunEvent.ProcessSpawning spawning => spawning.Task,
        RunEvent.FindingRaised raised => raised.Task,
        RunEvent.AttemptEnded ended => ended.Task,
        RunEvent.AttemptAborted aborted => aborted.Task,
        RunEvent.TaskIntegrated integrated => integrated.Task,
        RunEvent.TaskFailed failed => failed.Task,
        RunEvent.TaskSkipped skipped => skipped.Task,
        RunEvent.TaskRetried retried => retried.Task,
        _ => null,
    };

    /// <summary>One sentence without its task and time; empty for what only the ledger cares about.</summary>
    public static string Tell(RunEvent happened) => happened switch
    {
        RunEvent.RunStarted started =>
            $"run started: {Count(started.Plan.Tasks.Length, "task")} on {Count(started.Plan.Policy.Lanes.Value, "lane")} from {started.Plan.BaseBranch} {started.Plan.BaseCommit.Abbreviated}",
        RunEvent.EngineAttached attached => $"engine {attached.Pid} on {attached.Machine} drives the run",
        RunEvent.AttemptStarted started => $"attempt {started.Attempt} started on lane {started.Lane} at {started.Base.Abbreviated}",
        RunEvent.LeaseUnavailable unavailable => $"held by {unavailable.Holder} until {unavailable.Until:HH:mm:ss}",
        RunEvent.LeaseLost => "lease lost",
        RunEvent.EffectIntended intended => Begin(intended.Effect),
        RunEvent.EffectSettled settled => End(settled.Result),
        RunEvent.FindingRaised raised => $"finding {raised.Finding.Code}: {raised.Finding.Message}",
        RunEvent.AttemptEnded ended => $"attempt {ended.Attempt} ended: {ended.Reason}",
        RunEvent.AttemptAborted => "attempt aborted",
        RunEvent.TaskIntegrated { MergeCommit: { } commit } => $"integrated as {commit.Abbreviated}",
        RunEvent.TaskIntegrated => "needs no change",
        RunEvent.TaskFailed failed => $"failed: {failed.Reason}",
        RunEvent.TaskSkipped skipped => $"skipped: {skipped.Reason}",
        RunEvent.TaskRetried retried => retried.Note is { } note ? $"to be tried again: {note}" : "to be tried again",
        RunEvent.PauseRequested requested => $"pause requested: {requested.Reason}",
        RunEvent.AbortRequested requested => $"abort requested: {requested.Reason}",
        RunEvent.RunPaused paused => $"run paused: {paused.Reason}",
        RunEvent.RunResumed resumed => $"run resumed by {resumed.Actor}",
        RunEvent.RunEnded ended => $"run {ended.Outcome.ToString().ToLowerInvariant()}: {ended.Reason}",
        RunEvent.RunIntegrated integrated => $"integrated into the base branch ({integrated.Strategy}) as {integrated.Commit.Abbreviated}",
        _ => "",
    };

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Begin(Effect effect) => effect switch
    {
        Effect.RunTurn { Role: AgentRole.Builder, Round: 1 } => "builder at work",
        Effect.RunTurn { Role: AgentRole.Builder } turn => $"builder at work on round {turn.Round}",
        Effect.RunTurn { Role: AgentRole.SpecMaintainer } turn => $"spec maintainer at work on round {turn.Round}",
        Effect.RunTurn turn => $"reviewer at work on round {turn.Round}",
        Effect.RunCheck check => $"check {check.Check} on {check.Commit.Abbreviated}",
        Effect.Merge merge => $"merging {merge.Head.Abbreviated}",
        _ => "",
    };

    private static string End(EffectResult result) => result switch
    {
        EffectResult.TurnDone { Verdict: Verdict.Approved } => "review: approved",
        EffectResult.TurnDone { Verdict: Verdict.ChangesRequested, Receipt: not null } => RunNarrator.ChangesRequested,
        EffectResult.SpecCollected { Verdict: Verdict.ChangesRequested } => "spec: changes requested",
        EffectResult.SpecCollected { Verdict: Verdict.NoChangesNeeded } => "spec: no changes needed",
        EffectResult.SpecCollected collected => $"spec updated as {collected.Head.Abbreviated}",
        EffectResult.TurnFailed failed => $"turn ended: {failed.Code}",
        EffectResult.Interrupted interrupted => $"interrupted: {interrupted.Reason}",
        EffectResult.Collected { Head: { } head } collected => $"{Count(collected.Commits, "commit")}, pinned at {head.Abbreviated}",
        EffectResult.Collected => "no change declared",
        EffectResult.Checked check => $"check {check.Result.Name} {check.Result.Status}",
        EffectResult.Conflicted conflicted => $"conflict: {string.Join(", ", conflicted.Paths.Take(3))}",
        EffectResult.BranchMoved moved => $"run branch moved by hand to {moved.Found?.Abbreviated ?? "nothing"}",
        _ => "",
    };
}
