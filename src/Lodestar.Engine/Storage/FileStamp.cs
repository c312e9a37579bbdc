using System.Buffers.Binary;

namespace Lodestar.Engine.Storage;

/// <summary>What the file system says of a file without its content being read. Whoever writes the file changes at least
/// the last of these, unless he writes again before the file system's clock has ticked.</summary>
/// <param name="File">Which file it is.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Modified">When its content was changed, in nanoseconds; anybody can set it.</param>
/// <param name="Changed">When anything of it was changed, in nanoseconds; only the kernel sets it.</param>
internal readonly record struct FileStamp(FileIdentity File, long Size, long Modified, long Changed)
{
    private const uint WantEverything = 0x7FF;

    /// <summary>Looks at a path; null when nothing is there, or when the platform does not tell as much.</summary>
    internal static FileStamp? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[FileIdentity.AnswerLength];
        return FileIdentity.TryLook(path, WantEverything, answer) ? Read(answer) : null;
    }

    private static FileStamp Read(ReadOnlySpan<byte> answer) => new(
        FileIdentity.Read(answer),
        BinaryPrimitives.ReadInt64LittleEndian(answer[40..]),
        Nanoseconds(answer[112..]),
        Nanoseconds(answer[96..]));

    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);
}
