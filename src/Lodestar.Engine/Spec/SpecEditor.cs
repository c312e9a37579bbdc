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
    public static Outcome<SpecDocument> AddTask(SpecDocument document, TaskDefinition task) => SpecStep.Take(document, [AddTask(task)]);

    /// <summary>Adds tasks behind the last one, in the file's own shape.</summary>
    public static Outcome<SpecDocument> AddTasks(SpecDocument document, IReadOnlyList<TaskDefinition> tasks)
    {
        // The first may have to write the key of all tasks, too.
        var first = SpecStep.Take(document, [.. tasks.Take(1).Select(AddTask)]);
        return first.Data is { } begun ? SpecStep.Take(begun, [.. tasks.Skip(1).Select(AddTask)]) : first;
    }

    /// <summary>Sets the title.</summary>
    public static Outcome<SpecDocument> SetTitle(SpecDocument document, TaskId task, string title) => SpecStep.Take(document, [SetTitle(task, title)]);

    /// <summary>Sets the description; an empty one removes the field.</summary>
    public static Outcome<SpecDocument> SetDescription(SpecDocument document, TaskId task, string description) =>
        SpecStep.Take(document, [SetDescription(task, description)]);

    /// <summary>Sets the priority.</summary>
    public static Outcome<SpecDocument> SetPriority(SpecDocument document, TaskId task, int priority) =>
        SpecStep.Take(document, [SetPriority(task, priority)]);

    /// <summary>Sets the status the file holds; null removes it, so that the runtime's shows.</summary>
    public static Outcome<SpecDocument> SetStatus(SpecDocument document, TaskId task, TaskStatus? status) =>
        SpecStep.Take(document, [SetStatus(task, status)]);

    /// <summary>Sets the status of several tasks.</summary>
    public static Outcome<SpecDocument> SetStatuses(SpecDocument document, IEnumerable<TaskId> tasks, TaskStatus? status) =>
        SpecStep.Take(document, [.. tasks.Select(task => SetStatus(task, status))]);

    /// <summary>Sets the product intent; an empty one removes it.</summary>
    public static Outcome<SpecDocument> SetPrd(SpecDocument document, TaskId task, ImmutableArray<PrdReference> prd) =>
        SpecStep.Take(document, [.. PrdEditing.Set(Find(document, task).Prd, task, prd)]);

    /// <summary>Replaces one list of a task: adds what is new, removes what is gone, touches no other item.</summary>
    public static Outcome<SpecDocument> SetList(SpecDocument document, TaskId task, TaskListField list, IReadOnlyList<string> wanted) =>
        SpecStep.Take(document, [.. SetList(list.Of(Find(document, task)), task, list, wanted)]);

    /// <summary>Writes the project's identity into a file that has none.</summary>
    public static Outcome<SpecDocument> SetProjectId(SpecDocument document, ProjectId id) => SpecStep.Take(
        document,
        [before => SpecStep.Of(
            new ProjectInsertion(before).SetId(id), draft => draft.Change(spec => spec with { Project = spec.Project with { Id = id } }))]);

    /// <summary>Adds a mission behind the last one.</summary>
    public static Outcome<SpecDocument> AddMission(SpecDocument document, MissionDefinition mission) => SpecStep.Take(
        document,
        [before => SpecStep.Of(
            new ProjectInsertion(before).AddMission(mission), draft => draft.Change(spec => spec with { Missions = spec.Missions.Add(mission) }))]);

    /// <summary>Removes all tasks, and the missions and features that only name tasks. The project stays.</summary>
    public static Outcome<SpecDocument> Clear(SpecDocument document) => SpecStep.Take(
        document,
        [before => new SpecStep(new ProjectInsertion(before).Clear("missions", "features", "tasks"), draft =>
        {
            draft.Clear();
            draft.Change(spec => spec with { Missions = [] });
        })]);

    internal static Func<SpecDocument, Outcome<SpecStep>> AddTask(TaskDefinition task) => document =>
    {
        if (document.PositionOf(task.Id) is not { } place)
            return SpecStep.Of(new TaskInsertion(document).Add(task), draft => draft.Add(task));
        return new Refusal(
            "task-exists",
            $"Task {task.Id} is there already, on line {place.Line}.",
            $"lodestar task show {ShellWord.Quote(task.Id.Value)}")
        {
            Details = new() { ["task_id"] = task.Id.Value, ["line"] = place.Line },
        };
    };

    internal static Func<SpecDocument, Outcome<SpecStep>> SetTitle(TaskId task, string title) =>
        SetText(task, "title", title, definition => definition with { Title = title });

    internal static Func<SpecDocument, Outcome<SpecStep>> SetDescription(TaskId task, string description) =>
        SetText(task, "description", description.Length == 0 ? null : description, definition => definition with { Description = description });

    internal static Func<SpecDocument, Outcome<SpecStep>> SetPriority(TaskId task, int priority) => SetWritten(
        task, "priority", priority.ToString(CultureInfo.InvariantCulture), definition => definition with { Priority = priority });

    internal static Func<SpecDocument, Outcome<SpecStep>> SetStatus(TaskId task, TaskStatus? status) => SetWritten(
        task, "status", status is { } given ? StatusText.Of(given) : null, definition => definition with { Status = status });

    /// <summary>Notes when the definition was edited, in files that keep such a note.</summary>
    internal static Func<SpecDocument, Outcome<SpecStep>> SetUpdatedAt(TaskId task, DateTimeOffset now) => document =>
        document.BodyOf(task)?.Find("updated_at") is null
            ? SpecStep.None
            : SetText(task, "updated_at", TaskShape.Time(now), definition => definition with { UpdatedAt = TaskShape.Stored(now) })(document);

    internal static IEnumerable<Func<SpecDocument, Outcome<SpecStep>>> SetList(
        ImmutableArray<string> present, TaskId task, TaskListField list, IReadOnlyList<string> wanted)
    {
        foreach (var gone in present.Where(item => !wanted.Contains(item)))
            yield return RemoveItem(task, list, gone);
        foreach (var item in wanted.Distinct().Where(item => !present.Contains(item)))
            yield return AddItem(task, list, item);
    }

    private static Func<SpecDocument, Outcome<SpecStep>> SetText(
        TaskId task, string key, string? value, Func<TaskDefinition, TaskDefinition> change) => document =>
    {
        if (value is null)
            return SetWritten(task, key, null, change)(document);
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var shape = document.Shape;
        var written = body.Find(key)?.Value is YamlScalar { Style: YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted } old
            ? YamlWriting.Inline(value, old.Style)
            : body.Flow
                ? YamlWriting.Inline(value)
                : YamlWriting.Block(value, new SpecLayout(document.Yaml, shape.NewLine).Column(body.Start) + 2, shape.NewLine);
        return SetWritten(task, key, written, change)(document);
    };

    /// <summary>Writes, replaces or removes a field of a task that holds no mapping or list.</summary>
    internal static Func<SpecDocument, Outcome<SpecStep>> SetWritten(
        TaskId task, string key, string? written, Func<TaskDefinition, TaskDefinition> change) => document =>
    {
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var layout = new SpecLayout(document.Yaml, document.Shape.NewLine);
        var entry = body.Find(key);
        if (entry is null && written is null)
            return SpecStep.None;
        if (body.Indirect || entry is { Key.Indirect: true } or { Value.Indirect: true } or { Value: not YamlScalar })
            return Unsupported(document, task);
        var edit = (entry, written) switch
        {
            (not null, not null) => SpecLayout.SetValue(entry, written),
            (not null, null) => layout.RemoveField(body, entry),
            _ => layout.InsertField(body, Before(body, key), $"{key}: {written}"),
        };
        return SpecStep.Of(edit, With(task, change));
    };

    private static Func<SpecDocument, Outcome<SpecStep>> AddItem(TaskId task, TaskListField list, string item) => document =>
    {
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var shape = document.Shape;
        var layout = new SpecLayout(document.Yaml, shape.NewLine);
        var entry = body.Find(list.Key);
        if (body.Indirect || entry is { Key.Indirect: true } or { Value.Indirect: true })
            return Unsupported(document, task);
        var inBrackets = body.Flow || (list.IsShort && shape.FlowLists);
        var edit = entry?.Value switch
        {
            null => layout.InsertField(
                body, Before(body, list.Key), list.Key + ":" + shape.List([item], layout.Column(body.Start), inBrackets)),
            YamlList { Items.Count: > 0 } items => layout.AddItem(items, YamlWriting.Inline(item)),
            YamlList empty => SpecLayout.Replace(empty.Start, empty.End, "[" + YamlWriting.Inline(item) + "]"),
            var nothing => SpecLayout.Replace(layout.AfterColon(entry), nothing.End, shape.List([item], layout.Column(entry.Key.Start), inBrackets)),
        };
        return SpecStep.Of(edit, With(task, definition => list.With(definition, [.. list.Of(definition), item])));
    };

    /// <summary>Removes one item of a list, of equal ones the first: taken at once, two such steps meet and are taken one by one.</summary>
    private static Func<SpecDocument, Outcome<SpecStep>> RemoveItem(TaskId task, TaskListField list, string item) => document =>
    {
        if (document.BodyOf(task) is not { } body)
            return Unknown(task);
        var entry = body.Find(list.Key);
        if (entry is null || body.Indirect || entry.Key.Indirect || entry.Value.Indirect || entry.Value is not YamlList items)
            return Unsupported(document, task);
        var index = items.Items.Index().First(candidate => candidate.Item is YamlScalar scalar && scalar.Value == item).Index;
        var layout = new SpecLayout(document.Yaml, document.Shape.NewLine);
        var edit = layout.RemoveItem(entry, items, index);
        return SpecStep.Of(edit, With(task, definition => list.With(definition, [.. list.Of(definition).Remove(item)])));
    };

    /// <summary>The entry a new field is written behind: the last one that comes before it in our order.</summary>
    private static YamlEntry Before(YamlMap body, string key)
    {
        var place = Array.IndexOf(FieldOrder, key);
        return body.Entries.LastOrDefault(entry => Array.IndexOf(FieldOrder, entry.Key.Value) is >= 0 and var other && other < place)
            ?? body.Entries[^1];
    }

    private static TaskDefinition Find(SpecDocument document, TaskId task) => document.Spec.Tasks.First(found => found.Id == task);

    /// <summary>The change of a spec that a change of one task is.</summary>
    internal static Action<SpecDraft> With(TaskId task, Func<TaskDefinition, TaskDefinition> change) => draft => draft.Change(task, change);

    /// <summary>Reads a result again and holds it against the model it should give.</summary>
    /// <param name="before">The spec that was edited.</param>
    /// <param name="edits">The edits; null when the file's form allows none.</param>
    /// <param name="expected">The model.</param>
    internal static Outcome<SpecDocument> Finish(SpecDocument before, IReadOnlyList<TextEdit>? edits, ProjectSpec expected)
    {
        var text = edits is null ? null : TextEdit.Apply(before.Text, edits);
        var after = text is null ? null : SpecPart.Read(before, edits!, text) ?? SpecReader.Read(text).Data;
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
