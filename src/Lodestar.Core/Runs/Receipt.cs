using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>Written proof that one step was finished. The ledger holds it; <c>receipts/&lt;task&gt;/step-&lt;n&gt;.json</c> is its copy.</summary>
/// <param name="RunId">The run.</param>
/// <param name="MissionId">Its mission.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="Round">Round, from 1.</param>
/// <param name="Number">Number of the receipt within the task; rises for ever.</param>
/// <param name="Step">implement, check, review, maintain-spec or merge.</param>
/// <param name="IdempotencyKey">Key of the effect that finished the step.</param>
/// <param name="Agent">Who worked, or null for steps of the engine.</param>
/// <param name="Profile">The profile used, or null.</param>
/// <param name="BriefingHash">Digest of what the agent was told, or null.</param>
/// <param name="Base">Where the attempt began; for spec maintenance, the merge commit it began at.</param>
/// <param name="Commit">The commit the step made or judged, or null for a declared no-change.</param>
/// <param name="Artifacts">Files the step produced, with our digests.</param>
/// <param name="Checks">Check results this step rests on, by name and status.</param>
/// <param name="Verdict">A review's or spec maintenance's verdict, or null.</param>
/// <param name="Evidence">"checked", or "commit-only" when the run has no checks.</param>
/// <param name="Usage">Cost of the step.</param>
/// <param name="StartedAt">When the step began.</param>
/// <param name="FinishedAt">When it was finished.</param>
public sealed record Receipt(
    RunId RunId,
    MissionId MissionId,
    TaskId TaskId,
    int Attempt,
    int Round,
    int Number,
    string Step,
    IdempotencyKey IdempotencyKey,
    AgentId? Agent,
    string? Profile,
    string? BriefingHash,
    CommitId Base,
    CommitId? Commit,
    ImmutableArray<ReceiptArtifact> Artifacts,
    ImmutableArray<ReceiptCheck> Checks,
    Verdict? Verdict,
    string Evidence,
    Usage Usage,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt);

/// <summary>A file a step produced.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Sha256">Hex digest of its content, computed by us; null for a deleted file.</param>
/// <param name="Size">Bytes; null for a deleted file.</param>
public sealed record ReceiptArtifact(string Path, string? Sha256, long? Size);

/// <summary>A check a step rests on.</summary>
public sealed record ReceiptCheck(string Name, string Status, TreeId Tree);
