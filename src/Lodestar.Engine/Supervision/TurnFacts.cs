using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Supervision;

/// <summary>What a turn's agent must know of what came before, taken from the state alone.</summary>
internal static class TurnFacts
{
    internal static AttemptFacts Of(RunState state, Effect.RunTurn turn, AgentId agent, string path, string? branch)
    {
        var task = state.Tasks[turn.Task];
        var attempt = task.Current!;
        var last = task.Past.LastOrDefault();
        var conflict = task.Past.LastOrDefault(past => past.End.Result == "conflict");
        var isBuilder = turn.Role == AgentRole.Builder;
        var isMaintainer = turn.Role == AgentRole.SpecMaintainer;
        return new AttemptFacts(turn.Attempt, turn.Round)
        {
            Run = state.Run,
            Agent = agent,
            Workspace = path,
            Branch = branch,
            Base = turn.Base,
            Head = isBuilder ? null : isMaintainer ? turn.From : attempt.Head,
            Notes = [.. task.Notes],
            ReviewFindings = isBuilder ? attempt.ReviewFindings : null,
            Problems = isBuilder && turn.Round == 1 && last is { End.Result: not "conflict" }
                ? [last.End.Reason, .. Pinned(last)]
                : isMaintainer ? attempt.SpecProblems : [],
            FailedChecks = isBuilder && last is { End.Code: "check-failed" or "check-timed-out" }
                ? [new FailedCheck(last.End.Reason, last.End.Detail)]
                : [],
            Conflict = isBuilder && conflict is not null ? new EarlierConflict(conflict.Pinned, conflict.End.Paths) : null,
        };
    }

    private static IEnumerable<string> Pinned(AttemptSummary past)
    {
        if (past.Pinned is { } pinned)
            yield return $"The work of attempt {past.Number} is commit {pinned}.";
        if (past.Saved is { } saved)
            yield return $"What attempt {past.Number} left uncommitted is commit {saved}.";
    }
}
