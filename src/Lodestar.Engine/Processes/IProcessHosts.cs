using Lodestar.Core;

namespace Lodestar.Engine.Processes;

/// <summary>Starts programs under a host that owns them, and ends what an earlier engine left behind.</summary>
/// <remarks>The real one runs <c>lodestar host</c>, one process per program; tests have one in memory.</remarks>
public interface IProcessHosts
{
    /// <summary>Starts a program. Returns when the host runs and the program was started or could not be.</summary>
    Task<IHostedProcess> StartAsync(HostOrder order, CancellationToken cancellation);

    /// <summary>Reads what a host of an earlier engine wrote down about its end; null when it did not get that far.</summary>
    Task<ExitReport?> ReadReportAsync(ProcessId process, string logDirectory, CancellationToken cancellation);

    /// <summary>Ends every live process that belongs to one of the given incarnations: found by its marker in the
    /// environment and by its recorded identity, never by pid alone. Returns when none is alive.</summary>
    /// <returns>The incarnations of which something was alive.</returns>
    Task<IReadOnlyList<ProcessId>> EndAsync(IReadOnlyList<ProcessMark> marks, CancellationToken cancellation);

    /// <summary>Says whether anything of an incarnation is alive.</summary>
    Liveness Look(ProcessMark mark);
}

/// <summary>A running program and its host.</summary>
public interface IHostedProcess : IAsyncDisposable
{
    /// <summary>The host process.</summary>
    ProcessIdentity Host { get; }

    /// <summary>The program; null when it could not be started.</summary>
    ProcessIdentity? Program { get; }

    /// <summary>What the program says, as it says it. Ends before <see cref="Completion"/>.</summary>
    IAsyncEnumerable<AgentEvent> Events { get; }

    /// <summary>Ends once the program and all its descendants are dead, whatever the cause.</summary>
    Task<ExitReport> Completion { get; }

    /// <summary>Asks the host to stop the program: politely, then by force.</summary>
    Task StopAsync(StopReason reason, CancellationToken cancellation);
}

/// <summary>Everything a host needs to know; written to the host's standard input as one JSON line.</summary>
/// <param name="Process">The incarnation, also the marker in the environment.</param>
/// <param name="Adapter">"exec", "native" (agent protocol on stdio) or "command" (checks and set-up).</param>
/// <param name="Command">Program and arguments; the program is an absolute path or found on PATH by the caller.</param>
/// <param name="WorkingDirectory">Absolute path.</param>
/// <param name="Environment">The whole environment of the program; nothing else is inherited.</param>
/// <param name="TimeoutMs">The program is stopped after this long.</param>
/// <param name="StallMs">The program is stopped when it says nothing for this long; null: never.</param>
/// <param name="LogDirectory">Folder for the host's own record: <c>events.ndjson</c> and <c>report.json</c>.</param>
/// <param name="Secrets">Values to remove from everything that is stored or passed on.</param>
/// <param name="Redact">Patterns of what to remove besides (<see cref="Lodestar.Core.Policy.RedactionPattern"/>).</param>
/// <param name="ProtocolCommand">For "native": the command line to send to the program, as JSON text.</param>
public sealed record HostOrder(
    ProcessId Process,
    string Adapter,
    IReadOnlyList<string> Command,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    long TimeoutMs,
    long? StallMs,
    string LogDirectory,
    IReadOnlyList<string> Secrets,
    IReadOnlyList<string> Redact,
    string? ProtocolCommand = null);

/// <summary>Who a process is. A pid alone never names a process: it may have been given to another.</summary>
/// <param name="Pid">The pid, in the namespace below.</param>
/// <param name="StartTicks">Start time: field 22 of <c>/proc/PID/stat</c>.</param>
/// <param name="BootId">The boot it was seen in.</param>
/// <param name="PidNamespace">The pid namespace it was seen in.</param>
public sealed record ProcessIdentity(int Pid, long StartTicks, string BootId, string PidNamespace);

/// <summary>What is known of an incarnation when looking for its processes.</summary>
/// <param name="Process">The incarnation.</param>
/// <param name="Host">Its host, as far as it was recorded.</param>
/// <param name="Program">Its program, as far as it was recorded.</param>
public sealed record ProcessMark(ProcessId Process, ProcessIdentity? Host, ProcessIdentity? Program);

/// <summary>Three-valued: nothing destructive is done on unknown.</summary>
public enum Liveness
{
    /// <summary>Seen alive.</summary>
    Alive,

    /// <summary>Seen dead.</summary>
    Dead,

    /// <summary>Could not be told.</summary>
    Unknown,
}

/// <summary>Why the engine stops a program.</summary>
public enum StopReason
{
    /// <summary>The run is paused.</summary>
    Paused,

    /// <summary>The run is aborted.</summary>
    Aborted,

    /// <summary>The lease of the task was lost.</summary>
    LeaseLost,
}

/// <summary>One normalised thing a program said or did.</summary>
/// <param name="Kind">"stdout", "stderr", "event", "heartbeat", "log", "protocol-error", "heartbeat-missed", "dropped".</param>
/// <param name="Text">Redacted, bounded text.</param>
public sealed record AgentEvent(string Kind, string Text);

/// <summary>How a program ended, written by its host once the whole process tree is dead.</summary>
/// <param name="Process">The incarnation.</param>
/// <param name="Status">The end.</param>
/// <param name="ExitCode">Exit code, or null when it was killed by a signal or never started.</param>
/// <param name="Signal">Signal that ended it, or null.</param>
/// <param name="Verdict">"approved", "changes_requested", "updated" or "no_changes_needed", when the program gave one by the
/// rules of its adapter.</param>
/// <param name="NoChange">The builder's declared reason for changing nothing, or null.</param>
/// <param name="Text">For exec: standard output before the verdict line. For native: findings or summary. For command:
/// the last 64 KiB of both streams. Redacted.</param>
/// <param name="Problem">What went wrong in words (not found, not executable, protocol error), or null.</param>
/// <param name="CostUsd">Money spent as reported, or null when unknown.</param>
/// <param name="Tokens">Tokens used as reported, or null when unknown.</param>
/// <param name="OutputBytes">Bytes the program wrote, kept or not.</param>
/// <param name="Survivors">Descendants that had to be killed after the program itself had ended.</param>
public sealed record ExitReport(
    ProcessId Process,
    ExitStatus Status,
    int? ExitCode,
    int? Signal,
    string? Verdict,
    string? NoChange,
    string Text,
    string? Problem,
    decimal? CostUsd,
    long? Tokens,
    long OutputBytes,
    int Survivors);

/// <summary>The ways a program ends.</summary>
public enum ExitStatus
{
    /// <summary>It exited with code 0 and, for native, gave its terminal event.</summary>
    Completed,

    /// <summary>It exited with another code, or without its terminal event.</summary>
    Failed,

    /// <summary>A signal that was not ours ended it, or its host died.</summary>
    Crashed,

    /// <summary>It ran or was silent for too long and was stopped.</summary>
    TimedOut,

    /// <summary>The engine had it stopped.</summary>
    Stopped,

    /// <summary>The engine died and the host ended the program.</summary>
    OwnerLost,

    /// <summary>It could not be started.</summary>
    NotStarted,
}
