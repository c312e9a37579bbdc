using System.Collections.Concurrent;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Supervision;

/// <summary>Runs programs under hosts on behalf of effects, each with its registry row before it starts and after it ends.</summary>
internal sealed class HostedPrograms(RunParts parts) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ProcessId, IHostedProcess> live = new();

    /// <summary>What earlier engines started for this effect and did not account for, all of it dead by now.</summary>
    internal async Task<EarlierPrograms> EarlierAsync(EffectScope scope, AgentRole role, CancellationToken cancellation)
    {
        var ended = new List<RunEvent>();
        var cutShort = new List<ProcessId>();
        (RunEvent.ProcessSpawning Row, ExitReport Report)? finished = null;
        foreach (var row in scope.State.Processes.Values.Select(record => record.Spawning).Where(row => row.Key == scope.Key))
        {
            var report = await parts.Hosts.ReadReportAsync(
                row.Process, parts.Folder.ProcessFolder(row.Process), cancellation);
            ended.Add(Ended(row.Process, report));
            if (row.Role != role)
                continue;
            if (IsOwnEnd(report))
                finished = (row, report!);
            else
                cutShort.Add(row.Process);
        }

        return new EarlierPrograms(finished, cutShort, ended);
    }

    /// <summary>Runs a program to its end. The registry row is on disk before the program exists.</summary>
    internal async Task<HostedEnd> RunAsync(
        EffectScope scope, HostOrder order, RunEvent.ProcessSpawning row, CancellationToken cancellation)
    {
        if (scope.Stopping.IsCompleted)
            return new HostedEnd(null, []);

        await scope.RecordAsync(row);
        parts.Reach(CrashLabel.Before("process-spawn"));
        var hosted = await parts.Hosts.StartAsync(order, cancellation);
        live[order.Process] = hosted;
        try
        {
            scope.Note(new RunEvent.ProcessStarted(
                order.Process, Seen(hosted.Host), hosted.Program is { } program ? Seen(program) : null));
            parts.Reach(CrashLabel.After("process-spawn"));
            var remarks = NoteRemarksAsync(scope, row, hosted);
            if (await Task.WhenAny(hosted.Completion, scope.Stopping) == scope.Stopping)
                await hosted.StopAsync(await scope.Stopping, cancellation);
            var report = await hosted.Completion;
            await remarks;
            return new HostedEnd(report, [Ended(order.Process, report)]);
        }
        finally
        {
            live.TryRemove(order.Process, out _);
            await hosted.DisposeAsync();
        }
    }

    /// <summary>The order of a command line of the charter: a check or a set-up.</summary>
    internal (RunEvent.ProcessSpawning Row, HostOrder Order) Shell(
        EffectScope scope, LanePlace place, AgentRole role, string command, TimeSpan timeout)
    {
        var process = parts.Ids.Process();
        var agent = RunAgents.Lane(scope.State.Run, place.Lane, role);
        var row = new RunEvent.ProcessSpawning(
            process, scope.Key, agent, role, place.Task, place.Attempt, place.Lane, command, place.Path, null, null);
        return (row, new HostOrder(
            process,
            "command",
            ["/bin/sh", "-c", command],
            place.Path,
            parts.Ground.EnvironmentFor([], RunAgents.Variables(scope.State, place, row, null)),
            (long)timeout.TotalMilliseconds,
            null,
            parts.Folder.ProcessFolder(process),
            [],
            scope.State.Plan.Redact));
    }

    /// <summary>Broken lines and missing heartbeats become findings while the program runs: the first of each kind, because
    /// the log has all.</summary>
    private static async Task NoteRemarksAsync(EffectScope scope, RunEvent.ProcessSpawning row, IHostedProcess hosted)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var remark in hosted.Events)
        {
            if (remark.Kind is "protocol-error" or "heartbeat-missed" && told.Add(remark.Kind))
                scope.Note(new RunEvent.FindingRaised(row.Task, row.Attempt, new Finding(
                    remark.Kind, $"The {AgentRoles.Word(row.Role)} of task {row.Task} ({row.Process}): {remark.Text}")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, hosted) in live.OrderBy(item => item.Key))
            await hosted.DisposeAsync();
    }

    /// <summary>True when the program came to an end of its own (or by its own time limit), not because we or our death
    /// ended it.</summary>
    internal static bool IsOwnEnd(ExitReport? report) =>
        report is not (null or { Status: ExitStatus.Stopped or ExitStatus.OwnerLost });

    private static RunEvent.ProcessEnded Ended(ProcessId process, ExitReport? report) => new(
        process,
        report?.Status switch
        {
            null or ExitStatus.OwnerLost => "orphaned",
            ExitStatus.Completed or ExitStatus.Failed => "exited",
            ExitStatus.Crashed or ExitStatus.NotStarted => "crashed",
            ExitStatus.TimedOut => "timed_out",
            ExitStatus.Stopped => "killed",
            _ => throw new InvalidOperationException($"Exit status {report.Status} is unknown."),
        },
        report?.ExitCode,
        report is null ? Usage.Unknown : new Usage(report.CostUsd, report.Tokens));

    private static ProcessSeen Seen(ProcessIdentity identity) =>
        new(identity.Pid, identity.StartTicks, identity.BootId, identity.PidNamespace);
}

/// <summary>Programs earlier engines started for an effect.</summary>
/// <param name="Finished">The one that came to an end of its own: it is not run again.</param>
/// <param name="CutShort">Those that did not; what they left in the lane is unique until it is saved.</param>
/// <param name="Ended">The events that close their rows, set-up commands' included.</param>
internal sealed record EarlierPrograms(
    (RunEvent.ProcessSpawning Row, ExitReport Report)? Finished,
    IReadOnlyList<ProcessId> CutShort,
    IReadOnlyList<RunEvent> Ended);

/// <summary>How a hosted program ended.</summary>
/// <param name="Report">The report; null when it was not started because the effect was being stopped.</param>
/// <param name="Events">What is to be recorded with the effect's outcome.</param>
internal sealed record HostedEnd(ExitReport? Report, IReadOnlyList<RunEvent> Events);
