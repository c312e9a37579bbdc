using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Turns where a run stands into the outcome of the verb that drove it: full data always, a refusal unless every
/// selected task is on the run branch.</summary>
internal static class RunOutcomes
{
    internal static Outcome<RunView> Of(RunState state, IReadOnlyList<Warning> warnings)
    {
        var view = RunView.Of(state);
        var refusal = RefusalOf(state);
        return refusal is null
            ? Outcome<RunView>.Done(view, Next(state), warnings)
            : Outcome<RunView>.Unhealthy(view, refusal, Next(state), warnings);
    }

    private static Refusal? RefusalOf(RunState state) => (state.Status, state.Outcome) switch
    {
        (RunStatus.Paused, _) => new Refusal("run-paused", $"Run {state.Run} is paused. {state.Reason}", $"lodestar resume {state.Run}")
        {
            Details = new() { ["cause"] = state.Code },
        },
        (_, RunOutcome.Completed) when state.Tasks.Values.Any(task => task.Status == TaskRunStatus.Skipped) => new Refusal(
            "tasks-skipped", $"Run {state.Run} is completed without tasks that were skipped."),
        (_, RunOutcome.Completed) => null,
        (_, RunOutcome.Aborted) => new Refusal("run-aborted", $"Run {state.Run} was aborted. {state.Reason}"),
        (_, RunOutcome.Failed) => new Refusal("run-failed", $"Run {state.Run} failed. {state.Reason}", FailedHint(state)),
        _ => throw new InvalidOperationException($"Run {state.Run} stopped while it is running."),
    };

    private static string FailedHint(RunState state) =>
        state.Tasks.Values.FirstOrDefault(task => task.Status == TaskRunStatus.Failed) is { } task
            ? $"lodestar run explain {ShellWord.Quote(task.Id.Value)} --run {state.Run}"
            : $"lodestar run show {state.Run}";

    private static IReadOnlyList<NextAction> Next(RunState state)
    {
        var run = state.Run;
        if (state.Status == RunStatus.Paused)
            return [new("run.resume", $"lodestar resume {run}", "Go on from here")];
        if (state.Outcome == RunOutcome.Completed)
            return
            [
                new("run.diff", $"lodestar run diff --run {run}", "See everything the run changed"),
                new("run.integrate", $"lodestar run integrate {run}", $"Bring it into {state.Plan.BaseBranch}"),
            ];
        return
        [
            .. state.Tasks.Values.Where(task => task.Status == TaskRunStatus.Failed).Take(3).Select(task => new NextAction(
                "run.explain", $"lodestar run explain {ShellWord.Quote(task.Id.Value)} --run {run}", $"See why {task.Id} failed")),
            new("run.show", $"lodestar run show {run}", "See the whole run"),
        ];
    }
}
