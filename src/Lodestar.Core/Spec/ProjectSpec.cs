using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>The committed definition of work, as read: the spec plane.</summary>
/// <param name="Project">The project's own fields.</param>
/// <param name="Missions">Missions in file order.</param>
/// <param name="Tasks">Tasks in file order.</param>
public sealed record ProjectSpec(
    ProjectDefinition Project,
    ImmutableArray<MissionDefinition> Missions,
    ImmutableArray<TaskDefinition> Tasks);

/// <summary>The project's own fields.</summary>
/// <param name="Id">Identity written by init; null in files of the predecessor.</param>
/// <param name="Name">For people.</param>
/// <param name="DefaultBranch">A label; runs never take their base from it.</param>
public sealed record ProjectDefinition(ProjectId? Id, string Name, string DefaultBranch)
{
    /// <summary>What the project says about how work is done, in keys of its own: a JSON object, kept and shown as it is.</summary>
    public string Conventions { get; init; } = "{}";
}

/// <summary>A durable intent: a named set of tasks with a purpose.</summary>
public sealed record MissionDefinition(
    MissionId Id, string Slug, string Title, string Purpose, ImmutableArray<TaskId> Tasks);

/// <summary>One unit of work as defined in the spec. It holds no execution state but what older projects wrote.</summary>
/// <param name="Id">Exact, case-sensitive key.</param>
/// <param name="Title">One line.</param>
/// <param name="Description">Free text, may be empty.</param>
/// <param name="AcceptanceCriteria">What a reviewer checks.</param>
/// <param name="DependsOn">Tasks that must be verified (or, in a run, integrated) first.</param>
/// <param name="Labels">Free words to filter by.</param>
/// <param name="Locks">File scope: glob patterns of the paths the task may touch; empty means anywhere.</param>
/// <param name="Priority">Lower first; 100 when not given.</param>
/// <param name="Status">A status found in the file, or null; counts only where the runtime has none.</param>
public sealed record TaskDefinition(
    TaskId Id,
    string Title,
    string Description,
    ImmutableArray<string> AcceptanceCriteria,
    ImmutableArray<TaskId> DependsOn,
    ImmutableArray<string> Labels,
    ImmutableArray<string> Locks,
    int Priority,
    TaskStatus? Status)
{
    /// <summary>The priority of a task that names none.</summary>
    public const int DefaultPriority = 100;

    /// <summary>Product intent the task was written for: one reference a document, in the order written.</summary>
    public ImmutableArray<PrdReference> Prd { get; init; } = [];

    /// <summary>When the definition was written, as far as the file says.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the definition was last edited, as far as the file says.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Who finished the task, as the predecessor recorded it.</summary>
    public string? CompletedBy { get; init; }

    /// <summary>When the task was finished, as the predecessor recorded it.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Who verified the task, as the predecessor recorded it.</summary>
    public string? VerifiedBy { get; init; }

    /// <summary>When the task was verified, as the predecessor recorded it.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }
}

/// <summary>Where a task's product intent stands.</summary>
/// <param name="Source">Path relative to the repository root.</param>
/// <param name="Refs">Sections of the source.</param>
/// <param name="Excerpt">Text frozen with the task, or null.</param>
/// <param name="PrdHash">Digest of the source when it was last agreed to, or null.</param>
public sealed record PrdReference(
    string Source, ImmutableArray<PrdSection> Refs, string? Excerpt, string? PrdHash);

/// <summary>One section of a PRD.</summary>
/// <param name="Anchor">Heading anchor, as written: with or without its leading <c>#</c>.</param>
/// <param name="Lines">First and last line, 1-based and inclusive, or null; they win over the anchor.</param>
/// <param name="Hash">Digest of the section when it was last agreed to; null in files that have only the source's.</param>
public sealed record PrdSection(string Anchor, ImmutableArray<int>? Lines, string? Hash = null);

/// <summary>The state of a task in the project. Inside a run tasks have states of their own.</summary>
public enum TaskStatus
{
    /// <summary>Written down, not released for work.</summary>
    Todo,

    /// <summary>Released for work.</summary>
    Ready,

    /// <summary>Held back by hand.</summary>
    Blocked,

    /// <summary>Finished by its worker.</summary>
    Done,

    /// <summary>Accepted; opens its dependents.</summary>
    Verified,

    /// <summary>Withdrawn; can be restored.</summary>
    Deleted,
}
