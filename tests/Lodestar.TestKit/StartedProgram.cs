using System.Diagnostics;
using System.Globalization;
using System.Text;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit;

/// <summary>A command of <c>lodestar</c> that goes on while a test does something to it.</summary>
public sealed class StartedProgram : IAsyncDisposable
{
    private readonly ChildProcess child;
    private readonly string[] arguments;
    private readonly StringBuilder errors = new();
    private readonly Task<string> output;
    private readonly Task talk;

    internal StartedProgram(ChildProcess child, string[] arguments)
    {
        this.child = child;
        this.arguments = arguments;
        _ = child.FeedAsync(default, CancellationToken.None);
        output = new StreamReader(child.Output, Encoding.UTF8).ReadToEndAsync();
        talk = ListenAsync(child.Error);
    }

    /// <summary>Its process.</summary>
    public int Pid => child.Pid;

    /// <summary>True when it has ended.</summary>
    public bool HasEnded => child.Exit.IsCompleted;

    /// <summary>What it has said so far on standard error.</summary>
    public string Errors
    {
        get
        {
            lock (errors)
                return errors.ToString();
        }
    }

    /// <summary>Sends it a signal by name, such as <c>INT</c> or <c>KILL</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start(
            "/bin/sh", ["-c", "kill -s \"$0\" \"$1\"", name, Pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <exception cref="TimeoutException">It does not end in time.</exception>
    public async Task<ProgramRun> EndAsync(TimeSpan limit)
    {
        try
        {
            var exit = await child.Exit.WaitAsync(limit);
            var text = await output.WaitAsync(limit);
            await talk.WaitAsync(limit);
            return new ProgramRun(arguments, exit.Code ?? 128 + exit.Signal!.Value, text, Errors);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"lodestar {string.Join(' ', arguments)} goes on after {limit}; it said:\n{Errors}");
        }
    }

    /// <summary>Kills it when it still runs.</summary>
    public async ValueTask DisposeAsync() => await child.DisposeAsync();

    private async Task ListenAsync(Stream stream)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (errors)
                errors.Append(line).Append('\n');
        }
    }
}
