using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Spec;

/// <summary>The index over an image: it reads of the file what a question touches. Every answer may throw
/// <see cref="SpecImageDamagedException"/>; the session then reads the spec itself.</summary>
/// <param name="file">The opened image.</param>
/// <param name="beforeAll">Called before all of it is read.</param>
internal sealed class SpecImage(SpecImageFile file, Action? beforeAll = null) : SpecIndex
{
    private ProjectSpec? head;
    private ProjectSpec? whole;
    private string[]? words;

    /// <inheritdoc/>
    public override ProjectDefinition Project => Head.Project;

    /// <inheritdoc/>
    public override ProjectSpec Spec => whole ??= ReadAll();

    /// <inheritdoc/>
    public override int Count => file.Count;

    /// <inheritdoc/>
    public override ReadOnlySpan<int> ByUrgency => file[SpecImagePart.Urgency].Numbers();

    /// <inheritdoc/>
    public override ReadOnlySpan<int> Deleted => file[SpecImagePart.Deleted].Numbers();

    /// <summary>The spec without its tasks.</summary>
    private ProjectSpec Head => head ??= SpecImageRecords.ReadHead(All(SpecImagePart.Project));

    /// <inheritdoc/>
    public override TaskDefinition this[int place] => whole is { } read ? read.Tasks[place] : ReadTask(place);

    /// <inheritdoc/>
    public override int PlaceOf(TaskId task)
    {
        // An id of the spec has at most 80 bytes; what does not fit here is none.
        Span<byte> utf8 = stackalloc byte[TaskId.MaxBytes];
        return Utf8.FromUtf16(task.Value, utf8, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
            ? PlaceOf(utf8[..length])
            : Nowhere;
    }

    /// <inheritdoc/>
    public override int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var table = file[SpecImagePart.IdTable];
        var mask = (table.Length / sizeof(int)) - 1;
        var slot = (int)SpecImageFormat.Checksum(utf8) & mask;
        for (var tries = 0; tries <= mask; tries++, slot = (slot + 1) & mask)
        {
            var place = table.Numbers(slot, 1)[0] - 1;
            if (place < 0)
                return Nowhere;
            if (utf8.SequenceEqual(Slice(SpecImagePart.IdStarts, SpecImagePart.Ids, place)))
                return place;
        }

        throw new SpecImageDamagedException();
    }

    /// <inheritdoc/>
    public override TaskId IdAt(int place) =>
        new(Encoding.UTF8.GetString(Slice(SpecImagePart.IdStarts, SpecImagePart.Ids, place)));

    /// <inheritdoc/>
    public override int PriorityAt(int place) => file[SpecImagePart.Priorities].Numbers(place, 1)[0];

    /// <inheritdoc/>
    public override TaskStatus? StatusAt(int place) =>
        file[SpecImagePart.Statuses].Bytes(place, 1)[0] is var status && status == byte.MaxValue ? null : (TaskStatus)status;

    /// <inheritdoc/>
    public override IEnumerable<string> LabelsAt(int place)
    {
        words ??= ReadWords();
        var labels = file[SpecImagePart.LabelStarts].List(place, file[SpecImagePart.Labels]);
        var named = new string[labels.Length];
        for (var index = 0; index < named.Length; index++)
            named[index] = words[labels[index]];
        return named;
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<int> DependenciesAt(int place) =>
        file[SpecImagePart.DependencyStarts].List(place, file[SpecImagePart.Dependencies]);

    /// <inheritdoc/>
    public override ReadOnlySpan<int> DependentsAt(int place) =>
        file[SpecImagePart.DependentStarts].List(place, file[SpecImagePart.Dependents]);

    private TaskDefinition ReadTask(int place) => SpecImageRecords.ReadTask(Slice(SpecImagePart.TaskStarts, SpecImagePart.Tasks, place), null);

    private ProjectSpec ReadAll()
    {
        beforeAll?.Invoke();
        var texts = new Words<string>(text => text);
        var tasks = new TaskDefinition[Count];
        for (var place = 0; place < tasks.Length; place++)
            tasks[place] = SpecImageRecords.ReadTask(Slice(SpecImagePart.TaskStarts, SpecImagePart.Tasks, place), texts);
        return new(Head.Project, Head.Missions, ImmutableCollectionsMarshal.AsImmutableArray(tasks));
    }

    private ReadOnlySpan<byte> All(SpecImagePart part) => file[part].Bytes(0, file[part].Length);

    private ReadOnlySpan<byte> Slice(SpecImagePart starts, SpecImagePart items, int place)
    {
        var bounds = file[starts].Numbers(place, 2);
        return file[items].Bytes(bounds[0], bounds[1] - bounds[0]);
    }

    private string[] ReadWords()
    {
        var from = new SpecImageReader(All(SpecImagePart.LabelWords));
        return [.. from.List((ref reader) => reader.Text())];
    }
}
