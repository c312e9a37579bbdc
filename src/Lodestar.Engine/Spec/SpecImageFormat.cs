using System.Numerics;
using System.Runtime.InteropServices;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Spec;

/// <summary>How the image of a spec is laid out: a head, the stamp of the file it was made from, a checksum for every
/// block, then the parts one after the other. Numbers are little-endian.</summary>
/// <remarks>An image is only ever read by the very build that wrote it, so there is no version to raise and no older form to
/// understand.</remarks>
internal static class SpecImageFormat
{
    /// <summary>Bytes that one checksum covers.</summary>
    internal const int BlockSize = 16 * 1024;

    /// <summary>Bytes of the head.</summary>
    internal const int HeadSize = 512;

    /// <summary>Where the stamp begins, and its length. It alone is written again.</summary>
    internal const int StampStart = HeadSize;

    /// <summary>Bytes of the stamp.</summary>
    internal const int StampSize = 64;

    /// <summary>Where the checksums begin.</summary>
    internal const int ChecksumStart = StampStart + StampSize;

    /// <summary>Where the head says which program wrote it.</summary>
    internal const int ProgramAt = 8;

    /// <summary>Where the head holds the digest of the spec's bytes.</summary>
    internal const int ContentAt = 40;

    /// <summary>Where the head holds the image's length.</summary>
    internal const int LengthAt = 72;

    /// <summary>Where the head holds the number of tasks.</summary>
    internal const int CountAt = 80;

    /// <summary>Where the head lists the parts, 16 bytes each.</summary>
    internal const int PartsAt = 88;

    /// <summary>Where the head holds the checksum of the checksums.</summary>
    internal const int TableSealAt = HeadSize - 8;

    /// <summary>Where the head holds its own checksum.</summary>
    internal const int SealAt = HeadSize - 4;

    /// <summary>How many parts there are.</summary>
    internal static int Parts { get; } = Enum.GetValues<SpecImagePart>().Length;

    /// <summary>The first bytes of every image.</summary>
    internal static ReadOnlySpan<byte> Mark => "LDSTSPEC"u8;

    /// <summary>Names this build: the rules of reading are part of what an image says.</summary>
    internal static byte[] Program { get; } =
    [
        .. typeof(SpecIndex).Module.ModuleVersionId.ToByteArray(),
        .. typeof(SpecImageFormat).Module.ModuleVersionId.ToByteArray(),
    ];

    /// <summary>How many blocks a part of some length has.</summary>
    internal static int Blocks(long length) => (int)((length + BlockSize - 1) / BlockSize);

    /// <summary>The checksum of some bytes (CRC-32C, which processors calculate themselves).</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            sum = BitOperations.Crc32C(sum, word);
        foreach (var last in bytes[(words.Length * sizeof(ulong))..])
            sum = BitOperations.Crc32C(sum, last);
        return ~sum;
    }
}

/// <summary>The parts of an image.</summary>
internal enum SpecImagePart
{
    /// <summary>The project's own fields, and the missions.</summary>
    Project,

    /// <summary>The priority at every place.</summary>
    Priorities,

    /// <summary>The status at every place, one byte; 255 for none.</summary>
    Statuses,

    /// <summary>All places by urgency.</summary>
    Urgency,

    /// <summary>The places of deleted tasks.</summary>
    Deleted,

    /// <summary>All ids as UTF-8, one after the other.</summary>
    Ids,

    /// <summary>Where each id begins, and where the last ends.</summary>
    IdStarts,

    /// <summary>A hash table from ids to places plus one; 0 for a free slot.</summary>
    IdTable,

    /// <summary>Where each task's dependencies begin.</summary>
    DependencyStarts,

    /// <summary>The places of all dependencies.</summary>
    Dependencies,

    /// <summary>Where each task's dependents begin.</summary>
    DependentStarts,

    /// <summary>The places of all dependents.</summary>
    Dependents,

    /// <summary>Where each task's labels begin.</summary>
    LabelStarts,

    /// <summary>All labels, as numbers of words.</summary>
    Labels,

    /// <summary>The words that occur as labels.</summary>
    LabelWords,

    /// <summary>Where each definition begins.</summary>
    TaskStarts,

    /// <summary>All definitions.</summary>
    Tasks,
}
