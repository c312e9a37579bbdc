using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;

namespace Lodestar.Core.Supervision;

/// <summary>How an effect ended. Results say what was seen, never what an agent claimed.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Owned), "owned")]
[JsonDerivedType(typeof(BranchMoved), "branch-moved")]
[JsonDerivedType(typeof(TurnDone), "turn-done")]
[JsonDerivedType(typeof(TurnFailed), "turn-failed")]
[JsonDerivedType(typeof(Interrupted), "interrupted")]
[JsonDerivedType(typeof(Collected), "collected")]
[JsonDerivedType(typeof(SpecCollected), "spec-collected")]
[JsonDerivedType(typeof(Rejected), "rejected")]
[JsonDerivedType(typeof(Checked), "checked")]
[JsonDerivedType(typeof(Merged), "merged")]
[JsonDerivedType(typeof(Conflicted), "conflicted")]
[JsonDerivedType(typeof(Published), "published")]
[JsonDerivedType(typeof(NotPublished), "not-published")]
[JsonDerivedType(typeof(Retired), "retired")]
[JsonDerivedType(typeof(Closed), "closed")]
public abstract record EffectResult
{
    private EffectResult()
    {
    }

    /// <summary>Proof of the step it finishes; null when it finishes none.</summary>
    [JsonIgnore]
    public Receipt? Proof => this switch
    {
        TurnDone done => done.Receipt,
        Collected collected => collected.Receipt,
        SpecCollected collected => collected.Receipt,
        Checked done => done.Receipt,
        Published published => published.Receipt,
        _ => null,
    };

    /// <summary>The run branch is where the ledger says and this engine owns it.</summary>
    public sealed record Owned(long Fence) : EffectResult;

    /// <summary>The run branch is not where the ledger says; what was found there is kept under a reference.</summary>
    public sealed record BranchMoved(CommitId? Found, CommitId Expected, string? SavedAs) : EffectResult;

    /// <summary>A turn ended by its own accord, successfully.</summary>
    /// <param name="Process">The incarnation that took it.</param>
    /// <param name="Verdict">The reviewer's or spec maintainer's verdict, or null.</param>
    /// <param name="NoChange">The builder's reason for changing nothing, or null.</param>
    /// <param name="Text">What was said before the verdict; bounded.</param>
    /// <param name="BriefingHash">Digest of what the agent was told.</param>
    /// <param name="Usage">Reported cost, as far as known.</param>
    public sealed record TurnDone(
        ProcessId Process, Verdict? Verdict, string? NoChange, string Text, string BriefingHash, Usage Usage)
        : EffectResult
    {
        /// <summary>True when references outside the attempt's branch changed during the turn.</summary>
        public bool ForeignRefs { get; init; }

        /// <summary>Proof of the step; present for reviews, whose verdict is a finished step by itself.</summary>
        public Receipt? Receipt { get; init; }
    }

    /// <summary>A turn ended badly.</summary>
    /// <param name="Process">The incarnation that took it, or null when none was started.</param>
    /// <param name="Code">Stable code: agent-failed, agent-crashed, agent-timed-out, agent-not-started, setup-failed,
    /// no-verdict.</param>
    /// <param name="Text">What is known, bounded.</param>
    /// <param name="Usage">Reported cost, as far as known.</param>
    public sealed record TurnFailed(ProcessId? Process, string Code, string Text, Usage Usage) : EffectResult;

    /// <summary>Stopped by us (pause, abort): not a step, and to be done again under the same key.</summary>
    public sealed record Interrupted(string Reason) : EffectResult;

    /// <summary>The turn left acceptable evidence.</summary>
    /// <param name="Head">The attempt's commit, pinned; null for a declared no-change.</param>
    /// <param name="Tree">Its tree, or null.</param>
    /// <param name="Commits">Commits beyond the attempt's base.</param>
    /// <param name="Receipt">Proof of the step.</param>
    public sealed record Collected(CommitId? Head, TreeId? Tree, int Commits, Receipt Receipt) : EffectResult;

