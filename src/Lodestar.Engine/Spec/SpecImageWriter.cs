using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Lodestar.Engine.Spec;

/// <summary>Writes texts, numbers and lists one after the other, as <see cref="SpecImageReader"/> reads them.</summary>
internal sealed class SpecImageWriter
{
    // Text that is no Unicode would come back changed; such a spec gets no image.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private byte[] bytes = new byte[256];

    /// <summary>How much was written.</summary>
    internal int Length { get; private set; }

    /// <summary>What was written.</summary>
    internal ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    /// <summary>Writes a number that is not negative, in as few bytes as it needs.</summary>
    internal void Number(int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7)
            Room(1)[0] = (byte)(rest | 0x80);
        Room(1)[0] = (byte)rest;
    }

    /// <summary>Writes any number.</summary>
    internal void Whole(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    /// <summary>Writes a text.</summary>
    /// <exception cref="EncoderFallbackException">It is no Unicode.</exception>
    internal void Text(string value)
    {
        var count = Strict.GetByteCount(value);
        Number(count);
        Strict.GetBytes(value, Room(count));
    }

    /// <summary>Writes a text, or that there is none.</summary>
    internal void TextOrNone(string? value)
    {
        Number(value is null ? 0 : 1);
        if (value is not null)
            Text(value);
    }

    /// <summary>Writes a time with its offset, or that there is none.</summary>
    internal void TimeOrNone(DateTimeOffset? value)
    {
        Number(value is null ? 0 : 1);
        if (value is not { } time)
            return;
        Whole(time.Ticks);
        Whole(time.Offset.Ticks);
    }

    /// <summary>Writes a list.</summary>
    internal void List<T>(ImmutableArray<T> items, Action<T> write)
    {
        Number(items.Length);
        foreach (var item in items)
            write(item);
    }

    /// <summary>Writes bytes as they are.</summary>
    internal void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    private Span<byte> Room(int count)
    {
        var from = Length;
        Length = checked(from + count);
        if (Length > bytes.Length)
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(Length, bytes.Length * 2L)));
        return bytes.AsSpan(from, count);
    }
}
