using System.Collections.Immutable;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Spec;

/// <summary>
/// Edits a spec as a careful person would: each verb changes the text of the one thing it is about. Comments, order, quoting,
/// line breaks, unknown keys and every other byte stay.
/// </summary>
/// <remarks>
/// Each result is read again and held against the model it should give. What does not come out exactly (a shape so unusual
/// that a surgical change is not possible) is refused with <c>spec-edit-unsupported</c> and leaves the file as it was.
/// </remarks>
public static class SpecEditor
{
    private static readonly string[] FieldOrder =
    [
        "id", "title", "description", "acceptance_criteria", "depends_on", "labels", "locks", "priority", "status", "created_at",
        "updated_at", "completed_by", "completed_at", "verified_by", "verified_at", "prd",
    ];

    /// <summary>Adds a task behind the last one, in the file's own shape.</summary>
    public static Outcome<SpecDocument> AddTask(SpecDocument document, TaskDefinition task)
    {
        if (document.PositionOf(task.Id) is { } place)
        {
            return new Refusal("task-exists", $"Task {task.Id} is there already, on line {place.Line}.", $"lodestar task show {task.Id}")
            {
                Details = new() { ["task_id"] = task.Id.Value },
            };
        }

        var expected = document.Spec with { Tasks = document.Spec.Tasks.Add(task) };
        return Finish(new TaskInsertion(document).Add(task), expected, document);
    }

    /// <summary>Sets the title.</summary>
    public static Outcome<SpecDocument> SetTitle(SpecDocument document, TaskId task, string title) =>
        SetText(document, task, "title", title, definition => definition with { Title = title });

    /// <summary>Sets the description; an empty one removes the field.</summary>
    public static Outcome<SpecDocument> SetDescription(SpecDocument document, TaskId task, string description) =>
        SetText(document, task, "description", description.Length == 0 ? null : description, definition => definition with { Description = description });

    /// <summary>Sets the priority.</summary>
    public static Outcome<SpecDocument> SetPriority(SpecDocument document, TaskId task, int priority) => SetWritten(
        document, task, "priority", priority.ToString(CultureInfo.InvariantCulture), definition => definition with { Priority = priority });

    /// <summary>Sets the status the file holds; null removes it, so that the runtime's shows.</summary>
    public static Outcome<SpecDocument> SetStatus(SpecDocument document, TaskId task, TaskStatus? status) => SetWritten(
        document, task, "status", status is { } given ? StatusText.Of(given) : null, definition => definition with { Status = status });

    /// <summary>Notes when the definition was edited, in files that keep such a note.</summary>
    public static Outcome<SpecDocument> SetUpdatedAt(SpecDocument document, TaskId task, DateTimeOffset now) =>
        document.BodyOf(task)?.Find("updated_at") is null
            ? document
            : SetText(document, task, "updated_at", TaskShape.Time(now), definition => definition with { UpdatedAt = TaskShape.Stored(now) });

    /// <summary>Sets the product intent; an empty one removes it.</summary>
    public static Outcome<SpecDocument> SetPrd(SpecDocument document, TaskId task, ImmutableArray<PrdReference> prd) =>
        PrdEditing.Set(document, task, prd);

    /// <summary>Replaces one list of a task: adds what is new, removes what is gone, touches no other item.</summary>
    public static Outcome<SpecDocument> SetList(SpecDocument document, TaskId task, TaskListField list, IReadOnlyList<string> wanted)
    {
        var current = document;
        foreach (var gone in list.Of(Find(document, task)).Where(item => !wanted.Contains(item)).Distinct())
        {
            while (list.Of(Find(current, task)).Contains(gone))
            {
                var removed = RemoveItem(current, task, list, gone);
                if (removed.Data is null)
                    return removed;
                current = removed.Data;
            }
        }

        foreach (var item in wanted.Distinct())
        {
            if (list.Of(Find(current, task)).Contains(item))
                continue;
            var added = AddItem(current, task, list, item);
            if (added.Data is null)
                return added;
            current = added.Data;
        }

        return current;
    }

    /// <summary>Writes the project's identity into a file that has none.</summary>
    public static Outcome<SpecDocument> SetProjectId(SpecDocument document, ProjectId id)
    {
        var expected = document.Spec with { Project = document.Spec.Project with { Id = id } };
        return Finish(new ProjectInsertion(document).SetId(id), expected, document);
    }

    /// <summary>Adds a mission behind the last one.</summary>
    public static Outcome<SpecDocument> AddMission(SpecDocument document, MissionDefinition mission)
    {
        var expected = document.Spec with { Missions = document.Spec.Missions.Add(mission) };
        return Finish(new ProjectInsertion(document).AddMission(mission), expected, document);
    }

    /// <summary>Removes all tasks, and the missions and features that only name tasks. The project stays.</summary>
    public static Outcome<SpecDocument> Clear(SpecDocument document) => Finish(
        ProjectInsertion.Clear(document, "missions", "features", "tasks"), document.Spec with { Missions = [], Tasks = [] }, document);

