using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Lodestar.Engine.Storage;

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
