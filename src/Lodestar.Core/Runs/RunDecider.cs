namespace Lodestar.Core.Runs;

/// <summary>What people may ask of a run, and when: yes with the event that follows, or no with the reason.</summary>
public static class RunDecider
{
    /// <summary>Asks the run to pause.</summary>
    public static RunDecision Pause(RunState state, string actor, string? reason) => state switch
    {
        { Status: RunStatus.Running, Aborting: null } =>
            new RunEvent.PauseRequested(actor, "run-paused", reason ?? $"Paused by {actor}."),
        { Status: RunStatus.Running } => new Refusal("run-ending", $"Run {state.Run} is being aborted."),
        { Status: RunStatus.Paused } => new Refusal(
            "run-not-running", $"Run {state.Run} is paused already.", $"lodestar resume {state.Run}"),
        _ => Ended(state),
    };

    /// <summary>Asks the run to end, keeping all work under references.</summary>
    public static RunDecision Abort(RunState state, string actor, string? reason) => state.Status == RunStatus.Ended
        ? Ended(state)
        : new RunEvent.AbortRequested(actor, reason ?? $"Aborted by {actor}.");

    /// <summary>Gives a failed task new attempts.</summary>
    public static RunDecision Retry(RunState state, TaskId id, string actor, string? note)
    {
        if (Closed(state) is { } closed)
            return closed;
        if (!state.Tasks.TryGetValue(id, out var task))
            return Unknown(state, id);
        return task.Status == TaskRunStatus.Failed
            ? new RunEvent.TaskRetried(id, actor, note)
            : new Refusal(
                "task-not-failed",
                $"Task {id} is {Word(task.Status)} in run {state.Run}; only a failed task can be retried.",
                $"lodestar run explain {id} --run {state.Run}");
    }

    /// <summary>Does without a task; its dependents may start.</summary>
    public static RunDecision Skip(RunState state, TaskId id, string actor, string? reason)
    {
        if (Closed(state) is { } closed)
            return closed;
        if (!state.Tasks.TryGetValue(id, out var task))
            return Unknown(state, id);
        return task switch
        {
            { Status: TaskRunStatus.Failed } or { Status: TaskRunStatus.Waiting, Current: null } =>
                new RunEvent.TaskSkipped(id, actor, reason ?? $"Skipped by {actor}."),
            { IsSettled: true } => new Refusal("task-settled", $"Task {id} is {Word(task.Status)} in run {state.Run} already."),
            _ => new Refusal(
                "task-in-progress",
                $"Task {id} is being worked on in run {state.Run}.",
                $"lodestar run pause {state.Run}"),
        };
    }

    /// <summary>Lets a paused or failed run, or one whose engine died, go on.</summary>
    /// <returns>The event to begin with; null when the run only lost its engine.</returns>
    public static (RunEvent? Event, Refusal? Refusal) Resume(RunState state, string actor)
    {
        // A pause its engine did not live to reach is withdrawn: who resumes wants the run to go on.
        if (state.Status == RunStatus.Running && state.Pausing is null)
            return (null, null);
        if (state.Status is RunStatus.Running or RunStatus.Paused)
            return (new RunEvent.RunResumed(actor), null);
        if (state.Outcome != RunOutcome.Failed)
            return (null, Ended(state).Refusal);

        var failed = state.Tasks.Values.Where(task => task.Status == TaskRunStatus.Failed).Select(task => task.Id).ToArray();
        return failed.Length == 0
            ? (new RunEvent.RunResumed(actor), null)
            : (null, new Refusal(
                "tasks-failed",
                $"Run {state.Run} failed at {string.Join(", ", failed)}.",
                $"lodestar run retry {failed[0]} --run {state.Run}"));
    }

    /// <summary>The word for a task's status that people and programs see.</summary>
    public static string Word(TaskRunStatus status) => status.ToString().ToLowerInvariant();

    /// <summary>The word for a run's status that people and programs see.</summary>
    public static string Word(RunState state) => state.Status switch
    {
        RunStatus.Running => "running",
        RunStatus.Paused => "paused",
        RunStatus.Ended => state.Outcome!.Value.ToString().ToLowerInvariant(),
        _ => throw new InvalidOperationException($"Run status {state.Status} has no word."),
    };

    private static RunDecision Ended(RunState state) => new Refusal(
        "run-ended",
        $"Run {state.Run} is {Word(state)}.",
        state.Outcome == RunOutcome.Completed ? $"lodestar run integrate {state.Run}" : $"lodestar run show {state.Run}");

    /// <summary>Retry and skip go on after a failed run, but not after one that is over for good.</summary>
    private static RunDecision? Closed(RunState state) =>
        state.Status == RunStatus.Ended && state.Outcome != RunOutcome.Failed ? Ended(state) : null;

    private static Refusal Unknown(RunState state, TaskId id) => new(
        "task-unknown", $"Run {state.Run} has no task {id}.", $"lodestar run show {state.Run}");
}

/// <summary>A yes with its event, or a no.</summary>
public sealed record RunDecision(RunEvent? Event, Refusal? Refusal)
{
    /// <summary>Yes.</summary>
    public static implicit operator RunDecision(RunEvent happened) => new(happened, null);

    /// <summary>No.</summary>
    public static implicit operator RunDecision(Refusal refusal) => new(null, refusal);
}
