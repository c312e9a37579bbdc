using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using Microsoft.Win32.SafeHandles;
using static Lodestar.Engine.Spec.SpecImageFormat;

namespace Lodestar.Engine.Spec;

/// <summary>Makes the image of a spec.</summary>
internal static class SpecImageBuilder
{
    /// <summary>Writes the image of a spec into an empty file.</summary>
    /// <param name="to">The file.</param>
    /// <param name="index">The spec as parsed.</param>
    /// <param name="content">The digest of its bytes.</param>
    /// <param name="stamp">The file it was read from.</param>
    /// <returns>False when the spec holds what an image cannot; the file is then of no use.</returns>
    internal static bool TryWrite(SafeFileHandle to, ParsedSpecIndex index, ReadOnlySpan<byte> content, SpecImageStamp stamp)
    {
        ReadOnlyMemory<byte>[] parts;
        try
        {
            parts = Parts(index);
        }
        catch (Exception cause) when (cause is EncoderFallbackException or OverflowException)
        {
            // Text that is no Unicode, or gigabytes of it.
            return false;
        }

        var table = Checksums(parts);
        var at = ChecksumStart + (table.Length * sizeof(uint));
        var start = new byte[ChecksumStart];
        for (var part = 0; part < parts.Length; part++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(PartsAt + (part * 16)), at);
            BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(PartsAt + (part * 16) + 8), parts[part].Length);
            WriteFailure.WriteAt(to, parts[part].Span, at);
            at += parts[part].Length;
        }

        Mark.CopyTo(start);
        SpecImageFormat.Program.CopyTo(start.AsSpan(ProgramAt));
        content.CopyTo(start.AsSpan(ContentAt));
        BinaryPrimitives.WriteInt64LittleEndian(start.AsSpan(LengthAt), at);
        BinaryPrimitives.WriteInt32LittleEndian(start.AsSpan(CountAt), index.Count);
        var sums = MemoryMarshal.AsBytes(table.AsSpan());
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(TableSealAt), Checksum(sums));
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(SealAt), Checksum(start.AsSpan(0, SealAt)));
        stamp.Write(start.AsSpan(StampStart, StampSize));
        WriteFailure.WriteAt(to, start, 0);
        WriteFailure.WriteAt(to, sums, ChecksumStart);
        return true;
    }

    private static ReadOnlyMemory<byte>[] Parts(ParsedSpecIndex index)
    {
        var parts = new ReadOnlyMemory<byte>[SpecImageFormat.Parts];
        var tasks = index.Spec.Tasks;
        var head = new SpecImageWriter();
        SpecImageRecords.WriteHead(head, index.Spec);
        parts[(int)SpecImagePart.Project] = head.Written;
        parts[(int)SpecImagePart.Priorities] = Bytes([.. tasks.Select(task => task.Priority)]);
        parts[(int)SpecImagePart.Statuses] = tasks.Select(task => task.Status is { } status ? (byte)status : byte.MaxValue).ToArray();
        parts[(int)SpecImagePart.Urgency] = Bytes(index.ByUrgency);
        parts[(int)SpecImagePart.Deleted] = Bytes(index.Deleted);
        Links(parts, SpecImagePart.DependencyStarts, SpecImagePart.Dependencies, index.Dependencies);
        Links(parts, SpecImagePart.DependentStarts, SpecImagePart.Dependents, index.Dependents);
        Texts(parts, SpecImagePart.IdStarts, SpecImagePart.Ids, index, (to, task) => to.Raw(Encoding.UTF8.GetBytes(task.Id.Value)));
        Texts(parts, SpecImagePart.TaskStarts, SpecImagePart.Tasks, index, SpecImageRecords.Write);
        parts[(int)SpecImagePart.IdTable] = IdTable(index);
        Labels(parts, index);
        return parts;
    }

    private static void Links(ReadOnlyMemory<byte>[] parts, SpecImagePart starts, SpecImagePart items, TaskLinks links)
    {
        parts[(int)starts] = Bytes(links.Starts);
        parts[(int)items] = Bytes(links.Places);
    }

    private static void Texts(
        ReadOnlyMemory<byte>[] parts, SpecImagePart starts, SpecImagePart items, ParsedSpecIndex index, Action<SpecImageWriter, TaskDefinition> write)
    {
        var text = new SpecImageWriter();
        var bounds = new int[index.Count + 1];
        for (var place = 0; place < index.Count; place++)
        {
            write(text, index[place]);
            bounds[place + 1] = text.Length;
        }

        parts[(int)starts] = Bytes(bounds);
        parts[(int)items] = text.Written;
    }

    /// <summary>Open addressing, at most half full.</summary>
    private static byte[] IdTable(ParsedSpecIndex index)
    {
        var slots = new int[BitOperations.RoundUpToPowerOf2((uint)(index.Count * 2) + 2)];
        for (var place = 0; place < index.Count; place++)
        {
            var slot = (int)Checksum(Encoding.UTF8.GetBytes(index.IdAt(place).Value)) & (slots.Length - 1);
            while (slots[slot] != 0)
                slot = (slot + 1) & (slots.Length - 1);
            slots[slot] = place + 1;
        }

        return Bytes(slots);
    }

    private static void Labels(ReadOnlyMemory<byte>[] parts, ParsedSpecIndex index)
    {
        var numbers = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        var starts = new int[index.Count + 1];
        var labels = new List<int>();
        for (var place = 0; place < index.Count; place++)
        {
            foreach (var label in index.LabelsAt(place))
            {
                numbers.TryAdd(label, numbers.Count);
                labels.Add(numbers[label]);
            }

            starts[place + 1] = labels.Count;
        }

        var words = new SpecImageWriter();
        words.List([.. numbers.Keys], words.Text);
        parts[(int)SpecImagePart.LabelStarts] = Bytes(starts);
        parts[(int)SpecImagePart.Labels] = Bytes(CollectionsMarshal.AsSpan(labels));
        parts[(int)SpecImagePart.LabelWords] = words.Written;
    }

    private static uint[] Checksums(ReadOnlyMemory<byte>[] parts) =>
    [
        .. from part in parts
           from block in Enumerable.Range(0, Blocks(part.Length))
           select Checksum(part.Span[(block * BlockSize)..Math.Min(part.Length, (block + 1) * BlockSize)]),
    ];

    private static byte[] Bytes(ReadOnlySpan<int> numbers) => MemoryMarshal.AsBytes(numbers).ToArray();
}
