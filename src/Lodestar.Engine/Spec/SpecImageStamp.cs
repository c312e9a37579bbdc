using System.Buffers.Binary;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Spec;

/// <summary>That a spec file of some stamp held certain bytes.</summary>
/// <param name="Spec">The file's stamp.</param>
/// <param name="Observed">The file system's own time before the bytes were read, in nanoseconds; 0 when it is not known.</param>
internal readonly record struct SpecImageStamp(FileStamp Spec, long Observed)
{
    /// <summary>True when a file of the same stamp still holds the same bytes. The file system's clock ticks every few
    /// milliseconds at best: a file that was changed in the very tick it was read in may be changed again without a sign,
    /// and says nothing. Git calls such an entry racily clean.</summary>
    internal bool IsProof => Spec.Changed < Observed;

    /// <summary>Reads a stamp; null when it is damaged or was never written.</summary>
    internal static SpecImageStamp? Read(ReadOnlySpan<byte> from)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[48..]) != SpecImageFormat.Checksum(from[..48]))
            return null;
        return new(
            new(
                new(BinaryPrimitives.ReadUInt64LittleEndian(from), BinaryPrimitives.ReadUInt64LittleEndian(from[8..])),
                BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
                BinaryPrimitives.ReadInt64LittleEndian(from[32..])),
            BinaryPrimitives.ReadInt64LittleEndian(from[40..]));
    }

    /// <summary>Writes the stamp with its checksum.</summary>
    internal void Write(Span<byte> to)
    {
        to.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(to, Spec.File.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(to[8..], Spec.File.Inode);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], Spec.Size);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], Spec.Modified);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], Spec.Changed);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], Observed);
        BinaryPrimitives.WriteUInt32LittleEndian(to[48..], SpecImageFormat.Checksum(to[..48]));
    }
}
