using System.Runtime.InteropServices;
using Lodestar.Engine.Agents;

namespace Lodestar.Engine.Processes;

/// <summary>The hidden verb <c>lodestar host</c>: owns exactly one program and everything that descends from it.</summary>
/// <remarks>
/// It leads a session of its own and is the "subreaper" of its descendants, so that whatever detaches itself from the
/// program still hangs under the host and is found. Its standard input is the lifeline: when the engine dies, however it
/// dies, the kernel closes the pipe, and the host ends the whole tree. It never sleeps through either.
/// </remarks>
public sealed class AgentHost
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastWordsLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(1);

    private readonly HostOrder order;
    private readonly Lifeline lifeline;
    private readonly HostRecord record;
    private readonly Redactor redactor;
    private long outputBytes;
    private long lastSign = Environment.TickCount64;
    private int childEnded;

    private AgentHost(HostOrder order, Lifeline lifeline, HostRecord record)
    {
        this.order = order;
        this.lifeline = lifeline;
        this.record = record;
        redactor = new Redactor(order.Secrets, order.Redact);
    }

    /// <summary>Runs a host on the process's own streams.</summary>
    /// <returns>The exit code: 0 when the report was written, whatever it says.</returns>
    public static async Task<int> RunAsync(Stream input, Stream output, TextWriter error)
    {
        if (!OperatingSystem.IsLinux())
        {
            await error.WriteLineAsync("Programs are hosted on Linux only.");
            return 3;
        }

        _ = LinuxNative.StartSession();
        if (!LinuxNative.BecomeSubreaper())
        {
            await error.WriteLineAsync("The kernel does not let this process adopt orphans.");
            return 3;
        }

        var lifeline = new Lifeline(new BufferedStream(input, 64 * 1024));
        HostOrder? order;
        try
        {
            order = await lifeline.OrderAsync();
        }
        catch (FormatException failure)
        {
            await error.WriteLineAsync(failure.Message);
            return 3;
        }

        if (order is null)
            return 0;
        // A reading that blocks for good must not keep the process: it ends with Main.
        _ = Task.Run(lifeline.ListenAsync);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            lifeline.CutOff(new HostCut(StopReason.Aborted));
        });
        await using var record = new HostRecord(order.LogDirectory, output);
        await record.FinishAsync(await new AgentHost(order, lifeline, record).HostAsync());
        return 0;
    }

    private async Task<ExitReport> HostAsync()
    {
        using var reaper = OperatingSystem.IsWindows()
            ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Interlocked.Exchange(ref childEnded, 1));
        try
        {
            var turn = Turn();
            await using var child = ChildProcess.Start(new ChildOrder(
                order.Command[0],
                [.. order.Command.Skip(1)],
                order.WorkingDirectory,
                new Dictionary<string, string>(order.Environment) { [ProcessHosts.Marker] = order.Process.Value }));
            record.Started(new StartedProgram(
                ProcessTable.Identify(Environment.ProcessId)!, ProcessTable.Identify(child.Pid)));
            return await FollowAsync(child, turn);
        }
        catch (Exception failure) when (failure is ChildNotStartedException or FormatException)
        {
            return Report(ExitStatus.NotStarted, null, new TurnEnd(ExitStatus.NotStarted, "") { Problem = failure.Message }, 0);
        }
    }

    private HostTurn Turn() => order.Adapter switch
    {
        "command" => new PlainTurn(redactor, readsVerdict: false),
        "exec" => new PlainTurn(redactor, readsVerdict: true),
        "native" => new NativeTurn(
            redactor, order.ProtocolCommand ?? throw new FormatException("A native program needs a command to send."), DateTimeOffset.UtcNow),
        _ => throw new FormatException($"\"{order.Adapter}\" is not an adapter."),
    };

    private async Task<ExitReport> FollowAsync(ChildProcess child, HostTurn turn)
    {
        using var pipes = new CancellationTokenSource();
        var input = new TurnInput(child);
        var output = BoundedLines.PumpAsync(
            child.Output, turn.OutputLineLimit, OnBytes, line => OnOutput(turn, input, line), pipes.Token);
        var error = BoundedLines.PumpAsync(child.Error, 64 * 1024, OnBytes, line => OnError(turn, line), pipes.Token);
        input.Greet(turn);

        var ending = await WaitAsync(child, turn);
        if (ending == Ending.LastWord)
        {
            // It has said all it had to say; the end of its input tells it to leave.
            input.Close();
            await Task.WhenAny(child.Exit, lifeline.Cut, Task.Delay(LeaveLimit));
        }

        var endedItself = child.Exit.IsCompleted;
        var ended = await TreeEnder.EndAsync(LivingDescendants, Grace, EndLimit);
        var exit = ended.AllDead ? await child.Exit : null;
        // Whoever held the pipes is dead: their end comes at once, unless something escaped us.
        pipes.CancelAfter(LastWordsLimit);
        await Task.WhenAll(output, error);

        var end = exit is null
            ? new TurnEnd(ExitStatus.Crashed, "") { Problem = "Some of its processes could not be ended." }
            : turn.End(exit);
        var status = ending switch
        {
            _ when exit is null => ExitStatus.Crashed,
            Ending.Itself or Ending.LastWord => end.Status,
            Ending.TimedOut or Ending.Stalled => ExitStatus.TimedOut,
            Ending.Cut when (await lifeline.Cut).Reason is null => ExitStatus.OwnerLost,
            Ending.Cut => ExitStatus.Stopped,
            _ => throw new InvalidOperationException($"Ending {ending} is unknown."),
        };
        return Report(status, exit, end with { Problem = Problem(ending, end) }, endedItself ? ended.Seen.Count : 0);
    }

    private string? Problem(Ending ending, TurnEnd end) => ending switch
    {
        Ending.TimedOut => $"It ran longer than {order.TimeoutMs / 1000.0:0.#} seconds and was stopped.",
        Ending.Stalled => $"It said nothing for {order.StallMs / 1000.0:0.#} seconds and was stopped.",
        Ending.Cut => null,
        _ => end.Problem,
    };

    /// <summary>Waits for the first cause to end the program, keeping watch meanwhile.</summary>
    private async Task<Ending> WaitAsync(ChildProcess child, HostTurn turn)
    {
        var start = Environment.TickCount64;
        while (true)
        {
            var now = Environment.TickCount64;
            var left = order.TimeoutMs - (now - start);
            var stall = order.StallMs - (now - Interlocked.Read(ref lastSign)) ?? long.MaxValue;
            if (left <= 0)
                return Ending.TimedOut;
            if (stall <= 0)
                return Ending.Stalled;

            var pause = Math.Min(Math.Min(left, stall), (long)Watch.TotalMilliseconds);
            var first = await Task.WhenAny(
                child.Exit, lifeline.Cut, turn.LastWord, Task.Delay(TimeSpan.FromMilliseconds(pause)));
            if (first == child.Exit)
                return Ending.Itself;
            if (first == lifeline.Cut)
                return Ending.Cut;
            if (first == turn.LastWord)
                return Ending.LastWord;
            if (turn.MissingSign(DateTimeOffset.UtcNow) is { } missing)
                record.Add(missing);
            ReapOrphans(child.Pid);
        }
    }

    /// <summary>Orphans of the program become ours, and would stay in the process table when they end.</summary>
    private void ReapOrphans(int program)
    {
        if (Interlocked.Exchange(ref childEnded, 0) == 0)
            return;
        foreach (var entry in ProcessTable.All())
        {
            if (entry.IsDead && entry.ParentPid == Environment.ProcessId && entry.Pid != program)
                LinuxNative.Reap(entry.Pid);
        }
    }

    private static IReadOnlyList<ProcessEntry> LivingDescendants() =>
        [.. ProcessTable.Descendants(Environment.ProcessId).Where(entry => !entry.IsDead)];

    private void OnBytes(int count)
    {
        Interlocked.Add(ref outputBytes, count);
        Interlocked.Exchange(ref lastSign, Environment.TickCount64);
    }

    private void OnOutput(HostTurn turn, TurnInput input, BoundedLine line)
    {
        var answer = turn.OnOutput(line, DateTimeOffset.UtcNow);
        Record(answer.Kind, line);
        if (answer.Reply is { } reply)
            input.Say(reply);
    }

    private void OnError(HostTurn turn, BoundedLine line) => turn.OnError(Record("stderr", line));

    private string Record(string kind, BoundedLine line)
    {
        var text = line.Dropped > 0 ? redactor.CleanCut(line.Text) : redactor.Clean(line.Text);
        record.Add(new AgentEvent(kind, text));
        if (line.Dropped > 0)
            record.Add(new AgentEvent("dropped", $"{line.Dropped} bytes of a line that was too long."));
        return text;
    }

    private ExitReport Report(ExitStatus status, ChildExit? exit, TurnEnd end, int survivors) => new(
        order.Process,
        status,
        exit?.Code,
        exit?.Signal,
        status == ExitStatus.Completed ? end.Verdict : null,
        status == ExitStatus.Completed ? end.NoChange : null,
        end.Text,
        end.Problem is { } problem ? redactor.Clean(problem) : null,
        end.CostUsd,
        end.Tokens,
        Interlocked.Read(ref outputBytes),
        survivors);

    private enum Ending
    {
        Itself,
        LastWord,
        TimedOut,
        Stalled,
        Cut,
    }
}
