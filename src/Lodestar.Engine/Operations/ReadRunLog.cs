using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Reads what happened in a run, or what one of its agents said. Writes nothing.</summary>
/// <param name="Run">The run; null for the active or newest one.</param>
/// <param name="After">Only what came after this sequence number.</param>
/// <param name="Task">Only what is about this task.</param>
public sealed record ReadRunLog(RunId? Run, long After, TaskId? Task)
{
    /// <summary>Entries given at once.</summary>
    public const int Limit = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>An agent or process whose own output is wanted in place of the ledger; null for the ledger.</summary>
    public string? Agent { get; init; }

    /// <summary>Give the ledger's lines one by one, and no entries.</summary>
    public bool LinesOnly { get; init; }

    /// <summary>Go on until the run, or the process, ends.</summary>
    public bool Follow { get; init; }

    /// <summary>Reads. What is told line by line is not in the data again.</summary>
    public async Task<Outcome<RunLog>> ExecuteAsync(RunDesk desk, Action<string> line, CancellationToken cancellation)
    {
        var rows = await desk.RowsAsync(cancellation);
        var chosen = Agent is { } wanted && Run is null
            ? RunSelector.ForQuery(rows, await RunOfAsync(desk, wanted, cancellation))
            : RunSelector.ForQuery(rows, Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        if (Agent is { } agent)
            return await AgentAsync(desk, row, agent, line, cancellation);
        if (LinesOnly || Follow)
            return await StreamAsync(desk, row, line, cancellation);

        var narrator = new RunNarrator();
        var lines = await desk.Session.Store.ReadAsync(view => view.LedgerLines(row.Id, After, Limit), cancellation);
        return new RunLog(row.Id, row.LastSeq, [.. lines.Select(line => Entry(line, narrator)).Where(IsWanted)]);
    }

    private async Task<Outcome<RunLog>> StreamAsync(
        RunDesk desk, RunRow row, Action<string> tell, CancellationToken cancellation)
    {
        var seq = After;
        var narrator = new RunNarrator();
        while (true)
        {
            var current = (await desk.RowsAsync(cancellation)).First(other => other.Id == row.Id);
            foreach (var text in await desk.Session.Store.ReadAsync(view => view.LedgerLines(row.Id, seq), cancellation))
            {
                var entry = Entry(text, narrator);
                seq = entry.Seq;
                if (IsWanted(entry) && (LinesOnly || entry.Text.Length > 0))
                    tell(LinesOnly ? text : $"{entry.Seq,6}  {entry.TaskId?.Value ?? "",-8} {entry.Text}");
            }

            if (!Follow || current.Status != "running" || !desk.IsLive(current))
                return new RunLog(row.Id, seq, []);
            await System.Threading.Tasks.Task.Delay(Interval, desk.Session.Clock, cancellation);
        }
    }

    /// <summary>The newest run an agent or process is of; null when it is of none.</summary>
    private static async Task<RunId?> RunOfAsync(RunDesk desk, string agent, CancellationToken cancellation)
    {
        var project = await desk.ProjectAsync(cancellation);
        var processes = await desk.Session.Store.ReadAsync(view => view.Processes(project, null, liveOnly: false), cancellation);
        return processes.LastOrDefault(process => process.Agent.Value == agent || process.Id.Value == agent)?.Run;
    }

    private async Task<Outcome<RunLog>> AgentAsync(
        RunDesk desk, RunRow row, string agent, Action<string> tell, CancellationToken cancellation)
    {
        var project = await desk.ProjectAsync(cancellation);
        var shown = new Dictionary<ProcessId, long>();
        while (true)
        {
            var mine = (await desk.Session.Store.ReadAsync(view => view.Processes(project, row.Id, liveOnly: false), cancellation))
                .Where(process => process.Agent.Value == agent || process.Id.Value == agent)
                .ToArray();
            if (mine.Length == 0)
                return new Refusal("agent-unknown", $"Run {row.Id} has no agent or process {agent}.", "lodestar ps --all");
            foreach (var process in mine)
                shown[process.Id] = HostLog.Tell(
                    desk.ProcessFolder(row.Id, process.Id), shown.GetValueOrDefault(process.Id), tell);

            var current = (await desk.RowsAsync(cancellation)).First(other => other.Id == row.Id);
            if (!Follow || mine.All(process => process.EndedAt is not null) && (current.Status != "running" || !desk.IsLive(current)))
                return new RunLog(row.Id, row.LastSeq, []);
            await System.Threading.Tasks.Task.Delay(Interval, desk.Session.Clock, cancellation);
        }
    }

    private bool IsWanted(RunLogEntry entry) => Task is null || entry.TaskId == Task;

    private static RunLogEntry Entry(string line, RunNarrator narrator)
    {
        var entry = LedgerLine.ReadAlone(line);
        var (task, text) = narrator.Tell(entry);
        return new RunLogEntry(
            entry.Seq,
            entry.At,
            EventNames.Of(entry.Event).Name,
            task,
            text);
    }
}

/// <summary>Entries of a ledger.</summary>
/// <param name="RunId">The run.</param>
/// <param name="LastSeq">The last sequence number looked at.</param>
/// <param name="Entries">The entries asked for.</param>
public sealed record RunLog(RunId RunId, long LastSeq, ImmutableArray<RunLogEntry> Entries);

/// <summary>One entry of a ledger.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="Type">Stable name of the event.</param>
/// <param name="TaskId">The task it is about, or null.</param>
/// <param name="Text">What happened, in a sentence; empty for what only the ledger cares about.</param>
public sealed record RunLogEntry(long Seq, DateTimeOffset At, string Type, TaskId? TaskId, string Text);
