using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Reads a task's thread, oldest first. It marks nothing as read.</summary>
/// <param name="Task">The task; a leading <c>task:</c> is understood.</param>
/// <param name="Limit">At most so many.</param>
public sealed record ReadThread(string Task, int Limit = 50)
{
    /// <summary>Only messages after this time or cursor.</summary>
    public string? Since { get; init; }

    /// <summary>Only messages the agent has no receipt for.</summary>
    public bool Unread { get; init; }

    /// <summary>Whose reading that is about; null when the caller named nobody.</summary>
    public string? Agent { get; init; }

    /// <summary>Whether to add who read each message when.</summary>
    public bool Receipts { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<MessageThread>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync(Read, cancellation);

    private Outcome<MessageThread> Read(PlaneView plane)
    {
        if (MessageLimit.Check(Limit) is { } bad)
            return bad;
        var place = MessagePlace.Beginning;
        if (Since is not null && MessagePlace.TryParse(Since, out place) is { } invalid)
            return invalid;
        var named = MessageAddress.TaskIn(Task);
        if (SpecChange.CheckId(named) is { } noTask)
            return noTask;
        var reader = plane.Actor(Agent);
        if (Unread && reader.Refusal is { } unknown)
            return unknown;

        var task = new TaskId(named);
        var messages = plane.Store.Thread(
            plane.Project, task, new ThreadFilter(Limit) { After = place, UnreadBy = Unread ? reader.Agent : null });
        var thread = new MessageThread(
            task,
            [.. messages.Select(message => MessageLine.Of(message, plane.Store, Receipts))],
            messages.Count,
            messages is [.., var last] ? MessagePlace.After(last).Cursor : place.Cursor);
        return Outcome<MessageThread>.Done(thread, warnings: [.. Warnings(plane, named, reader.Agent)]);
    }

    private IEnumerable<Warning> Warnings(PlaneView plane, string task, AgentId? reader)
    {
        if (plane.Task(task).Data is null)
            yield return new("task-unknown", $"The spec has no task {task}.");
        if (Unread && reader is null)
            yield return new("agent-unknown", "Whose unread messages are meant was not said, so all are shown.");
    }
}

/// <summary>Messages of a thread.</summary>
/// <param name="TaskId">The thread.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Count">How many are here.</param>
/// <param name="Cursor">To be given as <c>--since</c> to go on from here, exactly; null when nothing was read.</param>
public sealed record MessageThread(TaskId TaskId, ImmutableArray<MessageLine> Messages, int Count, string? Cursor);
