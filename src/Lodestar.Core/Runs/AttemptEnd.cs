using System.Collections.Immutable;
using Lodestar.Core.Context;

namespace Lodestar.Core.Runs;

/// <summary>Why an attempt ends without a merge.</summary>
/// <param name="Result">failed, conflict, lease-lost or aborted.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Detail">What the next attempt should know: output of a check, conflicting paths; bounded.</param>
public sealed record AttemptEnd(string Result, string Code, string Reason, string Detail = "")
{
    /// <summary>Conflicting paths, when that was the reason.</summary>
    public ImmutableArray<string> Paths { get; init; } = [];
}

/// <summary>An attempt that ended without a merge.</summary>
/// <param name="Number">From 1.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Pinned">Its last commit, or null.</param>
/// <param name="Saved">A commit with what it left uncommitted, or null.</param>
public sealed record AttemptSummary(int Number, AttemptEnd End, CommitId? Pinned, CommitId? Saved);
