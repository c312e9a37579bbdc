using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using Microsoft.Win32.SafeHandles;
using static Lodestar.Engine.Spec.SpecImageFormat;

namespace Lodestar.Engine.Spec;

/// <summary>An opened image whose head is sound.</summary>
internal sealed class SpecImageFile : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly SpecImageSection[] parts;

    private SpecImageFile(SafeFileHandle handle, byte[] head, SpecImageSection[] parts)
    {
        this.handle = handle;
        this.parts = parts;
        Count = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(CountAt));
        Content = head[ContentAt..LengthAt];
        Stamp = SpecImageStamp.Read(head.AsSpan(StampStart, StampSize));
    }

    /// <summary>How many tasks the spec has.</summary>
    internal int Count { get; }

    /// <summary>The digest of the spec's bytes.</summary>
    internal byte[] Content { get; }

    /// <summary>The file these bytes were last found in; null when the image does not say.</summary>
    internal SpecImageStamp? Stamp { get; private set; }

    /// <summary>One part.</summary>
    internal SpecImageSection this[SpecImagePart part] => parts[(int)part];

    /// <summary>Opens an image.</summary>
    /// <returns>Null when there is none that this build wrote whole.</returns>
    internal static SpecImageFile? TryOpen(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (ReadHead(handle, out var table) is { } head && Parts(handle, head, table) is { } parts)
                return new(handle, head, parts);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // Without an image the spec is read.
        }

        handle?.Dispose();
        return null;
    }

    /// <summary>Notes in the image that its spec was found in a file of this stamp. Readers meanwhile see the old stamp, the
    /// new one, or one whose checksum is wrong and which says nothing.</summary>
    internal void Restamp(string path, SpecImageStamp stamp)
    {
        Stamp = stamp;
        try
        {
            using var image = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> start = stackalloc byte[LengthAt];

            // Another process may have put the image of other content in this one's place.
            if (RandomAccess.Read(image, start, 0) != LengthAt || !start[ContentAt..].SequenceEqual(Content))
                return;
            Span<byte> bytes = stackalloc byte[StampSize];
            stamp.Write(bytes);
            WriteFailure.WriteAt(image, bytes, StampStart);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // The next reader compares contents again.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private static byte[]? ReadHead(SafeFileHandle handle, out uint[] table)
    {
        table = [];
        var head = new byte[BlockSize];
        var got = RandomAccess.Read(handle, head, 0);
        if (got < ChecksumStart
            || !head.AsSpan().StartsWith(Mark)
            || !head.AsSpan(ProgramAt, SpecImageFormat.Program.Length).SequenceEqual(SpecImageFormat.Program)
            || Checksum(head.AsSpan(0, SealAt)) != BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(SealAt))
            || BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(LengthAt)) != RandomAccess.GetLength(handle))
        {
            return null;
        }

        table = new uint[Enumerable.Range(0, SpecImageFormat.Parts).Sum(part => Blocks(PartAt(head, part).Length))];
        var bytes = MemoryMarshal.AsBytes(table.AsSpan());
        var near = Math.Min(bytes.Length, got - ChecksumStart);
        head.AsSpan(ChecksumStart, near).CopyTo(bytes);
        if (near < bytes.Length && RandomAccess.Read(handle, bytes[near..], got) != bytes.Length - near)
            return null;
        return Checksum(bytes) == BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(TableSealAt)) ? head : null;
    }

    private static SpecImageSection[]? Parts(SafeFileHandle handle, byte[] head, uint[] table)
    {
        var parts = new SpecImageSection[SpecImageFormat.Parts];
        var first = 0;
        for (var part = 0; part < parts.Length; part++)
        {
            var (start, length) = PartAt(head, part);
            if (length is < 0 or > int.MaxValue)
                return null;
            var last = first + Blocks(length);
            parts[part] = new(handle, start, (int)length, table[first..last]);
            first = last;
        }

        return parts;
    }

    private static (long Start, long Length) PartAt(byte[] head, int part)
    {
        var entry = head.AsSpan(PartsAt + (part * 16));
        return (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
    }
}
