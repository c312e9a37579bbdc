using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Everything known of one task; what is not set is null.</summary>
public sealed record TaskDetails
{
    /// <summary>The task.</summary>
    public required TaskId Id { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Free text.</summary>
    public required string Description { get; init; }

    /// <summary>What a reviewer checks.</summary>
    public required ImmutableArray<string> AcceptanceCriteria { get; init; }

    /// <summary>What must be verified first.</summary>
    public required ImmutableArray<TaskId> DependsOn { get; init; }

    /// <summary>Free words.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>File scope.</summary>
    public required ImmutableArray<string> Locks { get; init; }

    /// <summary>Lower first.</summary>
    public required int Priority { get; init; }

    /// <summary>Effective status.</summary>
    public required string Status { get; init; }

    /// <summary>When the definition was written.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the definition was last edited.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Who finished it.</summary>
    public string? CompletedBy { get; init; }

    /// <summary>When it was finished.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Who accepted it.</summary>
    public string? VerifiedBy { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>Where its product intent stands: the first document.</summary>
    public TaskPrd? Prd { get; init; }

    /// <summary>All documents, where there are several; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<TaskPrd>? PrdSources { get; init; }

    /// <summary>Who holds it; absent when nobody does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskHolder? ClaimedBy { get; init; }

    /// <summary>Dependencies that are not verified.</summary>
    public required ImmutableArray<TaskId> UnmetDependencies { get; init; }

    /// <summary>Tasks that depend on this one.</summary>
    public required ImmutableArray<TaskId> Dependents { get; init; }

    /// <summary>What was said about it.</summary>
    public required TaskCommunication Communication { get; init; }

    /// <summary>Whether it can be claimed now.</summary>
    public required bool Claimable { get; init; }

    /// <summary>All tasks written, where several were at once and this is the first of them; absent elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<NamedTask>? Created { get; init; }

    /// <summary>The fields an update changed; absent elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<string>? UpdatedFields { get; init; }
}

/// <summary>Where a task's product intent stands.</summary>
public sealed record TaskPrd(string Source, ImmutableArray<TaskPrdRef> Refs, string? Excerpt, string? PrdHash)
{
    internal static TaskPrd Of(PrdReference prd) => new(
        prd.Source,
        [.. prd.Refs.Select(section => new TaskPrdRef(section.Anchor, section.Lines, section.Hash))],
        prd.Excerpt,
        prd.PrdHash);
}

/// <summary>One section of a PRD.</summary>
/// <param name="Anchor">Heading anchor, as written.</param>
/// <param name="Lines">First and last line, where the task names them.</param>
/// <param name="Hash">Digest of the section when it was last agreed to; null where the file has only the source's.</param>
public sealed record TaskPrdRef(string Anchor, ImmutableArray<int>? Lines, string? Hash);

/// <summary>Who holds a task.</summary>
/// <param name="AgentId">The holder.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="LeaseId">The lease.</param>
/// <param name="Fence">Its fence.</param>
/// <param name="RunId">The run it belongs to, or null.</param>
/// <param name="GrantedAt">Since when.</param>
public sealed record TaskHolder(
    AgentId AgentId, DateTimeOffset ExpiresAt, LeaseId LeaseId, long Fence, RunId? RunId, DateTimeOffset GrantedAt);

/// <summary>What was said about a task.</summary>
/// <param name="MessageCount">How many messages its thread has.</param>
/// <param name="ParticipatingAgents">Who spoke in it.</param>
public sealed record TaskCommunication(int MessageCount, ImmutableArray<AgentId> ParticipatingAgents);
