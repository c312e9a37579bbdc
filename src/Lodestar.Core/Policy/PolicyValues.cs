namespace Lodestar.Core.Policy;

/// <summary>What one source says about policy; null where it is silent.</summary>
public sealed record PolicyValues
{
    /// <summary>A source that says nothing.</summary>
    public static PolicyValues None { get; } = new();

    /// <summary>Tasks worked on at once.</summary>
    public int? Lanes { get; init; }

    /// <summary>Failed attempts after which a task fails.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Rounds of implement and review within one attempt.</summary>
    public int? ReviewRounds { get; init; }

    /// <summary>Conflicted attempts after which a task fails.</summary>
    public int? MaxConflicts { get; init; }

    /// <summary>How integrate moves the base branch.</summary>
    public MergeStrategy? MergeStrategy { get; init; }

    /// <summary>Length of a lease between renewals.</summary>
    public TimeSpan? LeaseTtl { get; init; }

    /// <summary>How long an agent may show no progress.</summary>
    public TimeSpan? StallAfter { get; init; }

    /// <summary>How long one agent turn may last.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>Who commits.</summary>
    public CommitBy? Commit { get; init; }

    /// <summary>What a claim does when a task in work may touch the same files.</summary>
    public LockOverlapRule? LockOverlap { get; init; }

    /// <summary>Money the run may spend.</summary>
    public decimal? BudgetUsd { get; init; }

    /// <summary>Tokens the run may use.</summary>
    public long? BudgetTokens { get; init; }

    /// <summary>How long the runtime remembers what is over.</summary>
    public TimeSpan? KeepHistory { get; init; }
}

/// <summary>What a claim does when a task in work may touch the same files. Within a run the schedule keeps such tasks apart.</summary>
public enum LockOverlapRule
{
    /// <summary>Warn of it.</summary>
    Warn,

    /// <summary>Refuse it.</summary>
    Refuse,
}

/// <summary>One source of policy and what it says.</summary>
/// <param name="Source">The source.</param>
/// <param name="Values">Its values.</param>
public sealed record PolicyLayer(SettingSource Source, PolicyValues Values);
