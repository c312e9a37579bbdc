using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Changes single fields of a task's definition; what is null or empty here stays as it is.</summary>
/// <param name="Task">The task.</param>
public sealed record UpdateTask(string Task)
{
    /// <summary>A new title.</summary>
    public string? Title { get; init; }

    /// <summary>A new description; an empty one removes it.</summary>
    public string? Description { get; init; }

    /// <summary>A new priority.</summary>
    public int? Priority { get; init; }

    /// <summary>A new status.</summary>
    public TaskStatusChange? Status { get; init; }

    /// <summary>Dependencies to add and to remove.</summary>
    public ListChange DependsOn { get; init; } = ListChange.None;

    /// <summary>Labels to add and to remove.</summary>
    public ListChange Labels { get; init; } = ListChange.None;

    /// <summary>File patterns to add and to remove.</summary>
    public ListChange Locks { get; init; } = ListChange.None;

    /// <summary>Acceptance criteria to add and to remove.</summary>
    public ListChange AcceptanceCriteria { get; init; } = ListChange.None;

    /// <summary>Product intent to put in place of the present one.</summary>
    public PrdRequest? Prd { get; init; }

    private ImmutableArray<(TaskListField Field, ListChange Change)> Lists =>
    [
        (TaskListField.DependsOn, DependsOn), (TaskListField.Labels, Labels), (TaskListField.Locks, Locks),
        (TaskListField.AcceptanceCriteria, AcceptanceCriteria),
    ];

    private bool SaysNothing => Title is null && Description is null && Priority is null && Status is null && Prd is null
        && Lists.All(list => list.Change.IsNone);

    /// <summary>Runs the operation.</summary>
    /// <returns>The full task with the names of the changed fields, or a refusal without effect.</returns>
    public async Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        TaskStatus? status = null;
        var refusal = LaneGate.Check(session, "task update")
            ?? (SaysNothing ? new Refusal("nothing-to-update", "No change was asked for.", "lodestar task update --help") : null)
            ?? (Title is null ? null : CreateTask.CheckTitle(Title))
            ?? DependsOn.Add.Select(SpecChange.CheckId).FirstOrDefault(problem => problem is not null)
            ?? SpecChange.CheckLocks(Locks.Add);
        if (refusal is null && Status is not null)
        {
            refusal = Status.Check(out var given);
            status = given;
        }

        if (refusal is not null)
            return refusal;
        var fields = new SortedSet<string>(StringComparer.Ordinal);
        var edited = await session.Spec.EditAsync(
            async document =>
            {
                var result = Edit(session, document, status, fields);
                if (result.Data is not { } after || status is null or TaskStatus.Deleted)
                    return result;
                var task = after.Spec.Tasks.First(found => found.Id.Value == Task);
                var recorded = await TaskStatusChange.RecordAsync(session, task, status.Value, Status!.Reason, cancellation).ConfigureAwait(false);
                return recorded.Refusal is { } unrecorded ? unrecorded : result;
            },
            cancellation).ConfigureAwait(false);
        if (edited.Refusal is not null)
            return edited.Refusal;
        var shown = await new ShowTask(Task).ExecuteAsync(session, cancellation).ConfigureAwait(false);
        return shown.Data is { } details
            ? Outcome<TaskDetails>.Done(details with { UpdatedFields = [.. fields] }, shown.Next)
            : shown;
    }

    private Outcome<SpecDocument> Edit(
        EngineSession session, SpecDocument document, TaskStatus? status, SortedSet<string> fields)
    {
        var id = new TaskId(Task);
        if (document.Spec.Tasks.FirstOrDefault(found => found.Id == id) is not { } task)
            return new Refusal("task-unknown", $"There is no task {id}.", "lodestar task list") { Details = new() { ["task_id"] = Task } };

        var steps = new List<(string Field, Func<SpecDocument, Outcome<SpecDocument>> Do)>();
        if (Title is { } title && title != task.Title)
            steps.Add(("title", current => SpecEditor.SetTitle(current, id, title)));
        if (Description is { } description && description != task.Description)
            steps.Add(("description", current => SpecEditor.SetDescription(current, id, description)));
        if (Priority is { } priority && priority != task.Priority)
            steps.Add(("priority", current => SpecEditor.SetPriority(current, id, priority)));
        foreach (var (field, change) in Lists)
        {
            var wanted = change.Apply(field.Of(task));
            if (!wanted.SequenceEqual(field.Of(task)))
                steps.Add((field.Key, current => SpecEditor.SetList(current, id, field, wanted)));
        }

        if (Prd is not null)
        {
            var intent = Prd.ForUpdate(session.Context.Root.Value, task.Prd);
            if (intent.Data is not { } wanted)
                return intent.Refusal!;
            if (!SpecComparison.Same(task, task with { Prd = wanted.Prd }))
                steps.Add(("prd", current => SpecEditor.SetPrd(current, id, wanted.Prd)));
        }

        // The file holds one status only: deleted. Any other is the runtime's, and then deleted must not hide it.
        if (status == TaskStatus.Deleted && task.Status != TaskStatus.Deleted)
            steps.Add(("status", current => SpecEditor.SetStatus(current, id, TaskStatus.Deleted)));
        else if (status is not null and not TaskStatus.Deleted)
            steps.Add(("status", current => task.Status == TaskStatus.Deleted ? SpecEditor.SetStatus(current, id, null) : current));

        if (steps.Any(step => step.Field != "status"))
            steps.Add(("", current => SpecEditor.SetUpdatedAt(current, id, session.Clock.GetUtcNow())));
        Outcome<SpecDocument> result = document;
        foreach (var (field, step) in steps)
        {
            result = step(result.Data!);
            if (result.Data is null)
                return result;
            if (field.Length > 0)
                fields.Add(field);
        }

        return DependsOn.Add.IsEmpty ? result : SpecChange.CheckGraph(result.Data!, id) ?? result;
    }
}

/// <summary>Items to add to and to remove from a list.</summary>
/// <param name="Add">Added at the end unless there already.</param>
/// <param name="Remove">Removed wherever they stand.</param>
public sealed record ListChange(ImmutableArray<string> Add, ImmutableArray<string> Remove)
{
    /// <summary>No change.</summary>
    public static ListChange None { get; } = new([], []);

    /// <summary>True when nothing is added or removed.</summary>
    public bool IsNone => Add.IsEmpty && Remove.IsEmpty;

    /// <summary>The list as it should be.</summary>
    public ImmutableArray<string> Apply(ImmutableArray<string> items) =>
        [.. items.Where(item => !Remove.Contains(item)), .. Add.Distinct().Where(item => !items.Contains(item) || Remove.Contains(item))];
}
