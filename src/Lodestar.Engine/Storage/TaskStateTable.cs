using System.Text;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage.Sqlite;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Storage;

/// <summary>How far each task is. A task without a row is as its spec says.</summary>
public static class TaskStateTable
{
    private const string Columns =
        "task_id, status, definition_hash, changed_at, completed_by, completed_at, verified_by, verified_at";

    /// <summary>The recorded state of a task, or null.</summary>
    public static TaskState? TaskState(this StoreReader store, ProjectId project, TaskId task) => store.Database.QueryFirst(
        $"select {Columns} from task_states where project = ? and task_id = ?", Read, project.Value, task.Value);

    /// <summary>All recorded states of a project, by task.</summary>
    public static Dictionary<TaskId, TaskState> TaskStates(this StoreReader store, ProjectId project) => store.Database
        .Query($"select {Columns} from task_states where project = ?", Read, project.Value)
        .ToDictionary(state => state.Task);

    /// <summary>The tasks that are done or verified, each with what it asked for then.</summary>
    internal static List<(TaskId Task, TaskStatus Status, string DefinitionHash)> FinishedDefinitions(this StoreReader store, ProjectId project) =>
        store.Database.Query(
            "select task_id, status, definition_hash from task_states where project = ? and status in ('done', 'verified')",
            row => (new TaskId(row.Text(0)), Status(row.Utf8(1)), row.Text(2)),
            project.Value);

    /// <summary>Writes every recorded status into its task's place; of tasks that the spec does not have, none.</summary>
    internal static void OverlayStatuses(this StoreReader store, ProjectId project, SpecIndex spec, Span<TaskStatus> statuses)
    {
        // A delegate cannot hold a span, and the rows are many: they are walked here once, without an object for each.
        var recorded = new TaskStatus?[spec.Count];
        store.Database.ForEach(
            "select task_id, status from task_states where project = ?",
            row =>
            {
                if (spec.PlaceOf(row.Utf8(0)) is var place and not SpecIndex.Nowhere)
                    recorded[place] = Status(row.Utf8(1));
            },
            project.Value);
        for (var place = 0; place < recorded.Length; place++)
            statuses[place] = recorded[place] ?? statuses[place];
    }

    /// <summary>Records the state of a task over what was recorded before.</summary>
    public static void SetTaskState(this StoreTransaction store, ProjectId project, TaskState state) => store.Database.Execute(
        $"insert or replace into task_states (project, {Columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        project.Value,
        state.Task.Value,
        StatusText.Of(state.Status),
        state.DefinitionHash,
        StoreTime.Text(state.ChangedAt),
        state.CompletedBy,
        state.CompletedAt is { } completed ? StoreTime.Text(completed) : null,
        state.VerifiedBy,
        state.VerifiedAt is { } verified ? StoreTime.Text(verified) : null);

    private static TaskStatus Status(ReadOnlySpan<byte> word)
    {
        foreach (var status in (ReadOnlySpan<TaskStatus>)[TaskStatus.Verified, TaskStatus.Done, TaskStatus.Ready, TaskStatus.Todo, TaskStatus.Blocked])
        {
            if (Ascii.Equals(word, StatusText.Of(status)))
                return status;
        }

        throw new InvalidDataException($"The runtime store holds the unknown status \"{Encoding.UTF8.GetString(word)}\".");
    }

    private static TaskState Read(SqliteRow row) => new(
        new TaskId(row.Text(0)),
        Status(row.Utf8(1)),
        row.Text(2),
        StoreTime.Parse(row.Text(3)))
    {
        CompletedBy = row.TextOrNull(4),
        CompletedAt = StoreTime.ParseOrNull(row.TextOrNull(5)),
        VerifiedBy = row.TextOrNull(6),
        VerifiedAt = StoreTime.ParseOrNull(row.TextOrNull(7)),
    };
}
