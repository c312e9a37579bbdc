using System.Text;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Storage;

/// <summary>What ledger lines near each other repeat: a digest or an id that comes again is the text it was before, not another
/// copy of it. It never grows. One thread uses it at a time.</summary>
internal sealed class LedgerWords
{
    internal Words<TaskId> Tasks { get; } = new(TaskId.Parse);

    internal Words<CommitId> Commits { get; } = new(CommitId.Parse);

    internal Words<TreeId> Trees { get; } = new(TreeId.Parse);

    internal Words<IdempotencyKey> Keys { get; } = new(IdempotencyKey.Parse);

    internal Words<ProcessId> Processes { get; } = new(ProcessId.Parse);

    internal Words<AgentId> Agents { get; } = new(AgentId.Parse);

    internal Words<LeaseId> Leases { get; } = new(LeaseId.Parse);

    internal Words<RunId> Runs { get; } = new(RunId.Parse);

    internal Words<MissionId> Missions { get; } = new(MissionId.Parse);

    internal Words<string> Texts { get; } = new(text => text);

    /// <summary>The days met last: all but the clock's part of a time is the same for thousands of lines.</summary>
    internal KnownDay Day { get; } = new();
}

/// <summary>The day a time was last read of.</summary>
internal sealed class KnownDay
{
    private readonly byte[] text = new byte[10];
    private long ticks;

    /// <summary>The ticks at which a day written <c>2026-01-31</c> begins.</summary>
    /// <returns>False when there is no such day.</returns>
    internal bool TryTicks(ReadOnlySpan<byte> day, out long begin)
    {
        begin = ticks;
        if (day.SequenceEqual(text))
            return true;
        if (!DateOnly.TryParseExact(Encoding.ASCII.GetString(day), "yyyy-MM-dd", out var date))
            return false;
        day.CopyTo(text);
        begin = ticks = date.ToDateTime(TimeOnly.MinValue).Ticks;
        return true;
    }
}
