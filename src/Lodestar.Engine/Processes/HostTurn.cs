namespace Lodestar.Engine.Processes;

/// <summary>How a host talks with its program: what it sends, how it reads the answers, and what the end means.</summary>
internal abstract class HostTurn
{
    /// <summary>Longest line of standard output, in bytes.</summary>
    internal abstract int OutputLineLimit { get; }

    /// <summary>What is written to the program's standard input at its start.</summary>
    internal virtual string? Greeting => null;

    /// <summary>Whether standard input stays open after the greeting.</summary>
    internal virtual bool KeepsInput => false;

    /// <summary>Ends when the program has said its last word and need not go on.</summary>
    internal virtual Task LastWord { get; } = Task.Delay(Timeout.Infinite);

    /// <summary>When the program should have given a sign of life and has not; null when it need not.</summary>
    internal virtual AgentEvent? MissingSign(DateTimeOffset now) => null;

    /// <summary>Takes a line of standard output.</summary>
    /// <returns>What to record, and what to answer the program, if anything.</returns>
    internal abstract TurnAnswer OnOutput(BoundedLine line, DateTimeOffset now);

    /// <summary>Takes a line of standard error.</summary>
    internal abstract void OnError(string cleaned);

    /// <summary>What the program's end means.</summary>
    /// <param name="exit">How the program itself ended; it ended on its own or after its last word.</param>
    internal abstract TurnEnd End(ChildExit exit);
}

/// <summary>What a line of a program leads to.</summary>
/// <param name="Kind">The kind of event to record.</param>
/// <param name="Reply">A line to send to the program, or null.</param>
internal readonly record struct TurnAnswer(string Kind, string? Reply = null);

/// <summary>What a program's own end means.</summary>
/// <param name="Status">Completed, Failed or Crashed.</param>
/// <param name="Text">What it had to say.</param>
internal sealed record TurnEnd(ExitStatus Status, string Text)
{
    /// <summary>See <see cref="ExitReport"/>.</summary>
    internal string? Verdict { get; init; }

    /// <summary>See <see cref="ExitReport"/>.</summary>
    internal string? NoChange { get; init; }

    /// <summary>See <see cref="ExitReport"/>.</summary>
    internal string? Problem { get; init; }

    /// <summary>See <see cref="ExitReport"/>.</summary>
    internal decimal? CostUsd { get; init; }

    /// <summary>See <see cref="ExitReport"/>.</summary>
    internal long? Tokens { get; init; }
}
