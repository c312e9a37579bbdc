using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
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

/// <summary>A bounded memory of texts and what they were read as. A text that is not remembered is read anew.</summary>
/// <param name="read">Makes the value of a text, or throws <see cref="FormatException"/>.</param>
internal sealed class Words<T>(Func<string, T> read)
{
    private const int SlotBits = 10;

    /// <summary>Longer texts rarely repeat, and comparing them costs what copying does.</summary>
    private const int Longest = 256;

    private readonly (string Text, T Value)[] slots = new (string, T)[1 << SlotBits];

    /// <summary>How long the text was that was read last.</summary>
    internal int UsualLength { get; private set; }

    /// <summary>The value of a text that is remembered.</summary>
    internal bool TryKnown(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out T value)
    {
        ref var slot = ref slots[Slot(utf8)];
        value = slot.Value;
        return slot.Text is { } known && Ascii.Equals(utf8, known);
    }

    /// <summary>The value of a text of sound UTF-8.</summary>
    /// <exception cref="FormatException">It is the text of none.</exception>
    internal T Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest)
            return read(Encoding.UTF8.GetString(utf8));
        UsualLength = utf8.Length;
        if (TryKnown(utf8, out var known))
            return known;
        var text = Encoding.UTF8.GetString(utf8);
        var value = read(text);
        slots[Slot(utf8)] = (text, value);
        return value;
    }

    private static int Slot(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (uint)utf8.Length;
        if (utf8.Length >= sizeof(ulong))
        {
            hash ^= BinaryPrimitives.ReadUInt64LittleEndian(utf8) * 0x9E3779B97F4A7C15;
            hash ^= BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]);
        }
        else
        {
            foreach (var one in utf8)
                hash = (hash << 8) ^ one;
        }

        return (int)((hash * 0xD6E8FEB86659FD93) >> (64 - SlotBits));
    }
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
