using System.Collections;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Processes;

/// <summary>Starts one <c>lodestar host</c> per program, and ends what earlier engines left behind.</summary>
/// <param name="hostCommand">The lodestar executable and the arguments before <c>host</c>: the program first, as an absolute path.</param>
public sealed class ProcessHosts(IReadOnlyList<string> hostCommand) : IProcessHosts
{
    /// <summary>The environment variable every process of an incarnation carries.</summary>
    public const string Marker = "LODESTAR_PROCESS";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task<IHostedProcess> StartAsync(HostOrder order, CancellationToken cancellation)
    {
        PrivateFile.CreateFolder(order.LogDirectory);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal);
        environment[Marker] = order.Process.Value;
        ChildProcess host;
        try
        {
            host = ChildProcess.Start(new ChildOrder(
                hostCommand[0], [.. hostCommand.Skip(1), "host"], order.LogDirectory, environment));
        }
        catch (ChildNotStartedException cause)
        {
            throw new EnvironmentException("host-not-started", cause.Message, cause: cause);
        }

        var hosted = new HostedProcess(host, order.Process, order.LogDirectory, EndAsync);
        try
        {
            await hosted.BeginAsync(JsonSerializer.SerializeToUtf8Bytes(order, HostJson.Default.HostOrder), cancellation);
            return hosted;
        }
        catch
        {
            await hosted.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<ExitReport?> ReadReportAsync(ProcessId process, string logDirectory, CancellationToken cancellation) =>
        HostRecord.ReadReportAsync(process, logDirectory, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProcessId>> EndAsync(IReadOnlyList<ProcessMark> marks, CancellationToken cancellation)
    {
        if (marks.Count == 0 || !OperatingSystem.IsLinux())
            return [];
        var found = new HashSet<ProcessId>();
        var ended = await TreeEnder.EndAsync(
            () =>
            {
                cancellation.ThrowIfCancellationRequested();
                var living = ProcessSearch.Find(marks);
                found.UnionWith(living.SelectMany(one => one.Value));
                return [.. living.Keys];
            },
            Grace,
            EndLimit);
        return ended.AllDead ? [.. found.Order()] : throw new EnvironmentException(
            "processes-alive",
            $"{ended.Seen.Count} processes of an earlier run could not all be ended.",
            "lodestar ps --orphans");
    }

    /// <summary>Says whether a process is alive: it is dead when its boot is over, its pid is free, or its pid was given to
    /// another.</summary>
    public static Liveness Look(ProcessIdentity identity)
    {
        if (!OperatingSystem.IsLinux())
            return Liveness.Unknown;
        if (identity.BootId != ProcessTable.BootId)
            return Liveness.Dead;
        if (identity.PidNamespace != ProcessTable.PidNamespace)
            return Liveness.Unknown;
        if (ProcessTable.Read(identity.Pid) is { } entry)
            return !entry.IsDead && entry.StartTicks == identity.StartTicks ? Liveness.Alive : Liveness.Dead;
        // There is somebody of that pid, and it could not be read who.
        return Directory.Exists($"/proc/{identity.Pid}") ? Liveness.Unknown : Liveness.Dead;
    }

    /// <summary>This process.</summary>
    public static ProcessIdentity Self() => ProcessTable.Identify(Environment.ProcessId)
        ?? throw new EnvironmentException("proc-unreadable", "The process table in /proc cannot be read.");

    /// <inheritdoc/>
    public Liveness Look(ProcessMark mark)
    {
        if (!OperatingSystem.IsLinux())
            return Liveness.Unknown;
        if (ProcessSearch.Find([mark]).Count > 0)
            return Liveness.Alive;
        // Seen from another pid namespace of the same boot, a process may live where we cannot look.
        return new[] { mark.Host, mark.Program }.OfType<ProcessIdentity>().Any(
            identity => identity.BootId == ProcessTable.BootId && identity.PidNamespace != ProcessTable.PidNamespace)
                ? Liveness.Unknown
                : Liveness.Dead;
    }
}
