using Lodestar.Core;
using Lodestar.Engine.Supervision;

namespace Lodestar.Engine.Storage;

/// <summary>What people ask of a live run, and what became of it.</summary>
public static class ControlTable
{
    /// <summary>Leaves a request and gives its number.</summary>
    public static long AddControl(
        this StoreTransaction store, RunId run, string kind, string actor, TaskId? task, string? note)
    {
        store.Database.Execute(
            "insert into run_controls (run_id, kind, actor, task_id, note, asked_at) values (?, ?, ?, ?, ?, ?)",
            run.Value,
            kind,
            actor,
            task?.Value,
            note,
            StoreTime.Text(store.Now.Wall));
        return store.Database.LastInsertRowId;
    }

    /// <summary>Requests nobody answered yet, oldest first.</summary>
    public static IReadOnlyList<RunControl> OpenControls(this StoreReader store, RunId run) => store.Database.Query(
        "select id, kind, actor, task_id, note from run_controls where run_id = ? and answered_at is null order by id",
        row => new RunControl(
            row.Int64(0),
            row.Text(1),
            row.Text(2),
            row.TextOrNull(3) is { } task ? new TaskId(task) : null,
            row.TextOrNull(4)),
        run.Value);

    /// <summary>Answers a request; a null refusal accepts it.</summary>
    public static void AnswerControl(this StoreTransaction store, long control, Refusal? refusal) => store.Database.Execute(
        """
        update run_controls set answered_at = ?, refusal_code = ?, refusal_message = ?, refusal_hint = ?
        where id = ? and answered_at is null
        """,
        StoreTime.Text(store.Now.Wall),
        refusal?.Code,
        refusal?.Message,
        refusal?.Hint,
        control);

    /// <summary>The answer to a request; null while there is none.</summary>
    public static ControlAnswer? AnswerTo(this StoreReader store, long control) => store.Database.QueryFirst(
        """
        select refusal_code, refusal_message, refusal_hint from run_controls where id = ? and answered_at is not null
        """,
        row => new ControlAnswer(
            row.TextOrNull(0) is { } code ? new Refusal(code, row.Text(1), row.TextOrNull(2)) : null),
        control);
}

/// <summary>The answer to a request.</summary>
/// <param name="Refusal">Why it was refused; null when it was accepted.</param>
public sealed record ControlAnswer(Refusal? Refusal);
