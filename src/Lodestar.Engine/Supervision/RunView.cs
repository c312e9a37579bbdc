using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;
using Lodestar.Engine.Operations;

namespace Lodestar.Engine.Supervision;

/// <summary>A run as verbs show it: the data of <c>run</c>, <c>resume</c> and <c>run show</c>.</summary>
/// <param name="RunId">The run.</param>
/// <param name="MissionId">Its mission.</param>
/// <param name="Status">running, paused, completed, failed or aborted.</param>
/// <param name="Outcome">completed, failed or aborted once it ended; paused when it stopped short; null while it goes on.</param>
/// <param name="Reason">Why it is paused or ended, or null.</param>
/// <param name="BaseBranch">Where it began and will be integrated.</param>
/// <param name="BaseCommit">That branch's commit when it was planned.</param>
/// <param name="RunBranch">Where finished work is.</param>
/// <param name="RunHead">The run branch's commit.</param>
/// <param name="SnapshotId">The tree it started from.</param>
/// <param name="Tasks">Every selected task, in plan order.</param>
/// <param name="Totals">Sums.</param>
/// <param name="Findings">What was noticed, newest last.</param>
public sealed record RunView(
    RunId RunId,
    MissionId MissionId,
    string Status,
    string? Outcome,
    string? Reason,
    string BaseBranch,
    CommitId BaseCommit,
    string RunBranch,
    CommitId RunHead,
    SnapshotId SnapshotId,
    ImmutableArray<RunTaskView> Tasks,
    RunTotals Totals,
    ImmutableArray<RunFindingView> Findings)
{
    /// <summary>The view of a state.</summary>
    public static RunView Of(RunState state) => new(
        state.Run,
        state.Plan.Mission.Id,
        RunDecider.Word(state),
        state.Status switch
        {
            RunStatus.Running => null,
            RunStatus.Paused => "paused",
            _ => RunDecider.Word(state),
        },
        state.Reason,
        state.Plan.BaseBranch,
        state.Plan.BaseCommit,
        RefName.RunBranch(state.Run),
        state.Tip,
        state.Plan.SnapshotId,
        [.. state.Plan.Tasks.Select(task => TaskOf(state, task))],
        RunTotals.Of(state),
        [.. state.Findings.Select(raised => new RunFindingView(raised.Task, raised.Attempt, raised.Finding.Code, raised.Finding.Message))]);

    private static RunTaskView TaskOf(RunState state, PlannedTask planned)
    {
        var task = state.Tasks[planned.Id];
        return new RunTaskView(
            planned.Id,
            planned.Title,
            RunDecider.Word(task.Status),
            task.LastAttempt,
            task.Commit,
            task.MergeCommit,
            task.Reason ?? Waiting(state, planned, task),
            Milliseconds(task.StartedAt, task.EndedAt),
            task.Usage.CostUsd);
    }

    private static string? Waiting(RunState state, PlannedTask planned, TaskRun task)
    {
        if (task.Status != TaskRunStatus.Waiting || task.Current is not null)
            return null;
        var unmet = planned.DependsOn
            .Where(id => state.Tasks.TryGetValue(id, out var other)
                && other.Status is not (TaskRunStatus.Integrated or TaskRunStatus.Skipped))
            .ToArray();
        return unmet.Length == 0 ? null : $"Waits for {string.Join(", ", unmet)}.";
    }

    private static long? Milliseconds(DateTimeOffset? from, DateTimeOffset? until) =>
        from is { } start && until is { } end ? (long)(end - start).TotalMilliseconds : null;
}

/// <summary>One task of a run.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Status">waiting, running, reviewing, merging, integrated, failed or skipped.</param>
/// <param name="Attempts">Attempts started.</param>
/// <param name="Commit">The attempt's commit that was integrated, or null.</param>
/// <param name="MergeCommit">The commit on the run branch that brought it in, or null.</param>
/// <param name="Reason">Why it failed, was skipped, needed no change or waits, or null.</param>
/// <param name="DurationMs">From its first attempt to its end, or null.</param>
/// <param name="CostUsd">Reported cost, or null when unknown.</param>
public sealed record RunTaskView(
    TaskId Id,
    string Title,
    string Status,
    int Attempts,
    CommitId? Commit,
    CommitId? MergeCommit,
    string? Reason,
    long? DurationMs,
    decimal? CostUsd);

/// <summary>Something noticed.</summary>
public sealed record RunFindingView(TaskId? Task, int? Attempt, string Code, string Message);

/// <summary>Sums over a run.</summary>
/// <param name="Tasks">Selected tasks.</param>
/// <param name="Integrated">On the run branch.</param>
/// <param name="Failed">Failed.</param>
/// <param name="Skipped">Skipped.</param>
/// <param name="Waiting">Not finished.</param>
/// <param name="Attempts">Attempts started.</param>
/// <param name="Conflicts">Attempts that ended in a conflict.</param>
/// <param name="DurationMs">From start to stop, or null while it goes on.</param>
/// <param name="CostUsd">Reported cost, or null when unknown.</param>
/// <param name="Tokens">Reported tokens, or null when unknown.</param>
public sealed record RunTotals(
    int Tasks,
    int Integrated,
    int Failed,
    int Skipped,
    int Waiting,
    int Attempts,
    int Conflicts,
    long? DurationMs,
    decimal? CostUsd,
    long? Tokens)
{
    internal static RunTotals Of(RunState state)
    {
        var tasks = state.Tasks.Values;
        int Count(TaskRunStatus status) => tasks.Count(task => task.Status == status);
        return new RunTotals(
            state.Tasks.Count,
            Count(TaskRunStatus.Integrated),
            Count(TaskRunStatus.Failed),
            Count(TaskRunStatus.Skipped),
            tasks.Count(task => !task.IsSettled),
            tasks.Sum(task => task.LastAttempt),
            tasks.Sum(task => task.Past.Count(past => past.End.Result == "conflict")),
            state.StoppedAt is { } stopped ? (long)(stopped - state.StartedAt).TotalMilliseconds : null,
            state.Usage.CostUsd,
            state.Usage.Tokens);
    }
}

/// <summary>The JSON form of the views of runs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunView))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(RunTaskStory))]
[JsonSerializable(typeof(RunLog))]
[JsonSerializable(typeof(RunDifference))]
[JsonSerializable(typeof(AskedRun))]
[JsonSerializable(typeof(IntegratedRun))]
[JsonSerializable(typeof(ProcessList))]
public sealed partial class RunViewJson : JsonSerializerContext;
