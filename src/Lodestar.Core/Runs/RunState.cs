using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Lanes;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>A run as its ledger tells it: the fold of all events so far. <see cref="RunFold"/> makes the next one.</summary>
/// <param name="Run">The run.</param>
/// <param name="Plan">The frozen plan.</param>
/// <param name="Status">Where the run stands.</param>
/// <param name="Seq">Sequence number of the last event folded.</param>
/// <param name="Tip">Where the run branch is.</param>
/// <param name="Tasks">Every selected task, by id.</param>
public sealed record RunState(
    RunId Run,
    RunPlan Plan,
    RunStatus Status,
    long Seq,
    CommitId Tip,
    TaskRuns Tasks)
{
    /// <summary>Sequence number of the last event folded.</summary>
    public long Seq { get; internal set; } = Seq;

    /// <summary>Which tasks may start beside which; follows from the plan.</summary>
    public required LanePlan Schedule { get; init; }

    /// <summary>How the run ended; null while it has not.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Stable code of why it is paused or ended, or null.</summary>
    public string? Code { get; init; }

    /// <summary>Why it is paused or ended, in a sentence, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Fence of the engine that took the run over last.</summary>
    public long EngineFence { get; init; }

    /// <summary>The fence Git's owner reference was last set to.</summary>
    public long OwnedFence { get; init; }

    /// <summary>Effects recorded as intended and not settled, by key.</summary>
    public ImmutableSortedDictionary<IdempotencyKey, Pending> InFlight { get; init; } =
        ImmutableSortedDictionary<IdempotencyKey, Pending>.Empty;

    /// <summary>Keys of effects that were done; none of them is ever intended again.</summary>
    public SettledKeys Settled { get; init; } = SettledKeys.None;

    /// <summary>How checks ended, by check and tree: an unmoved tree costs one run. What they printed is in the ledger.</summary>
    public ImmutableDictionary<(string Check, TreeId Tree), string> Checks { get; init; } =
        ImmutableDictionary<(string, TreeId), string>.Empty;

    /// <summary>Processes of the run that are not known to be dead.</summary>
    public ImmutableSortedDictionary<ProcessId, ProcessRecord> Processes { get; init; } =
        ImmutableSortedDictionary<ProcessId, ProcessRecord>.Empty;

    /// <summary>True when a process belongs to an effect that is in flight or will be done again: that effect reads its
    /// report and accounts for it.</summary>
    public bool IsAwaited(RunEvent.ProcessSpawning process) =>
        InFlight.ContainsKey(process.Key)
        || (!Settled.Contains(process.Key)
            && Tasks.TryGetValue(process.Task, out var task)
            && task.Current is { End: null } attempt
            && attempt.Number == process.Attempt);

    /// <summary>A pause was asked for and is not reached yet.</summary>
    public RunEvent.PauseRequested? Pausing { get; init; }

    /// <summary>An end was asked for and is not reached yet.</summary>
    public RunEvent.AbortRequested? Aborting { get; init; }

    /// <summary>The base branch is being moved, or was when an engine died.</summary>
    public RunEvent.IntegrationIntended? Integrating { get; init; }

    /// <summary>How the run's work reached the base branch; null while it has not.</summary>
    public RunEvent.RunIntegrated? Integrated { get; init; }

    /// <summary>The worktrees were taken away since the run last went on.</summary>
    public bool IsClosed { get; init; }

    /// <summary>How often the worktrees were taken away.</summary>
    public int Closings { get; init; }

    /// <summary>Lanes that were ever used since the last closing.</summary>
    public ImmutableSortedSet<int> LanesUsed { get; init; } = [];

    /// <summary>What the run cost so far.</summary>
    public Usage Usage { get; init; } = Usage.Unknown;

    /// <summary>When the run began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended or was paused; null while it goes on.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Findings in the order they were raised; the last <see cref="MaxFindings"/>.</summary>
    public ImmutableList<RunEvent.FindingRaised> Findings { get; init; } = [];

    /// <summary>Findings kept in the state; the ledger has all.</summary>
    public const int MaxFindings = 200;

    /// <summary>Attempts that occupy a lane, by task.</summary>
    public IEnumerable<(TaskRun Task, AttemptRun Attempt)> Active =>
        Tasks.Values.Where(task => task.Current is not null).Select(task => (task, task.Current!));
}

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>It goes on, or its engine died.</summary>
    Running,

    /// <summary>It was stopped and can be resumed.</summary>
    Paused,

    /// <summary>It ended; see the outcome.</summary>
    Ended,
}

/// <summary>An effect in flight.</summary>
/// <param name="Effect">The effect.</param>
/// <param name="IntendedAt">When it was intended.</param>
/// <param name="Seq">Its place in the ledger.</param>
public sealed record Pending(Effect Effect, DateTimeOffset IntendedAt, long Seq);

/// <summary>A process of the run, as recorded.</summary>
public sealed record ProcessRecord(RunEvent.ProcessSpawning Spawning, ProcessSeen? Host, ProcessSeen? Program);

/// <summary>One task inside a run.</summary>
/// <param name="Id">The task.</param>
/// <param name="Status">Where it stands.</param>
public sealed record TaskRun(TaskId Id, TaskRunStatus Status)
{
    /// <summary>The attempt under way, or null.</summary>
    public AttemptRun? Current { get; init; }

    /// <summary>Number of the last attempt started; 0 for none.</summary>
    public int LastAttempt { get; init; }

    /// <summary>Attempts that failed since the task was last asked to be retried.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts that conflicted since the task was last asked to be retried.</summary>
    public int Conflicts { get; init; }

    /// <summary>Attempts that ended without being merged, oldest first.</summary>
    public ImmutableList<AttemptSummary> Past { get; init; } = [];

    /// <summary>Notes people gave with retry, oldest first.</summary>
    public ImmutableList<string> Notes { get; init; } = [];

    /// <summary>The attempt's commit that was integrated, or null.</summary>
    public CommitId? Commit { get; init; }

    /// <summary>The commit on the run branch that brought the work in, or null.</summary>
    public CommitId? MergeCommit { get; init; }

    /// <summary>Why it failed, was skipped or needed no change, or null.</summary>
    public string? Reason { get; init; }

    /// <summary>Stable code of the reason, or null.</summary>
    public string? Code { get; init; }

    /// <summary>Not before this time, because somebody else holds the task; null when free.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>What it cost so far.</summary>
    public Usage Usage { get; init; } = Usage.Unknown;

    /// <summary>When its first attempt began, or null.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its end, or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Number of its last receipt; rises for ever.</summary>
    public int Receipts { get; init; }

    /// <summary>True when nothing more happens to it by itself.</summary>
    public bool IsSettled => Status is TaskRunStatus.Integrated or TaskRunStatus.Failed or TaskRunStatus.Skipped;
}

/// <summary>Where a task stands inside a run.</summary>
public enum TaskRunStatus
{
    /// <summary>Not started, or between attempts.</summary>
    Waiting,

    /// <summary>An agent or a check works on it.</summary>
    Running,

    /// <summary>A reviewer judges it.</summary>
    Reviewing,

    /// <summary>It is in the merge queue.</summary>
    Merging,

    /// <summary>Its work is on the run branch.</summary>
    Integrated,

    /// <summary>It will not be tried again unless somebody asks.</summary>
    Failed,

    /// <summary>Somebody decided to do without it.</summary>
    Skipped,
}
