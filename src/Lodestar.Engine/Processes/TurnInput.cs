using System.Text;
using System.Threading.Channels;

namespace Lodestar.Engine.Processes;

/// <summary>A program's standard input. Writing never waits: a program that does not read must not stop its host.</summary>
internal sealed class TurnInput
{
    private readonly Channel<string> lines = Channel.CreateBounded<string>(16);

    internal TurnInput(ChildProcess child) => _ = WriteAsync(child);

    /// <summary>Says what the turn begins with, and leaves the input open or ends it.</summary>
    internal void Greet(HostTurn turn)
    {
        if (turn.Greeting is { } greeting)
            Say(greeting);
        if (!turn.KeepsInput)
            Close();
    }

    /// <summary>Writes a line; one that finds the queue full is not written, because nobody reads there.</summary>
    internal void Say(string line) => lines.Writer.TryWrite(line);

    /// <summary>Ends the input once everything is written.</summary>
    internal void Close() => lines.Writer.TryComplete();

    private async Task WriteAsync(ChildProcess child)
    {
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync())
            {
                await child.Input.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
                await child.Input.FlushAsync();
            }

            await child.FeedAsync(default, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The program closed its end, or is gone.
            lines.Writer.TryComplete();
        }
    }
}
