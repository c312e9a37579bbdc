using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lodestar.Core.Context;

namespace Lodestar.Core.Runs;

/// <summary>Everything an agent is told before one turn, assembled once. Text and JSON are two views of it.</summary>
/// <param name="Self">Who the agent is.</param>
/// <param name="Purpose">What is wanted, and what came before.</param>
/// <param name="Environment">Where it works and by what rules.</param>
/// <remarks>Task texts, findings and outputs come from others: they are cleaned, bounded with a visible mark, and quoted
/// line by line, so that none of them can pass for a section or for a verdict.</remarks>
public sealed record Briefing(BriefingSelf Self, BriefingPurpose Purpose, BriefingEnvironment Environment)
{
    /// <summary>Most bytes of either view.</summary>
    public const int MaxBytes = 65_536;

    /// <summary>The Markdown view.</summary>
    public string ToMarkdown() => BriefingMarkdown.Write(this);

    /// <summary>The JSON view.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PlanJson.Default.Briefing);

    /// <summary>Digest that stands for both views.</summary>
    public string ComputeHash() =>
        Sha256Text.Of(CanonicalJson.Bytes(JsonSerializer.SerializeToElement(this, PlanJson.Default.Briefing)));

    /// <summary>Tells a builder what to do.</summary>
    /// <exception cref="ArgumentException">The plan has no such task.</exception>
    public static Briefing ForBuilder(RunPlan plan, TaskId task, AttemptFacts facts) =>
        BriefingAssembly.Fit(plan, task, facts, plan.Builder, "builder");

    /// <summary>Tells a reviewer what to judge.</summary>
    /// <exception cref="ArgumentException">The plan has no such task, or no reviewer.</exception>
    public static Briefing ForReviewer(RunPlan plan, TaskId task, AttemptFacts facts) => BriefingAssembly.Fit(
        plan, task, facts, plan.Reviewer ?? throw new ArgumentException("The plan has no reviewer.", nameof(plan)), "reviewer");

    /// <summary>Tells a spec maintainer what to bring up to date.</summary>
    /// <exception cref="ArgumentException">The plan has no such task, or no spec maintainer.</exception>
    public static Briefing ForSpecMaintainer(RunPlan plan, TaskId task, AttemptFacts facts) => BriefingAssembly.Fit(
        plan,
        task,
        facts,
        plan.SpecMaintainer ?? throw new ArgumentException("The plan has no spec maintainer.", nameof(plan)),
        Policy.Charter.SpecMaintainerProfile);

    internal bool Fits =>
        Encoding.UTF8.GetByteCount(ToMarkdown()) <= MaxBytes && Encoding.UTF8.GetByteCount(ToJson()) <= MaxBytes;
}

/// <summary>What is known of an attempt when its agent is briefed. Outside a run most of it is not.</summary>
/// <param name="Attempt">From 1.</param>
/// <param name="Round">Round of implement and review, from 1.</param>
public sealed record AttemptFacts(int Attempt, int Round)
{
    /// <summary>The run, or null when none has started.</summary>
    public RunId? Run { get; init; }

    /// <summary>The agent, or null when none was named.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>Absolute path of the lane, or null.</summary>
    public string? Workspace { get; init; }

    /// <summary>Branch of the attempt, or null.</summary>
    public string? Branch { get; init; }

    /// <summary>Where the attempt began; null before a run: the plan's base commit then.</summary>
    public CommitId? Base { get; init; }

    /// <summary>The commit to review or to describe, or null.</summary>
    public CommitId? Head { get; init; }

    /// <summary>Notes people gave with retry, oldest first.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What the last reviewer or spec maintainer asked for, or null.</summary>
    public string? ReviewFindings { get; init; }

    /// <summary>Why the last turn or attempt did not count, as sentences.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Checks that did not pass on the last commit.</summary>
    public ImmutableArray<FailedCheck> FailedChecks { get; init; } = [];

    /// <summary>The earlier attempt that could not be merged, or null.</summary>
    public EarlierConflict? Conflict { get; init; }
}

/// <summary>A check that did not pass.</summary>
/// <param name="Name">Name in the plan.</param>
/// <param name="Output">The last of its output.</param>
public sealed record FailedCheck(string Name, string Output);

/// <summary>An earlier attempt that could not be merged; its work is pinned and can be read.</summary>
/// <param name="Commit">Its commit; null when it had none.</param>
/// <param name="Paths">Conflicting paths.</param>
public sealed record EarlierConflict(CommitId? Commit, ImmutableArray<string> Paths);

/// <summary>Who the agent is.</summary>
public sealed record BriefingSelf(
    AgentId? Agent, string Role, RunId? Run, TaskId Task, int Attempt, int Round, string Adapter, string? Model);

/// <summary>What is wanted, and what came before.</summary>
public sealed record BriefingPurpose(
    string Mission,
    string MissionPurpose,
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    BriefingPrd? Prd,
    ImmutableArray<string> Notes,
    string? ReviewFindings,
    ImmutableArray<string> Problems,
    ImmutableArray<FailedCheck> FailedChecks,
    EarlierConflict? Conflict);

/// <summary>Product intent.</summary>
public sealed record BriefingPrd(string Source, ImmutableArray<string> Anchors, string Excerpt);

/// <summary>Where the agent works and by what rules.</summary>
/// <param name="Workspace">Absolute path of the lane, or null.</param>
/// <param name="Branch">Branch to work on, or null.</param>
/// <param name="Base">Where the change begins.</param>
/// <param name="Head">The change to judge or to describe, or null.</param>
/// <param name="BaseBranch">The branch the run is for.</param>
/// <param name="Scope">Paths a builder may change; empty when the task declares none.</param>
/// <param name="ProtectedPaths">Paths nobody may change.</param>
/// <param name="Rules">Told to every agent.</param>
/// <param name="Guidance">Told to this agent, or null.</param>
/// <param name="Checks">Commands that will be run on the work.</param>
/// <param name="EngineCommits">True when what is left uncommitted is committed for the agent.</param>
/// <param name="Documents">What a spec maintainer may change; empty for other roles.</param>
public sealed record BriefingEnvironment(
    string? Workspace,
    string? Branch,
    CommitId Base,
    CommitId? Head,
    string BaseBranch,
    ImmutableArray<string> Scope,
    ImmutableArray<string> ProtectedPaths,
    ImmutableArray<string> Rules,
    string? Guidance,
    ImmutableArray<BriefingCheck> Checks,
    bool EngineCommits,
    ImmutableArray<string> Documents);

/// <summary>A check that will be run on the work.</summary>
public sealed record BriefingCheck(string Name, string Run);
