using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>A project at one moment: as programs read it, and as it can be restored from.</summary>
/// <param name="Format">The form of this document.</param>
/// <param name="Timestamp">When it was taken.</param>
/// <param name="Spec">The definitions.</param>
/// <param name="Runtime">The runtime plane; null when there is no store.</param>
public sealed record ProjectSnapshot(int Format, DateTimeOffset Timestamp, SnapshotSpec Spec, SnapshotRuntime? Runtime)
{
    /// <summary>The form this program writes.</summary>
    public const int CurrentFormat = 1;
}

/// <summary>The definitions of a snapshot.</summary>
/// <param name="Project">The project.</param>
/// <param name="Tasks">Tasks by id, in the order of the file.</param>
/// <param name="Features">Features as the file has them.</param>
/// <param name="Missions">Missions as the file has them.</param>
/// <param name="Source">The file itself: every byte of it, comments and unknown keys included. Restoring writes this.</param>
public sealed record SnapshotSpec(
    SnapshotProject Project, Dictionary<string, SnapshotTask> Tasks, JsonObject Features, JsonArray Missions, string Source);

/// <summary>The project of a snapshot.</summary>
/// <param name="Id">Its identity, as far as the spec names one.</param>
/// <param name="Name">For people.</param>
/// <param name="DefaultBranch">A label.</param>
/// <param name="Conventions">What the spec says about how work is done here.</param>
public sealed record SnapshotProject(ProjectId? Id, string Name, string DefaultBranch, JsonObject Conventions);

/// <summary>A task of a snapshot.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">One line.</param>
/// <param name="Description">Free text.</param>
/// <param name="Status">Its effective status.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="DependsOn">What must be verified first.</param>
/// <param name="Labels">Free words.</param>
/// <param name="Locks">File scope.</param>
/// <param name="AcceptanceCriteria">What a reviewer checks.</param>
public sealed record SnapshotTask(
    TaskId Id,
    string Title,
    string Description,
    string Status,
    int Priority,
    ImmutableArray<TaskId> DependsOn,
    ImmutableArray<string> Labels,
    ImmutableArray<string> Locks,
    ImmutableArray<string> AcceptanceCriteria);

/// <summary>The runtime plane of a snapshot.</summary>
/// <param name="Agents">Agents, most recently seen first.</param>
/// <param name="ActiveLeases">Live leases, by task.</param>
/// <param name="Store">All rows. Restoring writes these.</param>
public sealed record SnapshotRuntime(ImmutableArray<SnapshotAgent> Agents, ImmutableArray<SnapshotLease> ActiveLeases, StoreRows Store)
{
    /// <summary>Messages, oldest first; absent unless asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<SnapshotMessage>? Messages { get; init; }
}

/// <summary>An agent of a snapshot.</summary>
public sealed record SnapshotAgent(
    AgentId AgentId,
    string? DisplayName,
    string? Role,
    ImmutableArray<string> Capabilities,
    DateTimeOffset RegisteredAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? LeftAt,
    IReadOnlyDictionary<string, string> SessionMeta)
{
    internal static SnapshotAgent Of(Agent agent) => new(
        agent.Id, agent.Profile.DisplayName, agent.Profile.Role, agent.Profile.Capabilities, agent.RegisteredAt, agent.LastSeenAt,
        agent.LeftAt, agent.Profile.SessionMeta);
}

/// <summary>A live lease of a snapshot.</summary>
public sealed record SnapshotLease(LeaseId LeaseId, TaskId TaskId, AgentId AgentId, long Fence, DateTimeOffset ExpiresAt)
{
    internal static SnapshotLease Of(Lease lease) => new(lease.Id, lease.Task, lease.Agent, lease.Fence, lease.Expiry.Wall);
}

/// <summary>A message of a snapshot.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="CreatedAt">When it was said.</param>
/// <param name="FromAgentId">Who said it.</param>
/// <param name="TaskId">In which thread; null for one to an agent.</param>
/// <param name="Text">What was said.</param>
/// <param name="ReadBy">Who has read it.</param>
/// <param name="Meta">Subject and severity, as far as it has them.</param>
public sealed record SnapshotMessage(
    MessageId MessageId,
    DateTimeOffset CreatedAt,
    AgentId FromAgentId,
    TaskId? TaskId,
    string Text,
    ImmutableArray<string> ReadBy,
    JsonObject Meta);
