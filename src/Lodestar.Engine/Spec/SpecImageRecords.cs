using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Spec;

/// <summary>Definitions as an image holds them. Every field of the model must be written and read here; a test counts them.</summary>
internal static class SpecImageRecords
{
    /// <summary>Writes a task.</summary>
    internal static void Write(SpecImageWriter to, TaskDefinition task)
    {
        to.Text(task.Id.Value);
        to.Text(task.Title);
        to.Text(task.Description);
        to.List(task.AcceptanceCriteria, to.Text);
        to.List(task.DependsOn, id => to.Text(id.Value));
        to.List(task.Labels, to.Text);
        to.List(task.Locks, to.Text);
        to.Whole(task.Priority);
        to.Number(task.Status is { } status ? (int)status + 1 : 0);
        to.List(task.Prd, prd => Write(to, prd));
        to.TimeOrNone(task.CreatedAt);
        to.TimeOrNone(task.UpdatedAt);
        to.TextOrNone(task.CompletedBy);
        to.TimeOrNone(task.CompletedAt);
        to.TextOrNone(task.VerifiedBy);
        to.TimeOrNone(task.VerifiedAt);
    }

    /// <summary>Reads a task.</summary>
    /// <param name="bytes">The task as written.</param>
    /// <param name="texts">Texts of other tasks that are read, too; null for a task alone.</param>
    internal static TaskDefinition ReadTask(ReadOnlySpan<byte> bytes, Words<string>? texts)
    {
        var from = new SpecImageReader(bytes, texts);
        return new TaskDefinition(
            new TaskId(from.Text()),
            from.Text(),
            from.Text(),
            Texts(ref from),
            Ids(ref from),
            Texts(ref from),
            Texts(ref from),
            (int)from.Whole(),
            from.Number() is > 0 and var status ? (TaskStatus)(status - 1) : null)
        {
            Prd = from.List((ref reader) => ReadPrd(ref reader)),
            CreatedAt = from.TimeOrNone(),
            UpdatedAt = from.TimeOrNone(),
            CompletedBy = from.TextOrNone(),
            CompletedAt = from.TimeOrNone(),
            VerifiedBy = from.TextOrNone(),
            VerifiedAt = from.TimeOrNone(),
        };
    }

    /// <summary>Writes the project and its missions.</summary>
    internal static void WriteHead(SpecImageWriter to, ProjectSpec spec)
    {
        to.TextOrNone(spec.Project.Id?.Value);
        to.Text(spec.Project.Name);
        to.Text(spec.Project.DefaultBranch);
        to.Text(spec.Project.Conventions);
        to.List(spec.Missions, mission =>
        {
            to.Text(mission.Id.Value);
            to.Text(mission.Slug);
            to.Text(mission.Title);
            to.Text(mission.Purpose);
            to.List(mission.Tasks, id => to.Text(id.Value));
        });
    }

    /// <summary>Reads the project and its missions: a spec without tasks.</summary>
    internal static ProjectSpec ReadHead(ReadOnlySpan<byte> bytes)
    {
        var from = new SpecImageReader(bytes);
        var project = new ProjectDefinition(
            from.TextOrNone() is { } id ? new ProjectId(id) : null, from.Text(), from.Text())
        {
            Conventions = from.Text(),
        };
        var missions = from.List((ref reader) => new MissionDefinition(
            new MissionId(reader.Text()), reader.Text(), reader.Text(), reader.Text(), Ids(ref reader)));
        return new(project, missions, []);
    }

    private static void Write(SpecImageWriter to, PrdReference prd)
    {
        to.Text(prd.Source);
        to.List(prd.Refs, section =>
        {
            to.Text(section.Anchor);
            to.Number(section.Lines is null ? 0 : 1);
            if (section.Lines is { } lines)
                to.List(lines, to.Number);
            to.TextOrNone(section.Hash);
        });
        to.TextOrNone(prd.Excerpt);
        to.TextOrNone(prd.PrdHash);
    }

    private static PrdReference ReadPrd(ref SpecImageReader from) => new(
        from.Text(),
        from.List((ref reader) => new PrdSection(
            reader.Text(), reader.Number() == 0 ? null : reader.List((ref inner) => inner.Number()), reader.TextOrNone())),
        from.TextOrNone(),
        from.TextOrNone());

    private static ImmutableArray<string> Texts(ref SpecImageReader from) => from.List((ref reader) => reader.Text());

    private static ImmutableArray<TaskId> Ids(ref SpecImageReader from) => from.List((ref reader) => new TaskId(reader.Text()));
}
