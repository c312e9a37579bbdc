using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools that change what there is to do: create, update, delete, restore.</summary>
internal static class TaskPlanTools
{
    private static readonly Argument<string?> NewId = new("task_id", ArgumentKinds.Id) { Description = "default: next free" };
    private static readonly Argument<string?> NewTitle = new("title", ArgumentKinds.Text) { Required = true };
    private static readonly Argument<string?> Title = new("title", ArgumentKinds.Text);
    private static readonly Argument<string?> Description = new("description", ArgumentKinds.Text);
    private static readonly Argument<int?> Priority = new("priority", ArgumentKinds.From(int.MinValue, int.MaxValue)) { Description = "lower is more urgent" };
    private static readonly Argument<ImmutableArray<string>> DependsOn = new("depends_on", ArgumentKinds.Texts);
    private static readonly Argument<ImmutableArray<string>> Labels = new("labels", ArgumentKinds.Texts);
    private static readonly Argument<ImmutableArray<string>> Locks = new("locks", ArgumentKinds.Texts) { Description = "file globs" };
    private static readonly Argument<ImmutableArray<string>> Criteria = new("acceptance_criteria", ArgumentKinds.Texts);
    private static readonly Argument<string?> PrdSource = new("prd_source", ArgumentKinds.Id);
    private static readonly Argument<ImmutableArray<string>> PrdRefs = new("prd_refs", ArgumentKinds.Texts) { Description = "#anchor or #L10-L40" };
    private static readonly Argument<string?> PrdExcerpt = new("prd_excerpt", ArgumentKinds.Text);
    private static readonly Argument<bool> Rebaseline = new("rebaseline_prd", ArgumentKinds.Flag);
    private static readonly Argument<string?> Status = new("status", ArgumentKinds.OneOf([.. StatusText.All]));
    private static readonly Argument<bool> Force = new("force", ArgumentKinds.Flag) { Description = "for done, verified, deleted; with reason" };

    private static readonly Argument<bool> Cascade = new("cascade", ArgumentKinds.Flag) { Description = "with all that depends on it" };

    private static readonly ImmutableArray<Argument<ImmutableArray<string>>> Adds = [.. ListNames().Select(name => List("add_", name))];
    private static readonly ImmutableArray<Argument<ImmutableArray<string>>> Removes = [.. ListNames().Select(name => List("remove_", name))];

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Create(), Update(), Delete(), Restore()];

    private static Tool<TaskDetails, TaskAnswer> Create() => new("task_create", "Writes a new task into the spec.")
    {
        Accepts = [NewTitle, NewId, Description, Priority, DependsOn, Labels, Locks, Criteria, PrdSource, PrdRefs, PrdExcerpt],
        Run = (call, cancellation) => call.InSessionAsync(
            new CreateTask(call.Need(NewTitle))
            {
                Id = call.Get(NewId),
                Description = call.Get(Description) ?? "",
                Priority = call.Get(Priority) ?? TaskDefinition.DefaultPriority,
                DependsOn = call.Get(DependsOn),
                Labels = call.Get(Labels),
                Locks = call.Get(Locks),
                AcceptanceCriteria = call.Get(Criteria),
                Prd = Prd(call),
            }.ExecuteAsync,
            cancellation),
        Result = (outcome, _) => TaskAnswer.Of(outcome),
        Type = McpJson.Default.TaskAnswer,
        Summary = task => $"Created {task.Id}: {task.Title}",
        Changed = Changed,
    };

    private static Tool<TaskDetails, TaskAnswer> Update() => new("task_update", "Changes fields of a task in the spec.")
    {
        Accepts = [Arguments.Task, Title, Description, Priority, Status, Force, Arguments.Reason, .. Adds, .. Removes, PrdSource, PrdRefs, PrdExcerpt, Rebaseline],
        Run = (call, cancellation) => call.InSessionAsync(
            new UpdateTask(call.Need(Arguments.Task))
            {
                Title = call.Get(Title),
                Description = call.Get(Description),
                Priority = call.Get(Priority),
                Status = call.Get(Status) is { } word ? new(word, call.Get(Force), call.Get(Arguments.Reason)) : null,
                DependsOn = Change(call, 0),
                Labels = Change(call, 1),
                Locks = Change(call, 2),
                AcceptanceCriteria = Change(call, 3),
                Prd = Prd(call),
            }.ExecuteAsync,
            cancellation),
        Result = (outcome, _) => TaskAnswer.Of(outcome),
        Type = McpJson.Default.TaskAnswer,
        Summary = task => $"Updated {task.Id}: {string.Join(", ", task.UpdatedFields ?? [])}",
        Changed = Changed,
    };

    private static Tool<DeletedTasks, DeleteAnswer> Delete() => new("task_delete", "Takes a task out of the plan; lodestar_task_restore takes it back.")
    {
        Accepts = [Arguments.Task, Cascade, Arguments.Agent],
        Run = (call, cancellation) => call.InSessionAsync(
            new DeleteTask(call.Need(Arguments.Task), call.Get(Cascade), call.Agent()).ExecuteAsync, cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.Deleted, outcome.Data.Count, ToolWarning.Of(outcome.Warnings)),
        Type = McpJson.Default.DeleteAnswer,
        Summary = gone => gone.Count == 1 ? $"Deleted {gone.Deleted[0].Id}" : $"Deleted {gone.Deleted[0].Id} and {gone.Count - 1} that depend on it",
        Changed = gone => [.. gone.Deleted.Select(task => ResourceUris.Task(task.Id.Value)), ResourceUris.Spec],
    };

    private static Tool<RestoredTasks, RestoreAnswer> Restore() => new("task_restore", "Takes deleted tasks back, all or none.")
    {
        Accepts = [Arguments.Tasks, Arguments.Agent],
        Run = (call, cancellation) => Arguments.CheckTasks(call.Get(Arguments.Tasks)) is { } refusal
            ? Task.FromResult<Outcome<RestoredTasks>>(refusal)
            : call.InSessionAsync(new RestoreTasks([.. call.Get(Arguments.Tasks).Select(task => task.Trim())], call.Agent()).ExecuteAsync, cancellation),
        Result = (outcome, _) => new(true, outcome.Data!.Restored, outcome.Data.Count, ToolWarning.Of(outcome.Warnings)),
        Type = McpJson.Default.RestoreAnswer,
        Summary = back => $"Restored {string.Join(", ", back.Restored.Take(10).Select(task => task.Id))}",
        Changed = back => [.. back.Restored.Select(task => ResourceUris.Task(task.Id.Value)), ResourceUris.Spec],
    };

    private static PrdRequest? Prd(ToolCall call)
    {
        var request = new PrdRequest(call.Get(PrdSource), call.Get(PrdRefs), call.Get(PrdExcerpt), Rebaseline: call.Get(Rebaseline));
        return request is { Source: null, Sections.IsEmpty: true, Excerpt: null, Rebaseline: false } ? null : request;
    }

    private static IEnumerable<string> Changed(TaskAnswer task) => [ResourceUris.Task(task.Id.Value), ResourceUris.Spec];

    private static string[] ListNames() => ["depends_on", "labels", "locks", "acceptance_criteria"];

    private static Argument<ImmutableArray<string>> List(string verb, string name) => new(verb + name, ArgumentKinds.Texts);

    private static ListChange Change(ToolCall call, int list) => new(call.Get(Adds[list]), call.Get(Removes[list]));
}
