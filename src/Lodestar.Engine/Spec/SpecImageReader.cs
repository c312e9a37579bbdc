using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Spec;

/// <summary>Reads what <see cref="SpecImageWriter"/> wrote.</summary>
/// <param name="bytes">What was written.</param>
/// <param name="texts">Texts that may stand there again; null when that is not worth a look.</param>
internal ref struct SpecImageReader(ReadOnlySpan<byte> bytes, Words<string>? texts = null)
{
    private readonly Words<string>? texts = texts;
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Reads one item of a list.</summary>
    internal delegate T Item<out T>(ref SpecImageReader reader);

    /// <summary>Reads a number that is not negative.</summary>
    internal int Number()
    {
        var value = 0u;
        for (var shift = 0; shift < 32; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
                return (int)value >= 0 ? (int)value : throw new SpecImageDamagedException();
        }

        throw new SpecImageDamagedException();
    }

    /// <summary>Reads any number.</summary>
    internal long Whole() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Reads a text.</summary>
    internal string Text() => Take(Number()) is var written && texts is null ? Encoding.UTF8.GetString(written) : texts.Of(written);

    /// <summary>Reads a text, or null.</summary>
    internal string? TextOrNone() => Number() == 0 ? null : Text();

    /// <summary>Reads a time, or null.</summary>
    internal DateTimeOffset? TimeOrNone() => Number() == 0 ? null : new DateTimeOffset(Whole(), new TimeSpan(Whole()));

    /// <summary>Reads a list.</summary>
    internal ImmutableArray<T> List<T>(Item<T> read)
    {
        var count = Number();
        if (count == 0)
            return [];
        if (count > rest.Length)
            throw new SpecImageDamagedException();
        var items = ImmutableArray.CreateBuilder<T>(count);
        for (var index = 0; index < count; index++)
            items.Add(read(ref this));
        return items.MoveToImmutable();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
            throw new SpecImageDamagedException();
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
