using System.Collections.Immutable;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Writes a new task into the spec.</summary>
/// <param name="Title">One line.</param>
public sealed record CreateTask(string Title)
{
    /// <summary>The id; null draws the next free T number.</summary>
    public string? Id { get; init; }

    /// <summary>Free text.</summary>
    public string Description { get; init; } = "";

    /// <summary>Lower first.</summary>
    public int Priority { get; init; } = TaskDefinition.DefaultPriority;

    /// <summary>A status other than ready, or null.</summary>
    public TaskStatusChange? Status { get; init; }

    /// <summary>Tasks that must be verified first; each must exist.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Free words.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>File scope.</summary>
    public ImmutableArray<string> Locks { get; init; } = [];

    /// <summary>What a reviewer checks.</summary>
    public ImmutableArray<string> AcceptanceCriteria { get; init; } = [];

    /// <summary>Product intent, or null.</summary>
    public PrdRequest? Prd { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <returns>The full task, or a refusal without effect.</returns>
    public async Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        var status = TaskStatus.Ready;
        var refusal = LaneGate.Check(session, "task create")
            ?? CheckTitle(Title)
            ?? (Id is null ? null : SpecChange.CheckId(Id))
            ?? DependsOn.Select(SpecChange.CheckId).FirstOrDefault(problem => problem is not null)
            ?? SpecChange.CheckLocks(Locks)
            ?? Status?.Check(out status);
        if (refusal is not null)
            return refusal;
        var intent = Prd?.ForNew(session.Context.Root.Value) ?? new PrdIntent([]);
        if (intent.Refusal is not null)
            return intent.Refusal;

        TaskId? created = null;
        var edited = await session.Spec.EditAsync(
            async document =>
            {
                var task = Definition(document.Spec, WholeSecond(session.Clock.GetUtcNow()), intent.Data!.Prd) with
                {
                    Status = status == TaskStatus.Deleted ? status : null,
                };
                created = task.Id;
                var added = SpecEditor.AddTask(document, task);
                if (added.Data is not { } after)
                    return added;
                if (SpecChange.CheckGraph(after, task.Id) is { } broken)
                    return broken;
                if (status is TaskStatus.Ready or TaskStatus.Deleted)
                    return after;
                var recorded = await TaskStatusChange.RecordAsync(session, task, status, Status!.Reason, cancellation).ConfigureAwait(false);
                return recorded.Refusal is { } unrecorded ? unrecorded : after;
            },
            cancellation).ConfigureAwait(false);
        if (edited.Refusal is not null)
            return edited.Refusal;
        var shown = await new ShowTask(created!.Value.Value).ExecuteAsync(session, cancellation).ConfigureAwait(false);
        return shown.Data is { } details ? Outcome<TaskDetails>.Done(details, shown.Next, intent.Warnings) : shown;
    }

    internal static Refusal? CheckTitle(string title) => string.IsNullOrWhiteSpace(title)
        ? new("title-needed", "A task needs a title.", "add --title")
        : null;

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerSecond));

    private TaskDefinition Definition(ProjectSpec spec, DateTimeOffset now, ImmutableArray<PrdReference> prd) => new(
        Id is null ? NextId(spec) : new(Id),
        Title,
        Description,
        [.. AcceptanceCriteria.Distinct()],
        [.. DependsOn.Distinct().Select(id => new TaskId(id))],
        [.. Labels.Distinct()],
        [.. Locks.Distinct()],
        Priority,
        null)
    {
        CreatedAt = now,
        Prd = prd,
    };

    private static TaskId NextId(ProjectSpec spec)
    {
        var highest = 0L;
        foreach (var task in spec.Tasks)
        {
            if (task.Id.Value is ['T', .. var digits]
                && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number < long.MaxValue)
            {
                highest = Math.Max(highest, number);
            }
        }

        return new($"T{highest + 1:000}");
    }
}
