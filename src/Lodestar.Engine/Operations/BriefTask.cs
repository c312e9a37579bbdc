using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Writes down a task for the agent that is to take it up. It marks nothing as read.</summary>
/// <param name="Task">The task.</param>
/// <param name="Format">One of <see cref="BriefText.Formats"/>.</param>
/// <param name="Agent">For whom; its unread messages of the thread are added. Null for nobody in particular.</param>
public sealed record BriefTask(string Task, string Format, string? Agent)
{
    private const int ContextChars = 6_000;
    private const int Messages = 5;
    private const int MessageChars = 1_000;

    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<BriefedTask>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (!BriefText.Formats.Contains(Format))
            return new Refusal("brief-format-unknown", $"\"{Format}\" is no format of a brief.", $"Use one of {string.Join(", ", BriefText.Formats)}.");
        var gathered = await session.QueryAsync(Gather, cancellation).ConfigureAwait(false);
        if (gathered.Data is not { } known)
            return gathered.Refusal!;
        var context = TaskContext.Of(session.Context.Root.Value, known.Task, new ContextBudget(ContextChars, WithContent: false));
        return Outcome<BriefedTask>.Done(
            Answer(known, context.Data!),
            [new("task.claim", known.Commands.Claim, "Take it")],
            context.Warnings);
    }

    private Outcome<Known> Gather(PlaneView plane)
    {
        var found = plane.Task(Task);
        if (found.Data is not { } task)
            return found.Refusal!;
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        var board = plane.Board;
        var unread = actor.Agent is { } reader
            ? plane.Store.Thread(plane.Project, task.Id, new ThreadFilter(Messages) { UnreadBy = reader, NotFrom = reader })
            : [];
        var word = ShellWord.Quote(task.Id.Value);
        var who = actor.Agent is { } agent ? agent.Value : "$LODESTAR_AGENT_ID";
        return new Known(
            task,
            StatusText.Of(board.StatusOf(task)),
            [.. task.DependsOn.Select(id => new BriefLine(id.Value, board.Find(id) is { } needed ? StatusText.Of(board.StatusOf(needed)) : "missing"))],
            [.. unread],
            new BriefCommands(
                $"lodestar task claim {word} --agent {who}",
                $"lodestar msg send --task {word} --from {who} --text \"...\"",
                $"lodestar task done {word} --agent {who}"));
    }

    private BriefedTask Answer(Known known, TaskContext context)
    {
        var task = known.Task;
        var goal = context.Description.Length > 0 ? context.Description : task.Title;
        var intent = new List<BriefLine>();
        if (context.PrdExcerpt is { } excerpt)
            intent.Add(new(context.PrdSource ?? "excerpt", excerpt));
        intent.AddRange((context.PrdSections ?? []).Select(section => new BriefLine($"{section.Source} {section.Anchor}", section.Content)));
        var brief = new TaskBrief(
            task.Id,
            task.Title,
            goal,
            task.AcceptanceCriteria,
            task.Locks,
            task.Priority,
            known.Dependencies,
            [.. intent],
            [.. known.Unread.Select(message => new BriefLine(
                $"{message.Draft.From}{(message.Draft.Severity is { } severity ? $", {severity}" : "")}", Head(message.Draft.Text)))],
            known.Commands);
        return new(
            task.Id,
            task.Title,
            goal,
            known.Status,
            task.Priority,
            task.AcceptanceCriteria,
            task.Locks,
            task.Labels,
            [.. known.Dependencies.Select(one => new BriefDependency(new TaskId(one.Name), one.Text))],
            known.Unread.Length,
            Format,
            BriefText.Of(brief, Format),
            known.Commands);
    }

    private static string Head(string text) => text.Length <= MessageChars ? text : TextCut.Head(text, MessageChars) + " [...]";

    private sealed record Known(
        TaskDefinition Task, string Status, ImmutableArray<BriefLine> Dependencies, ImmutableArray<Message> Unread, BriefCommands Commands);
}

/// <summary>A task written down for an agent.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Goal">What is to be done; the title where there is no description.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="AcceptanceCriteria">What a reviewer checks.</param>
/// <param name="Locks">File scope.</param>
/// <param name="Labels">Free words.</param>
/// <param name="Dependencies">What it builds on.</param>
/// <param name="Unread">How many unread messages are in the text.</param>
/// <param name="Format">The form of the text.</param>
/// <param name="FormattedOutput">The text.</param>
/// <param name="Commands">How to work on it.</param>
public sealed record BriefedTask(
    TaskId TaskId,
    string Title,
    string Goal,
    string Status,
    int Priority,
    ImmutableArray<string> AcceptanceCriteria,
    ImmutableArray<string> Locks,
    ImmutableArray<string> Labels,
    ImmutableArray<BriefDependency> Dependencies,
    int Unread,
    string Format,
    string FormattedOutput,
    BriefCommands Commands);

/// <summary>A dependency, and how far it is.</summary>
public sealed record BriefDependency(TaskId TaskId, string Status);
