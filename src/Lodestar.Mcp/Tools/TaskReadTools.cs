using System.Collections.Immutable;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tools that look at tasks and change nothing: list, get, next, context, why, graph.</summary>
internal static class TaskReadTools
{
    private const int UsualPage = 50;
    private const int LargestPage = 200;
    private const int UsualOffer = 5;
    private const int LargestOffer = 20;

    private static readonly Argument<string?> Label = new("label", ArgumentKinds.Text);
    private static readonly Argument<ImmutableArray<string>> Labels = new("labels", ArgumentKinds.Texts) { Description = "any of these" };
    private static readonly Argument<long?> MaxPriority = new("max_priority", ArgumentKinds.Whole) { Description = "lower is more urgent" };
    private static readonly Argument<int?> PageLimit = Arguments.Limit(LargestPage);
    private static readonly Argument<int?> OfferLimit = Arguments.Limit(LargestOffer);
    private static readonly Argument<int?> MaxChars = new("max_chars", ArgumentKinds.From(1, ReadContext.MostChars));
    private static readonly Argument<string?> Format = new("format", ArgumentKinds.OneOf(GraphTasks.Formats));

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Next(), List(), Get(), Context(), Why(), Graph()];

    private static Tool<ClaimableTasks, NextAnswer> Next() => new("task_next", "The most urgent tasks that can be claimed now.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Agent, OfferLimit, Labels, MaxPriority],
        Run = (call, cancellation) => call.InSessionAsync(
            new NextTasks(call.Get(OfferLimit) ?? UsualOffer, call.Agent())
            {
                Labels = call.Get(Labels),
                MaxPriority = Bounded(call.Get(MaxPriority)),
            }.ExecuteAsync,
            cancellation),
        Result = (outcome, call) => NextAnswer.Of(outcome.Data!, call.Get(Labels), Bounded(call.Get(MaxPriority))),
        Type = McpJson.Default.NextAnswer,
        Summary = next => next.Candidates.IsEmpty ? next.Rationale : $"{next.TotalClaimable} claimable, first {next.Candidates[0].Id}: {next.Candidates[0].Title}",
    };

    private static Tool<TaskList, TasksAnswer> List() => new("task_list", "Tasks by priority, a page at a time.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.StatusFilter, Label, PageLimit, Arguments.Cursor, Arguments.MaxBytes],
        Page = new("items", item => $"{item["priority"]!.GetValue<int>().ToString(CultureInfo.InvariantCulture)}:{item["id"]!.GetValue<string>()}"),
        Run = (call, cancellation) => TaskCursor.Parse(call.Get(Arguments.Cursor), out _) is { } refusal
            ? Task.FromResult<Outcome<TaskList>>(refusal)
            : call.InSessionAsync(
                new ListTasks(Status(call), call.Get(Label), call.Get(Arguments.StatusFilter) == "all").ExecuteAsync, cancellation),
        Result = (outcome, call) =>
        {
            TaskCursor.Parse(call.Get(Arguments.Cursor), out var cursor);
            return TasksAnswer.Of(outcome.Data!, cursor, call.Get(PageLimit) ?? UsualPage);
        },
        Type = McpJson.Default.TasksAnswer,
        Summary = page => $"{page.Count} of {page.Total} tasks",
    };

    private static Tool<TaskDetails, TaskAnswer> Get() => new("task_get", "Everything about one task.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Task, Arguments.MaxBytes],
        Run = (call, cancellation) => call.InSessionAsync(new ShowTask(call.Need(Arguments.Task)).ExecuteAsync, cancellation),
        Result = (outcome, _) => TaskAnswer.Of(outcome),
        Type = McpJson.Default.TaskAnswer,
        Summary = task => $"{task.Id} ({task.Status}): {task.Title}",
    };

    private static Tool<TaskContext, ContextAnswer> Context() => new("task_context", "What a task is about: description, criteria and product intent.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Task, MaxChars, Arguments.MaxBytes],
        Run = (call, cancellation) => call.InSessionAsync(
            new ReadContext(call.Need(Arguments.Task), call.Get(MaxChars) ?? ReadContext.DefaultChars).ExecuteAsync, cancellation),
        Result = (outcome, _) => ContextAnswer.Of(outcome),
        Type = McpJson.Default.ContextAnswer,
        Summary = context => $"{context.TaskId}: {context.Title}" + (context.Drift?.Changed == true ? " (its PRD has changed)" : ""),
    };

    private static Tool<TaskReasons, TaskReasons> Why() => new("task_why", "Why a task is, or is not, claimable, and what would open it.")
    {
        ReadsOnly = true,
        Accepts = [Arguments.Task],
        Run = (call, cancellation) => call.InSessionAsync(new ExplainTask(call.Need(Arguments.Task)).ExecuteAsync, cancellation),
        Result = (outcome, _) => outcome.Data!,
        Type = McpJson.Default.TaskReasons,
        Summary = reasons => reasons.Message,
    };

    private static Tool<TaskGraphDrawing, TaskGraphDrawing> Graph() => new("task_graph", "All tasks and what leads to what.")
    {
        ReadsOnly = true,
        Accepts = [Format, Arguments.MaxBytes],
        Run = (call, cancellation) => call.InSessionAsync(new GraphTasks(call.Get(Format) ?? "json").ExecuteAsync, cancellation),
        Result = (outcome, _) => outcome.Data!,
        Type = McpJson.Default.TaskGraphDrawing,
        Summary = graph => $"{graph.Nodes.Length} tasks, {graph.Edges.Length} dependencies",
    };

    private static string? Status(ToolCall call) => call.Get(Arguments.StatusFilter) is { } word and not "all" ? word : null;

    private static int? Bounded(long? number) => number is { } given ? (int)Math.Clamp(given, int.MinValue, int.MaxValue) : null;
}
