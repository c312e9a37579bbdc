using System.Runtime.InteropServices;

namespace Lodestar.Cli;

/// <summary>Ctrl-C for verbs that end in order: the first asks, the second ends the process at once. A reader that went away asks too.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource asked = new();
    private readonly PosixSignalRegistration[] signals = [];

    /// <summary>Listens, when the verb wants to be asked.</summary>
    public Interrupt(bool listen)
    {
        if (listen)
            signals = [Listen(PosixSignal.SIGINT), Listen(PosixSignal.SIGTERM), Listen(PosixSignal.SIGHUP)];
    }

    /// <summary>Whether the verb was asked to end because nobody reads what it says.</summary>
    public bool IsUnread { get; private set; }

    /// <summary>Asks as the first signal does.</summary>
    public void NobodyReads()
    {
        try
        {
            IsUnread = true;
            asked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The verb is over already.
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => asked.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
        asked.Dispose();
    }

    private PosixSignalRegistration Listen(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        // The second signal keeps its usual meaning: the process dies at once, which is always safe to resume from.
        context.Cancel = !asked.IsCancellationRequested;
        asked.Cancel();
    });
}
