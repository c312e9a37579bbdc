using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Runs;

namespace Lodestar.Engine.Operations;

/// <summary>Shows what a run would do, without starting it: the verb <c>plan</c>. Writes nothing but caches.</summary>
public sealed record PlanRun(RunRequest Request)
{
    /// <summary>Prepares the run and describes it.</summary>
    public async Task<Outcome<PlanData>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var prepared = await desk.PrepareAsync(Request, cancellation);
        return prepared.Data is { } run
            ? Outcome<PlanData>.Done(PlanData.Of(run), prepared.Next, prepared.Warnings)
            : prepared.Refusal!;
    }
}

/// <summary>What <c>plan</c> shows.</summary>
public sealed record PlanData(
    string PlanHash,
    SnapshotId SnapshotId,
    string BaseBranch,
    CommitId BaseCommit,
    PlannedMission Mission,
    ImmutableArray<PlanTaskData> Tasks,
    ImmutableArray<ImmutableArray<TaskId>> Waves,
    int Lanes,
    RunPolicy Policy,
    ImmutableArray<PipelineStep> Pipeline,
    ImmutableArray<LeftOutStep> LeftOutSteps,
    ImmutableArray<PlannedCheck> Checks,
    PlannedProfile Builder,
    PlannedProfile? Reviewer,
    PlannedProfile? SpecMaintainer,
    ImmutableArray<MaintainedDocument> SpecDocuments,
    ImmutableArray<string> ProtectedPaths,
    ImmutableArray<string> Redact,
    ImmutableArray<LostParallelism> LostParallelism,
    ImmutableArray<LeftOutTaskData> LeftOutTasks,
    ImmutableArray<string> Dirty)
{
    /// <summary>Describes a run that could start.</summary>
    public static PlanData Of(PreparedRun run) => new(
        run.Plan.ComputeHash(),
        run.Plan.SnapshotId,
        run.Plan.BaseBranch,
        run.Plan.BaseCommit,
        run.Plan.Mission,
        [.. run.Plan.Tasks.Select(task => new PlanTaskData(
            task.Id, task.Title, task.Priority, task.DependsOn, task.Labels, task.Locks))],
        run.Plan.Waves,
        run.Plan.Policy.Lanes.Value,
        run.Plan.Policy,
        run.Plan.Pipeline,
        run.Plan.LeftOut,
        run.Plan.Checks,
        run.Plan.Builder,
        run.Plan.Reviewer,
        run.Plan.SpecMaintainer,
        run.Plan.SpecDocuments,
        run.Plan.ProtectedPaths,
        run.Plan.Redact,
        run.Plan.LostParallelism,
        [.. run.LeftOut.Select(task => new LeftOutTaskData(task.Task, StatusText.Of(task.Status), task.Reason))],
        run.Dirty);
}

/// <summary>A planned task in brief, in start order.</summary>
public sealed record PlanTaskData(
    TaskId Id,
    string Title,
    int Priority,
    ImmutableArray<TaskId> DependsOn,
    ImmutableArray<string> Labels,
    ImmutableArray<string> Locks);

/// <summary>A task the run does without.</summary>
public sealed record LeftOutTaskData(TaskId Id, string Status, string Reason);

/// <summary>The JSON form of <see cref="PlanData"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    Converters = [typeof(DurationConverter)])]
[JsonSerializable(typeof(PlanData))]
public sealed partial class PlanDataJson : JsonSerializerContext;
