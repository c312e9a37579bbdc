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

    private static TaskState Read(SqliteRow row) => new(
        new TaskId(row.Text(0)),
        StatusText.TryParse(row.Text(1), out var status) && status != TaskStatus.Deleted
            ? status
            : throw new InvalidDataException($"The runtime store holds the unknown status \"{row.Text(1)}\" for task {row.Text(0)}."),
        row.Text(2),
        StoreTime.Parse(row.Text(3)))
    {
        CompletedBy = row.TextOrNull(4),
        CompletedAt = StoreTime.ParseOrNull(row.TextOrNull(5)),
        VerifiedBy = row.TextOrNull(6),
        VerifiedAt = StoreTime.ParseOrNull(row.TextOrNull(7)),
    };
}
