using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Processes;

/// <summary>A program we started. The only class that starts processes.</summary>
/// <remarks>Arguments are a list, the environment is given whole, all three pipes are ours. A polite stop, a forced stop
/// and a bounded wait are three different things; <see cref="StopAsync"/> does them in that order.</remarks>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly SafeFileHandle? handle;

    private ChildProcess(Process process)
    {
        this.process = process;
        Pid = process.Id;
        // Null when the child has ended already; there is nothing left to signal then.
        handle = OperatingSystem.IsLinux() ? LinuxNative.OpenProcess(Pid) : null;
        Exit = WaitAsync();
    }

    /// <summary>The operating system's number; it names this process only while it lives.</summary>
    public int Pid { get; }

    /// <summary>The program's standard input.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    /// <summary>The program's standard output. Must be read, or the program blocks.</summary>
    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>The program's standard error. Must be read, or the program blocks.</summary>
    public Stream Error => process.StandardError.BaseStream;

    /// <summary>How the program itself ended; its descendants may live on and hold the pipes open.</summary>
    public Task<ChildExit> Exit { get; }

    /// <summary>Starts a program.</summary>
    /// <exception cref="ChildNotStartedException">The program or its directory is missing or may not be used.</exception>
    public static ChildProcess Start(ChildOrder order)
    {
        if (!Path.IsPathFullyQualified(order.Program))
            throw new ChildNotStartedException(order.Program, "it is not an absolute path");
        if (!Directory.Exists(order.Directory))
            throw new ChildNotStartedException(order.Program, $"there is no directory {order.Directory}");

        var start = new ProcessStartInfo(order.Program)
        {
            WorkingDirectory = order.Directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach (var argument in order.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in order.Environment)
            start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        try
        {
            process.Start();
            return new ChildProcess(process);
        }
        catch (Win32Exception cause)
        {
            process.Dispose();
            throw new ChildNotStartedException(order.Program, cause.Message, cause);
        }
    }

    /// <summary>Runs a program to its end with given input and collects what it writes.</summary>
    /// <exception cref="ChildNotStartedException">The program could not be started.</exception>
    /// <exception cref="ChildTimedOutException">It did not end in time and was stopped.</exception>
    public static async Task<ChildResult> RunAsync(ChildOrder order, ChildLimits limits, CancellationToken cancellation)
    {
        await using var child = Start(order);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(limits.Time);

        // Both pipes are read while the input is written: a full pipe on either side would block the other for good.
        var output = BoundedCapture.ReadAsync(child.Output, limits.OutputBytes, deadline.Token);
        var error = BoundedCapture.ReadAsync(child.Error, limits.ErrorBytes, deadline.Token);
        try
        {
            await child.FeedAsync(order.Input, deadline.Token);
            var exit = await child.Exit.WaitAsync(deadline.Token);
            // A grandchild may keep a pipe open after the program's end; its words are not waited for beyond this.
            deadline.CancelAfter(limits.Linger < limits.Time ? limits.Linger : limits.Time);
            var (stdout, stderr) = (await output, await error);
            return new ChildResult(exit, stdout.Bytes, stderr.Bytes, stdout.Truncated);
        }
        catch (OperationCanceledException) when (!child.Exit.IsCompleted)
        {
            await child.StopAsync(limits.Grace);
            cancellation.ThrowIfCancellationRequested();
            throw new ChildTimedOutException(order.Program, limits.Time);
        }
    }

    /// <summary>Writes the whole input and closes the pipe. A program that does not read its input is not an error.</summary>
    public async Task FeedAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        try
        {
            if (!input.IsEmpty)
                await Input.WriteAsync(input, cancellation);
            await Input.FlushAsync(cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program closed its end (EPIPE): how it exits tells whether that was a failure.
        }
    }

    /// <summary>Asks the program to end, without waiting.</summary>
    public void Terminate()
    {
        if (handle is null || !LinuxNative.Send(handle, LinuxNative.SigTerm))
            Kill();
    }

    /// <summary>Ends the program, without waiting.</summary>
    public void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: false);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    /// <summary>Asks the program to end, then ends it, and waits for that.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (Exit.IsCompleted)
            return;
        Terminate();
        try
        {
            await Exit.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            Kill();
            await Exit;
        }
    }

    /// <summary>Ends the program if it still runs, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Exit.IsCompleted)
        {
            Kill();
            await Exit;
        }

        handle?.Dispose();
        process.Dispose();
    }

    private async Task<ChildExit> WaitAsync()
    {
        // Not WaitForExitAsync: that waits for the end of redirected text as well, which a grandchild can hold off.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ended.TrySetResult();
        if (process.HasExited)
            ended.TrySetResult();
        await ended.Task;
        return ChildExit.FromCode(process.ExitCode);
    }
}

/// <summary>What to start.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Arguments">Arguments, without the program.</param>
/// <param name="Directory">Working directory, absolute.</param>
/// <param name="Environment">The whole environment; nothing is inherited.</param>
public sealed record ChildOrder(
    string Program,
    IReadOnlyList<string> Arguments,
    string Directory,
    IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Bytes for the program's standard input, used by <see cref="ChildProcess.RunAsync"/>.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }
}

/// <summary>Limits of one run of a program.</summary>
/// <param name="Time">Longest life.</param>
/// <param name="OutputBytes">Most bytes kept of standard output.</param>
/// <param name="ErrorBytes">Most bytes kept of standard error.</param>
public sealed record ChildLimits(TimeSpan Time, int OutputBytes, int ErrorBytes)
{
    /// <summary>How long a polite stop may take before force.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long pipes are read after the program's own end.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>What a finished program left.</summary>
/// <param name="Exit">How it ended.</param>
/// <param name="Output">Standard output, as far as kept.</param>
/// <param name="Error">Standard error, as far as kept.</param>
/// <param name="Truncated">True when standard output was longer than what was kept.</param>
public sealed record ChildResult(ChildExit Exit, byte[] Output, byte[] Error, bool Truncated);

/// <summary>How a program ended: with a code, or by a signal.</summary>
/// <param name="Code">Exit code; null when a signal ended it.</param>
/// <param name="Signal">The signal; null when it exited.</param>
public sealed record ChildExit(int? Code, int? Signal)
{
    private const int SignalBase = 128;
    private const int LastSignal = 64;

    /// <summary>Reads the runtime's number, which gives a signal as 128 and the signal, as shells do.</summary>
    /// <remarks>A shell whose own child died of a signal exits with the same number and is taken for the same thing.</remarks>
    public static ChildExit FromCode(int code) =>
        code is > SignalBase and <= SignalBase + LastSignal ? new(null, code - SignalBase) : new(code, null);
}

/// <summary>A program could not be started at all.</summary>
public sealed class ChildNotStartedException(string program, string reason, Exception? cause = null)
    : Exception($"{program} could not be started: {reason}.", cause);

/// <summary>A program did not end in time and was stopped; what it had done by then is unknown.</summary>
public sealed class ChildTimedOutException(string program, TimeSpan limit)
    : Exception($"{program} did not end within {limit.TotalSeconds:0.#} seconds and was stopped.");
