using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
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

    /// <summary>Who changes it, for the record; null for nobody in particular.</summary>
    public string? Agent { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <returns>The full task with the names of the changed fields, or a refusal without effect.</returns>
    public async Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        TaskStatus? status = null;
        var refusal = LaneGate.Check(session, "task update")
            ?? (SaysNothing ? new Refusal("nothing-to-update", "No change was asked for.", "lodestar task update --help") : null)
            ?? (string.IsNullOrWhiteSpace(Title ?? "-") ? SpecChange.TitleNeeded : null)
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
        var redefined = false;
        return await session.ChangePlanAsync(
            document =>
            {
                var edited = Edit(session, document, status, fields);
                redefined = edited.Data is { } after && DefinitionHash.Of(Find(document)!) != DefinitionHash.Of(Find(after)!);
                return edited;
            },
            (plane, after) => Record(plane, Find(after)!, status, redefined, fields),
            cancellation).ConfigureAwait(false);
    }

    private TaskDefinition? Find(SpecDocument document) => document.Spec.Tasks.FirstOrDefault(found => found.Id.Value == Task);

    private Outcome<TaskDetails> Record(PlaneChange plane, TaskDefinition task, TaskStatus? status, bool redefined, SortedSet<string> fields)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        var warnings = new List<Warning>();
        if (redefined && plane.Board.LeaseOf(task.Id) is { } lease)
        {
            // The holder knows what it changed itself; told by anybody else, it has to agree by renewing.
            if (lease.Agent == actor.Agent)
                plane.Store.RedefineLease(lease, DefinitionHash.Of(task));
            else
                warnings.Add(new("lease-redefined", $"Task {task.Id} is held by {lease.Agent}, who must renew the lease before the changed task can be done."));
        }

        if (status is { } word and not TaskStatus.Deleted)
            TaskStatusChange.Record(plane, task, word);
        if (fields.Count > 0)
        {
            JsonObject data = new() { ["fields"] = new JsonArray([.. fields.Select(field => (JsonNode)field)]) };
            if (status is { } given)
                (data["status"], data["reason"]) = (StatusText.Of(given), Status!.Reason);
            plane.Append(new("task.update") { Agent = actor.Agent, Task = task.Id, Data = data });
        }

        var shown = new ShowTask(Task).Show(plane);
        return shown.Data is { } details ? Outcome<TaskDetails>.Done(details with { UpdatedFields = [.. fields] }, shown.Next, warnings) : shown;
    }

    private Outcome<SpecDocument> Edit(
        EngineSession session, SpecDocument document, TaskStatus? status, SortedSet<string> fields)
    {
        var id = new TaskId(Task);
        if (Find(document) is not { } task)
            return PlaneView.Unknown(Task);

        var steps = new List<Func<SpecDocument, Outcome<SpecStep>>>();
        void Add(string field, params IEnumerable<Func<SpecDocument, Outcome<SpecStep>>> taken)
        {
            steps.AddRange(taken);
            fields.Add(field);
        }

        if (Title is { } title && title != task.Title)
            Add("title", SpecEditor.SetTitle(id, title));
        if (Description is { } description && description != task.Description)
            Add("description", SpecEditor.SetDescription(id, description));
        if (Priority is { } priority && priority != task.Priority)
            Add("priority", SpecEditor.SetPriority(id, priority));
        foreach (var (field, change) in Lists)
        {
            var wanted = change.Apply(field.Of(task));
            if (!wanted.SequenceEqual(field.Of(task)))
                Add(field.Key, SpecEditor.SetList(field.Of(task), id, field, wanted));
        }

        if (Prd is not null)
        {
            var intent = Prd.ForUpdate(session.Context.Root.Value, task.Prd);
            if (intent.Data is not { } wanted)
                return intent.Refusal!;
            if (!SpecComparison.Same(task, task with { Prd = wanted.Prd }))
                Add("prd", PrdEditing.Set(task.Prd, id, wanted.Prd));
        }

        if (fields.Count > 0)
            steps.Add(SpecEditor.SetUpdatedAt(id, session.Clock.GetUtcNow()));

        // The file holds one status only: deleted. Any other is the runtime's, and then deleted must not hide it.
        if (status == TaskStatus.Deleted && task.Status != TaskStatus.Deleted)
            Add("status", SpecEditor.SetStatus(id, TaskStatus.Deleted));
        else if (status is not null and not TaskStatus.Deleted)
            Add("status", task.Status == TaskStatus.Deleted ? [SpecEditor.SetStatus(id, null)] : []);
        var result = SpecStep.Take(document, steps);
        if (result.Data is null)
            return result;
        return DependsOn.Add.IsEmpty ? result : SpecChange.CheckGraph(result.Data!, new HashSet<TaskId> { id }) ?? result;
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
