using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>The step an attempt is at.</summary>
public enum AttemptPhase
{
    /// <summary>A builder's turn.</summary>
    Implement,

    /// <summary>Gathering its evidence.</summary>
    Collect,

    /// <summary>Checks on the attempt's own commit.</summary>
    Check,

    /// <summary>A reviewer's turn.</summary>
    Review,

    /// <summary>Waiting for the merge queue, or for nothing when no change was declared.</summary>
    Queue,

    /// <summary>Merging without a checkout.</summary>
    Merge,

    /// <summary>A spec maintainer's turn on the merge commit.</summary>
    MaintainSpec,

    /// <summary>Gathering what that turn left.</summary>
    CollectSpec,

    /// <summary>Checks on the merged tree.</summary>
    MergeCheck,

    /// <summary>Moving the run branch.</summary>
    Publish,

    /// <summary>On the run branch.</summary>
    Published,

    /// <summary>Ending without a merge: keeping the work.</summary>
    Retire,

    /// <summary>Work kept; ready to end.</summary>
    Retired,
}

/// <summary>One try at a task, while it lasts.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Lane">From 1.</param>
/// <param name="Base">The run branch tip it began at.</param>
/// <param name="Phase">The step it is at.</param>
public sealed record AttemptRun(int Number, int Lane, CommitId Base, AttemptPhase Phase)
{
    /// <summary>Round of implement and review, from 1.</summary>
    public int Round { get; init; } = 1;

    /// <summary>How often the present turn was given in this round, from 1.</summary>
    public int Try { get; init; } = 1;

    /// <summary>The commit the next turn begins at.</summary>
    public CommitId From { get; init; } = Base;

    /// <summary>The lease, once granted.</summary>
    public LeaseId? Lease { get; init; }

    /// <summary>The lease's fence, once granted.</summary>
    public long? Fence { get; init; }

    /// <summary>Fence of the engine under which the lease was granted last.</summary>
    public long LeaseEngine { get; init; }

    /// <summary>The attempt's pinned commit, once evidence was gathered.</summary>
    public CommitId? Head { get; init; }

    /// <summary>Its tree.</summary>
    public TreeId? Tree { get; init; }

    /// <summary>The builder's reason for changing nothing, or null.</summary>
    public string? NoChange { get; init; }

    /// <summary>What the last reviewer or spec maintainer asked for, or null.</summary>
    public string? ReviewFindings { get; init; }

    /// <summary>The last builder's turn in this attempt.</summary>
    public EffectResult.TurnDone? LastTurn { get; init; }

    /// <summary>When the last builder's turn was intended.</summary>
    public DateTimeOffset TurnStartedAt { get; init; }

    /// <summary>Place in the ledger at which it entered the merge queue: oldest first.</summary>
    public long QueuedAt { get; init; }

    /// <summary>The tip it is merged onto.</summary>
    public CommitId? Tip { get; init; }

    /// <summary>The commit to publish: the merge commit, once written, or the spec maintainer's commit on top of it.</summary>
    public CommitId? Candidate { get; init; }

    /// <summary>The candidate's tree.</summary>
    public TreeId? CandidateTree { get; init; }

    /// <summary>The last spec maintainer's turn in this attempt.</summary>
    public EffectResult.TurnDone? SpecTurn { get; init; }

    /// <summary>Why the last spec maintainer's turn did not count, as sentences.</summary>
    public ImmutableArray<string> SpecProblems { get; init; } = [];

    /// <summary>The spec maintainer has nothing more to change or to ask for in this round.</summary>
    public bool IsSpecSettled { get; init; }

    /// <summary>Publishing was begun: whether it was done is known only once that effect is settled, so the attempt can
    /// end in no other way.</summary>
    public bool IsPublishing { get; init; }

    /// <summary>Why it ends without a merge, once that is known.</summary>
    public AttemptEnd? End { get; init; }
}
