using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Lodestar.Core;

namespace Lodestar.Engine.Processes;

/// <summary>The engine's end of a host.</summary>
internal sealed class HostedProcess : IHostedProcess
{
    private const int LineLimit = 1024 * 1024;
    private const int EventLimit = 2048;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly ChildProcess host;
    private readonly ProcessId process;
    private readonly string logDirectory;
    private readonly Func<IReadOnlyList<ProcessMark>, CancellationToken, Task<IReadOnlyList<ProcessId>>> end;
    private readonly Channel<AgentEvent> events = Channel.CreateBounded<AgentEvent>(
        new BoundedChannelOptions(EventLimit) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly TaskCompletionSource<StartedProgram?> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<BoundedCapture> complaints;
    private readonly SemaphoreSlim input = new(1, 1);
    private ExitReport? report;
    private Task? letGo;

    internal HostedProcess(
        ChildProcess host,
        ProcessId process,
        string logDirectory,
        Func<IReadOnlyList<ProcessMark>, CancellationToken, Task<IReadOnlyList<ProcessId>>> end)
    {
        this.host = host;
        this.process = process;
        this.logDirectory = logDirectory;
        this.end = end;
        Host = ProcessTable.Identify(host.Pid) ?? new ProcessIdentity(host.Pid, 0, ProcessTable.BootId, ProcessTable.PidNamespace);
        complaints = BoundedCapture.ReadAsync(host.Error, 16 * 1024, CancellationToken.None);
        Completion = FollowAsync();
    }

    /// <inheritdoc/>
    public ProcessIdentity Host { get; }

    /// <inheritdoc/>
    public ProcessIdentity? Program { get; private set; }

    /// <inheritdoc/>
    public IAsyncEnumerable<AgentEvent> Events => events.Reader.ReadAllAsync();

    /// <inheritdoc/>
    public Task<ExitReport> Completion { get; }

    /// <summary>Gives the host its order and waits until the program runs, or could not be started.</summary>
    internal async Task BeginAsync(byte[] order, CancellationToken cancellation)
    {
        await WriteAsync(order, cancellation);
        Program = (await started.Task.WaitAsync(StartLimit, cancellation))?.Program;
    }

    /// <inheritdoc/>
    public Task StopAsync(StopReason reason, CancellationToken cancellation) =>
        WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new HostRequest(reason), HostJson.Default.HostRequest), cancellation);

    /// <inheritdoc/>
    /// <remarks>The effect that runs the program and the engine that breaks off both let go of it: the second waits for the first.</remarks>
    public ValueTask DisposeAsync()
    {
        lock (input)
            letGo ??= LetGoAsync();
        return new(letGo);
    }

    private async Task LetGoAsync()
    {
        // The end of the lifeline: the host ends the program if it still runs.
        await host.FeedAsync(default, CancellationToken.None);
        try
        {
            await Completion.WaitAsync(CloseLimit);
        }
        catch (TimeoutException)
        {
            host.Kill();
            await Completion;
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private async Task WriteAsync(byte[] line, CancellationToken cancellation)
    {
        await input.WaitAsync(cancellation);
        try
        {
            await host.Input.WriteAsync((byte[])[.. line, (byte)'\n'], cancellation);
            await host.Input.FlushAsync(cancellation);
        }
        catch (Exception cause) when (cause is IOException or ObjectDisposedException)
        {
            // The host is gone, or was let go of; Completion tells how that ended.
        }
        finally
        {
            input.Release();
        }
    }

    private async Task<ExitReport> FollowAsync()
    {
        await BoundedLines.PumpAsync(host.Output, LineLimit, _ => { }, OnLine, CancellationToken.None);
        var exit = await host.Exit;
        events.Writer.TryComplete();
        // Without a report the host was killed or broke; what it owned may live and is ended here.
        if (report is null)
        {
            await end([new ProcessMark(process, Host, Program)], CancellationToken.None);
            // A host that could not tell us in time has written it down: the end of the program is not in doubt.
            report = await HostRecord.ReadReportAsync(process, logDirectory, CancellationToken.None);
        }

        started.TrySetResult(null);
        return report ?? new ExitReport(
            process, ExitStatus.Crashed, null, null, null, null, "", await WhyAsync(exit), null, null, 0, 0);
    }

    private void OnLine(BoundedLine line)
    {
        if (line.Torn || line.Dropped > 0 || JsonSerializer.Deserialize(line.Text, HostJson.Default.HostMessage) is not { } message)
            return;
        if (message.Event is { } happened)
            events.Writer.TryWrite(happened);
        if (message.Started is { } running)
            started.TrySetResult(running);
        if (message.Report is { } last)
        {
            report = last;
            started.TrySetResult(null);
        }
    }

    private async Task<string> WhyAsync(ChildExit exit)
    {
        var how = exit.Signal is { } signal ? $"was ended by signal {signal}" : $"exited with code {exit.Code}";
        var said = Encoding.UTF8.GetString((await complaints).Bytes).Trim();
        return said.Length == 0 ? $"Its host {how}." : $"Its host {how}: {said}";
    }
}
