using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lodestar.Engine.Spec;

/// <summary>One part of an image, read and checked block by block as far as it is asked for. Threads may share it.</summary>
/// <param name="file">The image.</param>
/// <param name="start">Where the part begins in it.</param>
/// <param name="length">How long the part is.</param>
/// <param name="checksums">One for each of its blocks.</param>
internal sealed class SpecImageSection(SafeFileHandle file, long start, int length, uint[] checksums)
{
    private readonly Lock reading = new();
    private readonly bool[] here = new bool[checksums.Length];
    private byte[]? content;

    /// <summary>How long the part is.</summary>
    internal int Length => length;

    /// <summary>Some bytes of the part.</summary>
    /// <exception cref="SpecImageDamagedException">They are not what was written.</exception>
    internal ReadOnlySpan<byte> Bytes(int from, int count)
    {
        if (from < 0 || count < 0 || from > length - count)
            throw new SpecImageDamagedException();
        if (count == 0)
            return [];
        var last = (from + count - 1) / SpecImageFormat.BlockSize;
        for (var block = from / SpecImageFormat.BlockSize; block <= last; block++)
        {
            if (!Volatile.Read(ref here[block]))
                Read(block, last);
        }

        return content.AsSpan(from, count);
    }

    /// <summary>Some of the part's 32-bit numbers.</summary>
    internal ReadOnlySpan<int> Numbers(int from, int count) =>
        MemoryMarshal.Cast<byte, int>(Bytes(checked(from * sizeof(int)), checked(count * sizeof(int))));

    /// <summary>All numbers of the part.</summary>
    internal ReadOnlySpan<int> Numbers() => Numbers(0, length / sizeof(int));

    /// <summary>A list of another part's numbers whose bounds stand here.</summary>
    internal ReadOnlySpan<int> List(int place, SpecImageSection items)
    {
        var bounds = Numbers(place, 2);
        return items.Numbers(bounds[0], bounds[1] - bounds[0]);
    }

    private void Read(int first, int last)
    {
        lock (reading)
        {
            // Only what is read is ever touched, so a part of many megabytes costs no more memory than its blocks in use.
            content ??= GC.AllocateUninitializedArray<byte>(length);
            var from = first * SpecImageFormat.BlockSize;
            var wanted = content.AsSpan(from..Math.Min(length, (last + 1) * SpecImageFormat.BlockSize));
            for (var done = 0; done < wanted.Length;)
            {
                var got = RandomAccess.Read(file, wanted[done..], start + from + done);
                done += got > 0 ? got : throw new SpecImageDamagedException();
            }

            for (var block = first; block <= last; block++)
            {
                var end = Math.Min(length, (block + 1) * SpecImageFormat.BlockSize);
                if (SpecImageFormat.Checksum(content.AsSpan((block * SpecImageFormat.BlockSize)..end)) != checksums[block])
                    throw new SpecImageDamagedException();
                Volatile.Write(ref here[block], true);
            }
        }
    }
}

/// <summary>An image is not what was written. It is derived, so this is never shown: the spec itself is read instead.</summary>
internal sealed class SpecImageDamagedException : Exception
{
    /// <summary>For damage that a checksum or a bound told.</summary>
    public SpecImageDamagedException()
        : base("The image of the spec is damaged.")
    {
    }
}
