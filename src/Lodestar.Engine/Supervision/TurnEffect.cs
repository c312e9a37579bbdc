using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Git;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>Lets one agent take one turn: lane brought to the recorded commit, briefing written, program hosted, end seen.</summary>
/// <remarks>A turn cut short by a crash keeps its key: its work is saved under a reference, the lane is brought back to
/// the same commit and a new incarnation takes the turn. A turn whose host wrote down its end is not repeated.</remarks>
internal sealed class TurnEffect(
    RunParts parts, LaneWorkspace workspace, LaneEvidence evidence, HostedPrograms programs, UserTree userTree)
{
    private const int TextLimit = 16_384;

    internal async Task<EffectOutcome> PerformAsync(
        EffectScope scope, Effect.RunTurn turn, CancellationToken cancellation)
    {
        var run = scope.State.Run;
        var place = new LanePlace(turn.Task, turn.Attempt, turn.Lane, parts.Ground.PathOf(run, turn.Lane));
        var branch = AgentRoles.Writes(turn.Role) ? RefName.AttemptBranch(run, turn.Task, turn.Attempt) : null;
        var before = new List<RunEvent>();
        var earlier = await programs.EarlierAsync(scope, turn.Role, cancellation);
        if (earlier.Finished is { } finished)
            return await ConcludeAsync(scope, turn, finished.Row, finished.Report, [.. earlier.Ended], cancellation);
        if (earlier.CutShort.Count > 0)
            await SaveAsync(scope.State, turn, earlier.CutShort[^1], cancellation);
        // Accounted for before the next incarnation exists, so that there is never more than one to account for.
        if (earlier.Ended.Count > 0)
            await scope.RecordAsync(earlier.Ended);

        if (await workspace.BringToAsync(scope, place, branch, turn.From, cancellation) is { } problem)
            return problem.AsOutcome(text => new EffectResult.TurnFailed(null, "setup-failed", Bound(text), Usage.Unknown))
                .After(before);

        await userTree.RememberAsync(cancellation);
        var refs = AgentRoles.Writes(turn.Role) ? await ForeignRefs.DigestAsync(parts.Repository, scope.State, cancellation) : null;
        var (row, order) = await OrderAsync(scope, turn, place, branch, refs, cancellation);
        var end = await programs.RunAsync(scope, order, row, cancellation);
        before.AddRange(end.Events);
        if (HostedPrograms.IsOwnEnd(end.Report))
            return await ConcludeAsync(scope, turn, row, end.Report!, before, cancellation);

        if (end.Report is not null)
            await SaveAsync(scope.State, turn, row.Process, cancellation);
        return new EffectOutcome(new EffectResult.Interrupted("stopped"), before);
    }

    private async Task<(RunEvent.ProcessSpawning Row, HostOrder Order)> OrderAsync(
        EffectScope scope, Effect.RunTurn turn, LanePlace place, string? branch, string? refs, CancellationToken cancellation)
    {
        var state = scope.State;
        var profile = RunAgents.Profile(state.Plan, turn.Role);
        var process = parts.Ids.Process();
        var agent = RunAgents.Lane(state.Run, turn.Lane, turn.Role);
        var facts = TurnFacts.Of(state, turn, agent, place.Path, branch);
        var briefing = turn.Role switch
        {
            AgentRole.Builder => Briefing.ForBuilder(state.Plan, turn.Task, facts),
            AgentRole.Reviewer => Briefing.ForReviewer(state.Plan, turn.Task, facts),
            AgentRole.SpecMaintainer => Briefing.ForSpecMaintainer(state.Plan, turn.Task, facts),
            _ => throw new InvalidOperationException($"Role {turn.Role} takes no turns."),
        };
        var text = briefing.ToMarkdown();
        var file = await parts.Folder.WriteBriefingAsync(process, text, briefing.ToJson(), cancellation);
        var command = parts.Ground.CommandOf(profile, new TurnWords(file, text, turn.Task, place.Path));
        var row = new RunEvent.ProcessSpawning(
            process,
            scope.Key,
            agent,
            turn.Role,
            turn.Task,
            turn.Attempt,
            turn.Lane,
            string.Join(' ', profile.Command),
            place.Path,
            briefing.ComputeHash(),
            refs);
        var variables = RunAgents.Variables(state, place, row, file);
        // An agent that commits for itself needs a name to commit under, also on a machine where nobody set one.
        if (await parts.Repository.IdentityAsync(cancellation) is var identity && identity == GitIdentity.Fallback)
            foreach (var who in (string[])["AUTHOR", "COMMITTER"])
                (variables[$"GIT_{who}_NAME"], variables[$"GIT_{who}_EMAIL"]) = (identity.Name, identity.Email);
        var order = new HostOrder(
            process,
            profile.Adapter == "exec" ? "exec" : "native",
            command,
            place.Path,
            parts.Ground.EnvironmentFor(profile.Env, variables),
            (long)profile.Timeout.TotalMilliseconds,
            (long)state.Plan.Policy.StallAfter.Value.TotalMilliseconds,
            parts.Folder.ProcessFolder(process),
            parts.Ground.SecretsOf(profile.Env),
            state.Plan.Redact,
            profile.Adapter == "exec" ? null : TurnCommand.Of(state, scope.Key, turn, file, parts.Clock.GetUtcNow() + profile.Timeout));
        return (row, order);
    }

    private async Task<EffectOutcome> ConcludeAsync(
        EffectScope scope,
        Effect.RunTurn turn,
        RunEvent.ProcessSpawning row,
        ExitReport report,
        List<RunEvent> before,
        CancellationToken cancellation)
    {
        var usage = new Usage(report.CostUsd, report.Tokens);
        var text = Bound(report.Text);
        if (report.Survivors > 0)
            before.Add(new RunEvent.FindingRaised(turn.Task, turn.Attempt, new Finding(
                "processes-left", $"The {AgentRoles.Word(turn.Role)} of task {turn.Task} left {report.Survivors} processes behind; they were ended.")));
        var verdict = VerdictOf(turn.Role, report.Verdict);
        var isOver = report.Status == ExitStatus.Completed && (turn.Role == AgentRole.Builder || verdict is not null);
        // A builder's failed attempt keeps its work when it is retired; a maintainer's turn is given again in the same lane.
        if (!isOver && turn.Role == AgentRole.SpecMaintainer)
            await SaveAsync(scope.State, turn, row.Process, cancellation);
        if (report.Status != ExitStatus.Completed)
            return new EffectOutcome(
                new EffectResult.TurnFailed(report.Process, FailureCode(report), Explain(report, text), usage), before);

        if (!isOver)
            return new EffectOutcome(new EffectResult.TurnFailed(report.Process, "no-verdict", text, usage), before);

        var done = new EffectResult.TurnDone(
            report.Process,
            verdict,
            turn.Role == AgentRole.Builder ? report.NoChange : null,
            text,
            row.BriefingHash ?? "",
            usage)
        {
            ForeignRefs = row.RefsDigest is { } digest
                && digest != await ForeignRefs.DigestAsync(parts.Repository, scope.State, cancellation),
        };
        if (turn.Role == AgentRole.Reviewer)
            done = done with { Receipt = Receipts.Review(scope, turn, row, done, parts.Clock.GetUtcNow()) };
        else if (await userTree.LookAsync(always: false, cancellation) is { } finding)
            before.Add(new RunEvent.FindingRaised(turn.Task, turn.Attempt, finding));
        return new EffectOutcome(done, before);
    }

    /// <summary>Whose word it is decides what it may say: a reviewer cannot update, a maintainer cannot approve.</summary>
    private static Verdict? VerdictOf(AgentRole role, string? word) => (role, word) switch
    {
        (AgentRole.Reviewer, "approved") => Verdict.Approved,
        (AgentRole.Reviewer or AgentRole.SpecMaintainer, "changes_requested") => Verdict.ChangesRequested,
        (AgentRole.SpecMaintainer, "updated") => Verdict.Updated,
        (AgentRole.SpecMaintainer, "no_changes_needed") => Verdict.NoChangesNeeded,
        _ => null,
    };

    private async Task SaveAsync(RunState state, Effect.RunTurn turn, ProcessId process, CancellationToken cancellation)
    {
        if (!AgentRoles.Writes(turn.Role))
            return;
        var lane = LaneTurn.Of(parts, state, turn.Task, turn.Attempt, turn.Lane, turn.Role);
        var view = await parts.Repository.InspectAsync(lane.Path, cancellation);
        await evidence.KeepAsync(state.Run, lane, view, turn.From, process.Value, cancellation);
    }

    private static string FailureCode(ExitReport report) => report.Status switch
    {
        ExitStatus.Failed => "agent-failed",
        ExitStatus.Crashed => "agent-crashed",
        ExitStatus.TimedOut => "agent-timed-out",
        ExitStatus.NotStarted => "agent-not-started",
        _ => throw new InvalidOperationException($"{report.Status} is not the end of a failed turn."),
    };

    private static string Explain(ExitReport report, string text)
    {
        var cause = report.Problem
            ?? (report.Signal is { } signal ? $"Signal {signal}." : $"Exit code {report.ExitCode}.");
        return text.Length == 0 ? cause : $"{cause}\n{text}";
    }

    private static string Bound(string text) => text.Length <= TextLimit ? text : "..." + text[^TextLimit..];
}
