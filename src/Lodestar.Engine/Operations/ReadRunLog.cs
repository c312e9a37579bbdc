using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Runs;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Operations;

/// <summary>Reads the ledger of a run, as lines or as sentences. Writes nothing.</summary>
/// <param name="Run">The run; null for the active or newest one.</param>
/// <param name="After">Only what came after this sequence number.</param>
/// <param name="Task">Only what is about this task.</param>
public sealed record ReadRunLog(RunId? Run, long After, TaskId? Task)
{
    /// <summary>Entries given at once.</summary>
    public const int Limit = 10_000;

    /// <summary>Reads.</summary>
    public async Task<Outcome<RunLog>> ExecuteAsync(RunDesk desk, CancellationToken cancellation)
    {
        var chosen = RunSelector.ForQuery(await desk.RowsAsync(cancellation), Run);
        if (chosen.Data is not { } row)
            return chosen.Refusal!;
        var lines = await desk.Session.Store.ReadAsync(view => view.LedgerLines(row.Id, After, Limit), cancellation);
        var entries = lines.Select(line => (Line: line, Entry: LedgerLine.ReadAlone(line)));
        return new RunLog(
            row.Id,
            row.LastSeq,
            [.. entries
                .Where(item => Task is null || RunNarration.TaskOf(item.Entry.Event) == Task)
                .Select(item => new RunLogEntry(
                    item.Entry.Seq,
                    item.Entry.At,
                    EventNames.Of(item.Entry.Event).Name,
                    RunNarration.TaskOf(item.Entry.Event),
                    RunNarration.Tell(item.Entry.Event),
                    item.Line))]);
    }
}

/// <summary>Entries of a ledger.</summary>
/// <param name="RunId">The run.</param>
/// <param name="LastSeq">Where the ledger ends.</param>
/// <param name="Entries">The entries asked for.</param>
public sealed record RunLog(RunId RunId, long LastSeq, ImmutableArray<RunLogEntry> Entries);

/// <summary>One entry of a ledger.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="At">When it was recorded.</param>
/// <param name="Type">Stable name of the event.</param>
/// <param name="TaskId">The task it is about, or null.</param>
/// <param name="Text">What happened, in a sentence; empty for what only the ledger cares about.</param>
/// <param name="Line">The line itself.</param>
public sealed record RunLogEntry(long Seq, DateTimeOffset At, string Type, TaskId? TaskId, string Text, string Line);
