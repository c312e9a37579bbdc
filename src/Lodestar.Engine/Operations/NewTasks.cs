using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Writes new tasks, all or none. They may depend on each other in any order.</summary>
internal static class NewTasks
{
    /// <summary>Judges, then writes.</summary>
    /// <returns>The first task in full.</returns>
    internal static async Task<Outcome<TaskDetails>> WriteAsync(
        EngineSession session, ImmutableArray<CreateTask> wanted, string? agent, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task create") is { } notHere)
            return notHere;
        var drafts = new List<Draft>();
        var warnings = new List<Warning>();
        foreach (var task in wanted)
        {
            var judged = Judge(session, task);
            if (judged.Data is not { } draft)
                return judged.Refusal!;
            drafts.Add(draft);
            warnings.AddRange(judged.Warnings);
        }

        ImmutableArray<TaskDefinition> written = [];
        return await session.ChangePlanAsync(
            document =>
            {
                written = Definitions(drafts, document.Spec, session.Clock.GetUtcNow());
                var added = SpecEditor.AddTasks(document, written);
                return added.Data is { } after && SpecChange.CheckGraph(after, written.Select(task => task.Id).ToHashSet(), added: true) is { } broken ? broken : added;
            },
            (plane, _) => Record(plane, drafts, written, agent, warnings),
            cancellation).ConfigureAwait(false);
    }

    private static Outcome<Draft> Judge(EngineSession session, CreateTask task)
    {
        var status = TaskStatus.Ready;
        var refusal = (string.IsNullOrWhiteSpace(task.Title) ? SpecChange.TitleNeeded : null)
            ?? (task.Id is null ? null : SpecChange.CheckId(task.Id))
            ?? task.DependsOn.Select(SpecChange.CheckId).FirstOrDefault(problem => problem is not null)
            ?? SpecChange.CheckLocks(task.Locks)
            ?? task.Status?.Check(out status);
        if (refusal is not null)
            return refusal;
        var intent = task.Prd?.ForNew(session.Context.Root.Value) ?? new PrdIntent([]);
        return intent.Data is { } prd ? Outcome<Draft>.Done(new(task, status, prd.Prd), null, intent.Warnings) : intent.Refusal!;
    }

    private static Outcome<TaskDetails> Record(
        PlaneChange plane, List<Draft> drafts, ImmutableArray<TaskDefinition> written, string? agent, List<Warning> warnings)
    {
        var actor = plane.Actor(agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        foreach (var (draft, task) in drafts.Zip(written))
        {
            // Ready is what a task without a status is; and deleted stands in the file.
            if (draft.Status is not (TaskStatus.Ready or TaskStatus.Deleted))
                TaskStatusChange.Record(plane, task, draft.Status);
            JsonObject data = new() { ["title"] = task.Title };
            if (draft.Task.Status is { } status)
                (data["status"], data["reason"]) = (StatusText.Of(draft.Status), status.Reason);
            plane.Append(new("task.create") { Agent = actor.Agent, Task = task.Id, Data = data });
        }

        var shown = new ShowTask(written[0].Id.Value).Show(plane);
        return shown.Data is { } details
            ? Outcome<TaskDetails>.Done(
                written.Length == 1 ? details : details with { Created = [.. written.Select(task => new NamedTask(task.Id, task.Title))] }, shown.Next, warnings)
            : shown;
    }

    private static ImmutableArray<TaskDefinition> Definitions(List<Draft> drafts, ProjectSpec spec, DateTimeOffset now)
    {
        var highest = drafts.Select(draft => draft.Task.Id).OfType<string>().Concat(spec.Tasks.Select(task => task.Id.Value)).Max(Number) ?? 0;
        var created = now.AddTicks(-(now.UtcTicks % TimeSpan.TicksPerSecond));
        return [.. drafts.Select(draft => draft.Define(draft.Task.Id ?? $"T{++highest:000}", created))];
    }

    /// <summary>The number of an id that is T and digits.</summary>
    private static long? Number(string id) =>
        id is ['T', .. var digits] && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < long.MaxValue - 1_000_000
            ? number
            : null;

    /// <summary>A task that may be written as far as it can be judged alone.</summary>
    private sealed record Draft(CreateTask Task, TaskStatus Status, ImmutableArray<PrdReference> Prd)
    {
        internal TaskDefinition Define(string id, DateTimeOffset created) => new(
            new(id),
            Task.Title,
            Task.Description,
            [.. Task.AcceptanceCriteria.Distinct()],
            [.. Task.DependsOn.Distinct().Select(other => new TaskId(other))],
            [.. Task.Labels.Distinct()],
            [.. Task.Locks.Distinct()],
            Task.Priority,
            Status == TaskStatus.Deleted ? Status : null)
        {
            CreatedAt = created,
            Prd = Prd,
        };
    }
}
