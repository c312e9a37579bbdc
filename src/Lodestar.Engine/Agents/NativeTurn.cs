using System.Text.Json;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Agents;

/// <summary>A program that speaks the agent protocol: one command in, events, heartbeats and logs out, until the event
/// that ends its action.</summary>
internal sealed class NativeTurn : HostTurn
{
    private const int MostProtocolErrorsKept = 20;
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);

    private readonly Redactor redactor;
    private readonly string commandLine;
    private readonly CommandHead command;
    private readonly TaskCompletionSource lastWord = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private DateTimeOffset lastSign;
    private bool missedSaid;
    private int errors;
    private TurnEnd? end;

    /// <summary>Prepares the turn.</summary>
    /// <param name="redactor">Cleans what is kept.</param>
    /// <param name="commandLine">The command, one line of JSON.</param>
    /// <param name="now">The time the program starts.</param>
    /// <exception cref="FormatException">The line is no command of the protocol.</exception>
    internal NativeTurn(Redactor redactor, string commandLine, DateTimeOffset now)
    {
        this.redactor = redactor;
        this.commandLine = commandLine;
        command = CommandHead.Read(commandLine);
        lastSign = now;
    }

    /// <inheritdoc/>
    internal override int OutputLineLimit => AgentProtocol.LineLimit;

    /// <inheritdoc/>
    internal override string Greeting => commandLine;

    /// <inheritdoc/>
    internal override bool KeepsInput => true;

    /// <inheritdoc/>
    internal override Task LastWord => lastWord.Task;

    /// <inheritdoc/>
    internal override AgentEvent? MissingSign(DateTimeOffset now)
    {
        lock (gate)
        {
            if (missedSaid || now - lastSign < 3 * HeartbeatInterval)
                return null;
            missedSaid = true;
            return new AgentEvent("heartbeat-missed", $"No heartbeat since {lastSign:O}.");
        }
    }

    /// <inheritdoc/>
    internal override TurnAnswer OnOutput(BoundedLine line, DateTimeOffset now)
    {
        lock (gate)
        {
            if (line.Dropped > 0)
                return Error($"A line is longer than {AgentProtocol.LineLimit} bytes.", now);
            if (line.Torn)
                return Error("The last line has no end.", now);
            if (line.Text.AsSpan().Trim(" \t\r").IsEmpty)
                return new TurnAnswer("log");
            // Without a look first, a flood of other text would cost an exception a line.
            if (!line.Text.AsSpan().TrimStart().StartsWith('{'))
                return Error("A line is not a JSON object.", now);
            try
            {
                using var message = JsonDocument.Parse(line.Text);
                return OnMessage(message.RootElement, line.Text, now);
            }
            catch (JsonException cause)
            {
                return Error($"A line is not JSON: {cause.Message}", now);
            }
            catch (FormatException cause)
            {
                return Error(cause.Message, now);
            }
            catch (InvalidOperationException cause)
            {
                // How System.Text.Json calls a name or text with half of a surrogate pair ("\ud800"), and only when it is read.
                return Error($"A line is no text: {cause.Message}", now);
            }
        }
    }

    /// <inheritdoc/>
    internal override void OnError(string cleaned)
    {
        // Diagnostics; they are in the log and mean nothing to the turn.
    }

    /// <inheritdoc/>
    internal override TurnEnd End(ChildExit exit)
    {
        lock (gate)
        {
            // After its last word the program may be slow to leave and be ended by us; its word stands.
            if (end is not null)
                return exit.Code is null or 0 || end.Status == ExitStatus.Failed
                    ? end
                    : end with { Status = ExitStatus.Failed, Problem = $"It exited with code {exit.Code}." };
            return exit.Signal is { } signal
                ? new TurnEnd(ExitStatus.Crashed, "") { Problem = $"It was ended by signal {signal}." }
                : new TurnEnd(ExitStatus.Failed, "") { Problem = $"It exited with code {exit.Code} without its terminal event." };
        }
    }

    private TurnAnswer OnMessage(JsonElement message, string line, DateTimeOffset now)
    {
        var kind = AgentProtocol.Text(message, "kind");
        if (kind is not ("event" or "heartbeat" or "log"))
            throw new FormatException($"\"{kind}\" is not a kind an agent sends.");
        var form = ProtocolLine.Check(kind, line);
        if (!form.IsAddressed)
            throw new FormatException(form.Problem);
        if (kind == "event")
            OnEvent(message, form.Problem);
        if (kind == "heartbeat")
            (lastSign, missedSaid) = (now, false);
        return new TurnAnswer(kind);
    }

    private void OnEvent(JsonElement message, string? problem)
    {
        if (AgentProtocol.Text(message, "correlation_id") != command.CorrelationId || AgentProtocol.Text(message, "task_id") != command.TaskId)
            throw new FormatException("An event answers another command: its correlation_id and task_id must be the command's.");
        if (AgentProtocol.Text(message.GetProperty("from"), "agent_type") is var role && role != command.AgentType)
            throw new FormatException($"An event comes from a {role}; the {command.AgentType} was asked.");
        if (message.TryGetProperty("observed_version", out var seen)
            && AgentProtocol.OptionalText(seen, "snapshot_id") is { } snapshot
            && command.SnapshotId is { } asked
            && snapshot != asked)
            throw new FormatException($"An event speaks of snapshot {snapshot}; the command is about {asked}.");
        var last = TerminalEvents.Read(command.Action, message);
        // An event that ends the action without what its name promises (a verdict, the result of tests) fails the turn at
        // once; any other is a broken line.
        if (problem is not null && last is not { Status: ExitStatus.Failed })
            throw new FormatException(problem);
        // The first word that ends the action counts; what is said after it is only recorded.
        if (end is null && last is { } terminal)
        {
            end = terminal with
            {
                Text = redactor.Clean(terminal.Text),
                Problem = terminal.Problem is { } told ? redactor.Clean(told) : null,
                NoChange = terminal.NoChange is { } reason ? redactor.Clean(reason) : null,
            };
            lastWord.TrySetResult();
        }
    }

    // Answered once: an agent that answers errors with errors must not keep us talking.
    private TurnAnswer Error(string problem, DateTimeOffset now)
    {
        errors++;
        return new TurnAnswer(
            errors <= MostProtocolErrorsKept ? "protocol-error" : "dropped",
            errors == 1 ? AgentProtocol.ErrorLine(command, problem, now) : null);
    }
}