    private static Outcome<SpecDocument> SetText(
        SpecDocument document, TaskId task, string key, string? value, Func<TaskDefinition, TaskDefinition> change)
    {
        if (value is null)
            return SetWritten(document, task, key, null, change);
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var layout = new SpecLayout(document.Yaml, TaskShape.Of(document).NewLine);
        var written = body.Find(key)?.Value is YamlScalar { Style: YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted } old
            ? YamlWriting.Inline(value, old.Style)
            : body.Flow
                ? YamlWriting.Inline(value)
                : YamlWriting.Block(value, layout.Column(body.Start) + 2, TaskShape.Of(document).NewLine);
        return SetWritten(document, task, key, written, change);
    }

    /// <summary>Writes, replaces or removes a field of a task that holds no mapping or list.</summary>
    internal static Outcome<SpecDocument> SetWritten(
        SpecDocument document, TaskId task, string key, string? written, Func<TaskDefinition, TaskDefinition> change)
    {
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var layout = new SpecLayout(document.Yaml, TaskShape.Of(document).NewLine);
        var entry = body.Find(key);
        if (entry is null && written is null)
            return document;
        if (body.Indirect || entry is { Key.Indirect: true } or { Value.Indirect: true } or { Value: not YamlScalar })
            return Unsupported(document, task);
        var text = (entry, written) switch
        {
            (not null, not null) => layout.SetValue(entry, written),
            (not null, null) => layout.RemoveField(body, entry),
            _ => layout.InsertField(body, Before(body, key), $"{key}: {written}"),
        };
        return Finish(text, With(document.Spec, task, change), document);
    }

    private static Outcome<SpecDocument> AddItem(SpecDocument document, TaskId task, TaskListField list, string item)
    {
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var shape = TaskShape.Of(document);
        var layout = new SpecLayout(document.Yaml, shape.NewLine);
        var entry = body.Find(list.Key);
        if (body.Indirect || entry is { Key.Indirect: true } or { Value.Indirect: true })
            return Unsupported(document, task);
        var inBrackets = body.Flow || (list.IsShort && shape.FlowLists);
        var text = entry?.Value switch
        {
            null => layout.InsertField(
                body, Before(body, list.Key), list.Key + ":" + shape.List([item], layout.Column(body.Start), inBrackets)),
            YamlList { Items.Count: > 0 } items => layout.AddItem(items, YamlWriting.Inline(item)),
            YamlList empty => layout.Replace(empty.Start, empty.End, "[" + YamlWriting.Inline(item) + "]"),
            var nothing => layout.Replace(layout.AfterColon(entry), nothing.End, shape.List([item], layout.Column(entry.Key.Start), inBrackets)),
        };
        return Finish(text, With(document.Spec, task, definition => list.With(definition, [.. list.Of(definition), item])), document);
    }

    private static Outcome<SpecDocument> RemoveItem(SpecDocument document, TaskId task, TaskListField list, string item)
    {
        var body = document.BodyOf(task)!;
        var entry = body.Find(list.Key)!;
        if (body.Indirect || entry.Key.Indirect || entry.Value.Indirect || entry.Value is not YamlList items)
            return Unsupported(document, task);
        var index = items.Items.Index().First(candidate => candidate.Item is YamlScalar scalar && scalar.Value == item).Index;
        var layout = new SpecLayout(document.Yaml, TaskShape.Of(document).NewLine);
        return Finish(
            layout.RemoveItem(entry, items, index),
            With(document.Spec, task, definition => list.With(definition, [.. list.Of(definition).RemoveAt(index)])),
            document);
    }

    /// <summary>The entry a new field is written behind: the last one that comes before it in our order.</summary>
    private static YamlEntry Before(YamlMap body, string key)
    {
        var place = Array.IndexOf(FieldOrder, key);
        return body.Entries.LastOrDefault(entry => Array.IndexOf(FieldOrder, entry.Key.Value) is >= 0 and var other && other < place)
            ?? body.Entries[^1];
    }

    private static TaskDefinition Find(SpecDocument document, TaskId task) => document.Spec.Tasks.First(found => found.Id == task);

    internal static ProjectSpec With(ProjectSpec spec, TaskId task, Func<TaskDefinition, TaskDefinition> change) =>
        spec with { Tasks = [.. spec.Tasks.Select(found => found.Id == task ? change(found) : found)] };

    /// <summary>Reads a result again and holds it against the model it should give.</summary>
    internal static Outcome<SpecDocument> Finish(string? text, ProjectSpec expected, SpecDocument before)
    {
        var after = text is null ? null : SpecReader.Read(text).Data;
        return after is not null && SpecComparison.Same(expected, after.Spec) ? after : Unsupported(before, null);
    }

    internal static Refusal Unknown(TaskId task) =>
        new("task-unknown", $"There is no task {task}.", "lodestar task list") { Details = new() { ["task_id"] = task.Value } };

    internal static Refusal Unsupported(SpecDocument document, TaskId? task)
    {
        var place = task is { } id && document.PositionOf(id) is { } position ? $":{position.Line}" : "";
        return new(
            "spec-edit-unsupported",
            $"{SpecFile.RelativePath}{place} is written in a form (anchors, merge keys, several styles at once) that can only be changed by hand.",
            $"edit {SpecFile.RelativePath}, then run lodestar doctor");
    }
}
