using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>A program without a protocol: it gets an empty standard input, and its exit code ends the turn.</summary>
/// <param name="redactor">Cleans what is kept.</param>
/// <param name="readsVerdict">True for agents: their last line may be a verdict. False for checks and set-up, whose last
/// words of both streams are evidence and nothing more.</param>
internal sealed class PlainTurn(Redactor redactor, bool readsVerdict) : HostTurn
{
    private const int TailBytes = 64 * 1024;
    private const int ComplaintBytes = 4 * 1024;
    private const string VerdictStart = "VERDICT: ";
    /// <summary>Reviewers say the first two, spec maintainers the last three; whose word counts is judged by who was asked.</summary>
    private static readonly string[] Verdicts = ["approved", "changes_requested", "updated", "no_changes_needed"];

    private const string NoChangeStart = "NO_CHANGE: ";

    private readonly TextTail tail = new(TailBytes);
    private readonly TextTail complaints = new(ComplaintBytes);
    private readonly Lock gate = new();
    private string? lastLine;

    /// <inheritdoc/>
    internal override int OutputLineLimit => 64 * 1024;

    /// <inheritdoc/>
    internal override TurnAnswer OnOutput(BoundedLine line, DateTimeOffset now)
    {
        lock (gate)
        {
            // A verdict is a whole line; what was cut off cannot be one.
            if (!string.IsNullOrWhiteSpace(line.Text) || line.Dropped > 0)
                lastLine = line.Dropped > 0 ? null : line.Text;
            tail.Add(line.Dropped > 0 ? redactor.CleanCut(line.Text) : redactor.Clean(line.Text));
        }

        return new TurnAnswer("stdout");
    }

    /// <inheritdoc/>
    internal override void OnError(string cleaned)
    {
        // An agent's standard error is no part of its answer, but tells why it gave none.
        lock (gate)
            (readsVerdict ? complaints : tail).Add(cleaned);
    }

    /// <inheritdoc/>
    internal override TurnEnd End(ChildExit exit)
    {
        lock (gate)
        {
            if (exit.Signal is { } signal)
                return new TurnEnd(ExitStatus.Crashed, LastWords) { Problem = $"It was ended by signal {signal}." };
            if (exit.Code != 0)
                return new TurnEnd(ExitStatus.Failed, LastWords) { Problem = $"It exited with code {exit.Code}." };
            return readsVerdict ? WithVerdict() : new TurnEnd(ExitStatus.Completed, tail.ToString());
        }
    }

    private string LastWords => tail.ToString() + complaints;

    private TurnEnd WithVerdict()
    {
        var verdict = lastLine is not null && lastLine.StartsWith(VerdictStart, StringComparison.Ordinal)
            && Verdicts.Contains(lastLine[VerdictStart.Length..])
                ? lastLine[VerdictStart.Length..]
                : null;
        var reason = lastLine is not null && lastLine.StartsWith(NoChangeStart, StringComparison.Ordinal)
            ? redactor.Clean(lastLine[NoChangeStart.Length..].Trim())
            : null;
        if (verdict is not null || reason is { Length: > 0 })
            tail.TakeLastWords();
        return new TurnEnd(ExitStatus.Completed, tail.ToString())
        {
            Verdict = verdict,
            NoChange = reason is { Length: > 0 } ? reason : null,
        };
    }
}
