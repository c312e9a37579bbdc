using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Policy;

namespace Lodestar.Core.Runs;

/// <summary>A run's frozen decision: what is done, in which order, by what policy, on which tree. It names no run and no
/// time, so the same project in the same state plans the same.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Mission">The mission the run belongs to.</param>
/// <param name="BaseBranch">Short name of the branch the run starts from and is integrated into.</param>
/// <param name="BaseCommit">That branch's commit when the plan was made.</param>
/// <param name="SnapshotId">Identity of that commit's tree.</param>
/// <param name="Tasks">Selected tasks in start order: longest critical path first, then priority, then id.</param>
/// <param name="Waves">Tasks that could run side by side, for people; the run itself is not held up by waves.</param>
/// <param name="Policy">Limits and choices, each with its source.</param>
/// <param name="Pipeline">Steps each task passes.</param>
/// <param name="LeftOut">Steps of the charter that are not done, with the reason.</param>
/// <param name="Checks">Commands that must pass on a task's commit and on the merged tree.</param>
/// <param name="Builder">Who implements.</param>
/// <param name="Reviewer">Who reviews; null when the pipeline has no review.</param>
/// <param name="ProtectedPaths">Glob patterns of paths no task may touch.</param>
/// <param name="Rules">Told to every agent.</param>
/// <param name="Lane">How a lane is prepared before an agent works in it.</param>
/// <param name="OnFinish">Command run when the run has ended, or null.</param>
/// <param name="LostParallelism">Why tasks wait for each other or for a lane.</param>
/// <param name="SpecMaintainer">Who keeps the specification true; null when the pipeline does not have the step.</param>
public sealed record RunPlan(
    ProjectId ProjectId,
    PlannedMission Mission,
    string BaseBranch,
    CommitId BaseCommit,
    SnapshotId SnapshotId,
    ImmutableArray<PlannedTask> Tasks,
    ImmutableArray<ImmutableArray<TaskId>> Waves,
    RunPolicy Policy,
    ImmutableArray<PipelineStep> Pipeline,
    ImmutableArray<LeftOutStep> LeftOut,
    ImmutableArray<PlannedCheck> Checks,
    PlannedProfile Builder,
    PlannedProfile? Reviewer,
    ImmutableArray<string> ProtectedPaths,
    ImmutableArray<string> Rules,
    LanePreparation Lane,
    string? OnFinish,
    ImmutableArray<LostParallelism> LostParallelism,
    PlannedProfile? SpecMaintainer = null)
{
    /// <summary>What the spec maintainer may change; empty without one.</summary>
    public ImmutableArray<MaintainedDocument> SpecDocuments
    {
        get;
        // Plans of the time before this step do not name it.
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Regular expressions of what is never stored, besides what always counts as a secret.</summary>
    public ImmutableArray<string> Redact
    {
        get;
        // Older plans do not name it.
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>Digest of the canonical plan: two plans with one hash decide the same.</summary>
    public string ComputeHash() =>
        Sha256Text.Of(CanonicalJson.Bytes(JsonSerializer.SerializeToElement(this, PlanJson.Default.RunPlan)));
}

/// <summary>The mission of a run, as it was when planned.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Slug">Name for people.</param>
/// <param name="Title">One line.</param>
/// <param name="Purpose">Free text, may be empty.</param>
public sealed record PlannedMission(MissionId Id, string Slug, string Title, string Purpose)
{
    /// <summary>Name of the mission that runs without one belong to.</summary>
    public const string ImplicitSlug = "adhoc";

    /// <summary>The implicit mission of a project; its id follows from the project's.</summary>
    public static PlannedMission Implicit(ProjectId project) =>
        new(new(UlidText.OfDigest(Sha256Text.Of($"{ImplicitSlug}\n{project}"))), ImplicitSlug, "Ad hoc", "");
}

/// <summary>A task as the run will do it, whatever the spec says later.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Description">Free text, may be empty.</param>
/// <param name="AcceptanceCriteria">What a reviewer checks.</param>
/// <param name="DependsOn">All dependencies, whether in this run or verified before it.</param>
/// <param name="Labels">Free words.</param>
/// <param name="Locks">File scope; empty means anywhere, and keeps nobody out.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="DefinitionHash">Digest of the definition, to tell drift.</param>
/// <param name="Prd">Product intent, or null.</param>
public sealed record PlannedTask(
    TaskId Id,
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    ImmutableArray<TaskId> DependsOn,
    ImmutableArray<string> Labels,
    ImmutableArray<string> Locks,
    int Priority,
    string DefinitionHash,
    PlannedPrd? Prd = null);

/// <summary>Product intent frozen with a task.</summary>
/// <param name="Source">Path relative to the repository root.</param>
/// <param name="Anchors">Headings meant, with their leading <c>#</c>.</param>
/// <param name="Excerpt">Text frozen at creation, or null.</param>
/// <param name="PrdHash">Digest of the source at creation, or null.</param>
public sealed record PlannedPrd(string Source, ImmutableArray<string> Anchors, string? Excerpt, string? PrdHash);

/// <summary>A step a task passes on its way into the run branch.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineStep>))]
public enum PipelineStep
{
    /// <summary>A builder changes the code.</summary>
    [JsonStringEnumMemberName("implement")]
    Implement,

    /// <summary>The configured commands run on the exact commit.</summary>
    [JsonStringEnumMemberName("check")]
    Check,

    /// <summary>Another agent judges the change.</summary>
    [JsonStringEnumMemberName("review")]
    Review,

    /// <summary>An agent brings the documents of the specification up to date with the merged change.</summary>
    [JsonStringEnumMemberName("maintain-spec")]
    MaintainSpec,

    /// <summary>The change is merged onto the run branch.</summary>
    [JsonStringEnumMemberName("merge")]
    Merge,
}

/// <summary>A step of the charter that the run does without.</summary>
/// <param name="Step">Its word in the charter.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record LeftOutStep(string Step, string Reason);

/// <summary>A command that must pass.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Run">Command line for <c>/bin/sh -c</c>.</param>
/// <param name="Timeout">It is stopped, and has not passed, after this long.</param>
/// <param name="Source">Where it came from.</param>
public sealed record PlannedCheck(string Name, string Run, TimeSpan Timeout, SettingSource Source);

/// <summary>An agent as the run will start it.</summary>
/// <param name="Name">Name of the profile.</param>
/// <param name="Adapter">exec, native or scripted.</param>
/// <param name="Command">Program and arguments.</param>
/// <param name="Model">Model to ask for, or null.</param>
/// <param name="Guidance">Told to this agent, or null.</param>
/// <param name="Env">Names of environment variables it gets besides the minimal base.</param>
/// <param name="Timeout">How long one turn may last.</param>
/// <param name="Source">Where it came from.</param>
public sealed record PlannedProfile(
    string Name,
    string Adapter,
    ImmutableArray<string> Command,
    string? Model,
    string? Guidance,
    ImmutableArray<string> Env,
    TimeSpan Timeout,
    SettingSource Source);

/// <summary>What happens in a lane before the first turn of an attempt.</summary>
/// <param name="Setup">Commands for <c>/bin/sh -c</c>, in order.</param>
/// <param name="Copy">Glob patterns of ignored files copied from the primary worktree.</param>
public sealed record LanePreparation(ImmutableArray<string> Setup, ImmutableArray<string> Copy);
