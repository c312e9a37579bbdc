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

    /// <summary>The end of a program an earlier engine started for this effect, as far as its host wrote it down.</summary>
    /// <returns>Null when there was none.</returns>
    internal async Task<EarlierProgram?> EarlierAsync(EffectScope scope, AgentRole role, CancellationToken cancellation)
    {
        var record = scope.State.Processes.Values.LastOrDefault(
            process => process.Spawning.Key == scope.Key && process.Spawning.Role == role);
        if (record is null)
            return null;

        var process = record.Spawning.Process;
        var report = await parts.Hosts.ReadReportAsync(process, parts.Folder.ProcessFolder(process), cancellation);
        return new EarlierProgram(record.Spawning, IsOwnEnd(report) ? report : null, Ended(process, report));
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
            if (await Task.WhenAny(hosted.Completion, scope.Stopping) == scope.Stopping)
                await hosted.StopAsync(await scope.Stopping, cancellation);
            var report = await hosted.Completion;
            return new HostedEnd(report, [Ended(order.Process, report)]);
        }
        finally
        {
            live.TryRemove(order.Process, out _);
            await hosted.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in live.Values)
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

/// <summary>A program an earlier engine started.</summary>
/// <param name="Row">Its registry row.</param>
/// <param name="Report">How it ended by itself; null when it was cut short.</param>
/// <param name="Ended">The event that closes its row.</param>
internal sealed record EarlierProgram(RunEvent.ProcessSpawning Row, ExitReport? Report, RunEvent.ProcessEnded Ended);

/// <summary>How a hosted program ended.</summary>
/// <param name="Report">The report; null when it was not started because the effect was being stopped.</param>
/// <param name="Events">What is to be recorded with the effect's outcome.</param>
internal sealed record HostedEnd(ExitReport? Report, IReadOnlyList<RunEvent> Events);