    /// <summary>The spec maintainer's turn left nothing that it may not leave.</summary>
    /// <param name="Head">The commit to publish; the merge commit itself when nothing was changed.</param>
    /// <param name="Tree">Its tree.</param>
    /// <param name="Verdict">What the maintainer said.</param>
    /// <param name="Receipt">Proof of the step.</param>
    public sealed record SpecCollected(CommitId Head, TreeId Tree, Verdict Verdict, Receipt Receipt) : EffectResult;

    /// <summary>The turn left no acceptable evidence; the first code is the reason, all are findings.</summary>
    public sealed record Rejected(ImmutableArray<Finding> Findings) : EffectResult;

    /// <summary>A check ran, or could not.</summary>
    public sealed record Checked(CheckResult Result, Receipt Receipt) : EffectResult
    {
        /// <summary>Findings such as tracked files the check changed.</summary>
        public ImmutableArray<Finding> Findings { get; init; } = [];
    }

    /// <summary>The merge is clean and its commit object exists, unpublished.</summary>
    public sealed record Merged(CommitId Commit, TreeId Tree) : EffectResult;

    /// <summary>The merge conflicts.</summary>
    public sealed record Conflicted(ImmutableArray<string> Paths) : EffectResult;

    /// <summary>The run branch holds the merge commit.</summary>
    public sealed record Published(CommitId Commit, Receipt Receipt) : EffectResult;

    /// <summary>The run branch does not hold the merge commit, and will not: the attempt is to end.</summary>
    public sealed record NotPublished(string Reason) : EffectResult;

    /// <summary>The attempt's work is reachable from references, its branch is gone.</summary>
    /// <param name="Pinned">Its last commit, or null when it had none of its own.</param>
    /// <param name="Saved">A commit that keeps what was not committed, or null.</param>
    public sealed record Retired(CommitId? Pinned, CommitId? Saved) : EffectResult;

    /// <summary>The run's worktrees are gone.</summary>
    /// <param name="Kept">References under which work that still lay in worktrees is kept.</param>
    public sealed record Closed(ImmutableArray<string> Kept) : EffectResult;
}

/// <summary>The explicit word of a reviewer, or of a spec maintainer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>The change may be merged.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved,

    /// <summary>The change goes back to its builder.</summary>
    [JsonStringEnumMemberName("changes_requested")]
    ChangesRequested,

    /// <summary>The specification was brought up to date.</summary>
    [JsonStringEnumMemberName("updated")]
    Updated,

    /// <summary>The specification is true as it stands.</summary>
    [JsonStringEnumMemberName("no_changes_needed")]
    NoChangesNeeded,
}

/// <summary>Something noticed about an attempt or the run.</summary>
/// <param name="Code">Stable kebab-case code.</param>
/// <param name="Message">One sentence.</param>
public sealed record Finding(string Code, string Message);

/// <summary>What a turn cost. Null means unknown, never zero.</summary>
public sealed record Usage(decimal? CostUsd, long? Tokens)
{
    /// <summary>Nothing is known.</summary>
    public static Usage Unknown { get; } = new(null, null);

    /// <summary>The sum; what is unknown on both sides stays unknown.</summary>
    public Usage Plus(Usage other) => new(Sum(CostUsd, other.CostUsd), Sum(Tokens, other.Tokens));

    private static decimal? Sum(decimal? left, decimal? right) => left is null ? right : left + (right ?? 0);

    private static long? Sum(long? left, long? right) => left is null ? right : left + (right ?? 0);
}

/// <summary>How a check ended. Only <see cref="Passed"/> lets a tree go on.</summary>
/// <param name="Name">Name in the plan.</param>
/// <param name="Tree">The tree it ran on.</param>
/// <param name="Status">passed, failed, timed_out or not_run.</param>
/// <param name="ExitCode">Exit code, or null.</param>
/// <param name="Output">The last of its output; bounded and redacted.</param>
/// <param name="DurationMs">Milliseconds by the run's clock.</param>
public sealed record CheckResult(
    string Name, TreeId Tree, string Status, int? ExitCode, string Output, long DurationMs)
{
    /// <summary>True when the check ran and succeeded.</summary>
    [JsonIgnore]
    public bool Passed => IsPassed(Status);

    /// <summary>True for the one status that lets a tree go on.</summary>
    public static bool IsPassed(string? status) => status == "passed";
}
