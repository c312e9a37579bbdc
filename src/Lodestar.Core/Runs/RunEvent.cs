using System.Collections.Immutable;
using Lodestar.Core.Context;
using Lodestar.Core.Supervision;

namespace Lodestar.Core.Runs;

/// <summary>The closed set of facts about a run: the ledger's vocabulary. Names and shapes are stable; the codec maps
/// them to the names in the file.</summary>
public abstract record RunEvent
{
    private RunEvent()
    {
    }

    /// <summary>The run began with this plan, frozen.</summary>
    public sealed record RunStarted(RunPlan Plan) : RunEvent;

    /// <summary>An engine took the run over.</summary>
    /// <param name="Fence">Its fence; effects of engines with lower ones are refused.</param>
    /// <param name="Pid">Its process.</param>
    /// <param name="Machine">Its machine, for people.</param>
    public sealed record EngineAttached(long Fence, int Pid, string Machine) : RunEvent;

    /// <summary>A task was given to a lane for one attempt. The store fills lease and fence when it records the event.</summary>
    public sealed record AttemptStarted(
        TaskId Task, int Attempt, int Lane, CommitId Base, LeaseId? Lease, long? Fence) : RunEvent;

    /// <summary>The lease of a running attempt was granted anew, after an engine took over.</summary>
    public sealed record LeaseTaken(TaskId Task, int Attempt, LeaseId? Lease, long? Fence) : RunEvent;

    /// <summary>Somebody else holds the task; the run waits until then.</summary>
    public sealed record LeaseUnavailable(TaskId Task, AgentId Holder, DateTimeOffset Until) : RunEvent;

    /// <summary>The lease of a running attempt is no longer the run's.</summary>
    public sealed record LeaseLost(TaskId Task, int Attempt) : RunEvent;

    /// <summary>An effect is about to be done.</summary>
    public sealed record EffectIntended(IdempotencyKey Key, Effect Effect) : RunEvent;

    /// <summary>An effect was done, or is known to have been.</summary>
    public sealed record EffectSettled(IdempotencyKey Key, EffectResult Result) : RunEvent;

    /// <summary>A process is about to be started; it has no pid yet.</summary>
    /// <param name="Process">The incarnation.</param>
    /// <param name="Key">The effect it serves.</param>
    /// <param name="Agent">The agent it is an incarnation of.</param>
    /// <param name="Role">What it is for.</param>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt.</param>
    /// <param name="Lane">Lane.</param>
    /// <param name="Command">The command, for people.</param>
    /// <param name="Cwd">Working directory.</param>
    /// <param name="BriefingHash">Digest of what it is told, or null.</param>
    /// <param name="RefsDigest">Digest of the references it must leave alone, or null.</param>
    public sealed record ProcessSpawning(
        ProcessId Process, IdempotencyKey Key, AgentId Agent, AgentRole Role, TaskId Task, int Attempt, int Lane,
        string Command, string Cwd, string? BriefingHash, string? RefsDigest) : RunEvent;

    /// <summary>The process runs.</summary>
    public sealed record ProcessStarted(ProcessId Process, ProcessSeen Host, ProcessSeen? Program) : RunEvent;

    /// <summary>The process and everything it started are dead.</summary>
    /// <param name="Process">The incarnation.</param>
    /// <param name="Status">exited, crashed, timed_out, killed or orphaned.</param>
    /// <param name="ExitCode">Exit code, or null.</param>
    /// <param name="Usage">Reported cost.</param>
    public sealed record ProcessEnded(ProcessId Process, string Status, int? ExitCode, Usage Usage) : RunEvent;

    /// <summary>Something was noticed.</summary>
    public sealed record FindingRaised(TaskId? Task, int? Attempt, Finding Finding) : RunEvent;

    /// <summary>An attempt ended without being merged.</summary>
    /// <param name="Task">The task.</param>
    /// <param name="Attempt">Attempt.</param>
    /// <param name="Result">failed, conflict, lease-lost or aborted.</param>
    /// <param name="Code">Stable code of the reason.</param>
    /// <param name="Reason">One sentence.</param>
    public sealed record AttemptEnded(TaskId Task, int Attempt, string Result, string Code, string Reason) : RunEvent;

    /// <summary>An attempt is to end because the run is aborted; its work is kept first.</summary>
    public sealed record AttemptAborted(TaskId Task, int Attempt) : RunEvent;

    /// <summary>The task's work is on the run branch, or was declared unnecessary.</summary>
    public sealed record TaskIntegrated(TaskId Task, int Attempt, CommitId? Commit, CommitId? MergeCommit) : RunEvent;

    /// <summary>The task will not be tried again unless somebody asks.</summary>
    public sealed record TaskFailed(TaskId Task, string Code, string Reason) : RunEvent;

    /// <summary>Somebody decided to do without the task.</summary>
    public sealed record TaskSkipped(TaskId Task, string Actor, string Reason) : RunEvent;

    /// <summary>Somebody asked for a failed task to be tried again.</summary>
    public sealed record TaskRetried(TaskId Task, string Actor, string? Note) : RunEvent;

    /// <summary>Somebody asked for the run to pause.</summary>
    public sealed record PauseRequested(string Actor, string Code, string Reason) : RunEvent;

    /// <summary>Somebody asked for the run to end.</summary>
    public sealed record AbortRequested(string Actor, string Reason) : RunEvent;

    /// <summary>Nothing of the run is in flight; it can be resumed.</summary>
    public sealed record RunPaused(string Code, string Reason) : RunEvent;

    /// <summary>A paused or failed run goes on.</summary>
    public sealed record RunResumed(string Actor) : RunEvent;

    /// <summary>The base branch is about to be moved to a commit that holds the run's work.</summary>
    /// <param name="Strategy">ff, merge or squash.</param>
    /// <param name="From">Where the base branch is.</param>
    /// <param name="Commit">Where it goes.</param>
    public sealed record IntegrationIntended(string Strategy, CommitId From, CommitId Commit) : RunEvent;

    /// <summary>The base branch holds the run's work.</summary>
    public sealed record RunIntegrated(string Strategy, CommitId Commit) : RunEvent;

    /// <summary>The run ended.</summary>
    public sealed record RunEnded(RunOutcome Outcome, string Code, string Reason) : RunEvent;
}

/// <summary>A process as seen by the operating system. A pid alone never names one.</summary>
public sealed record ProcessSeen(int Pid, long StartTicks, string BootId, string PidNamespace);

/// <summary>How a run ended.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<RunOutcome>))]
public enum RunOutcome
{
    /// <summary>Every task was integrated or skipped.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>At least one task failed.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Somebody ended it.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("aborted")]
    Aborted,
}

/// <summary>A fact with its place in the ledger.</summary>
/// <param name="Seq">From 1, without gaps.</param>
/// <param name="At">When it was recorded; for people, never for order.</param>
/// <param name="Actor">Who caused it: engine, operator or an agent id.</param>
/// <param name="Event">The fact.</param>
public sealed record LedgerEntry(long Seq, DateTimeOffset At, string Actor, RunEvent Event);
