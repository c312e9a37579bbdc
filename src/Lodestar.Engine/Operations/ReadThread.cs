using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Reads a task's thread, oldest first. It marks nothing as read.</summary>
/// <param name="Task">The task; a leading <c>task:</c> is understood.</param>
/// <param name="Limit">At most so many.</param>
public sealed record ReadThread(string Task, int Limit = 50)
{
    /// <summary>Only messages after this time.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only messages this agent has not read, and did not write.</summary>
    public string? UnreadBy { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<MessageThread>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        session.QueryAsync(Read, cancellation);

    private Outcome<MessageThread> Read(PlaneView plane)
    {
        if (MessageLimit.Check(Limit) is { } bad)
            return bad;
        var found = plane.Task(Task.StartsWith("task:", StringComparison.Ordinal) ? Task["task:".Length..] : Task);
        if (found.Data is not { } task)
            return found.Refusal!;
        var reader = UnreadBy is null ? default : plane.Actor(UnreadBy);
        if (reader.Refusal is { } unknown)
            return unknown;
        var messages = plane.Store
            .Thread(plane.Project, task.Id, new ThreadFilter(Limit) { Since = Since, UnreadBy = reader.Agent })
            .Select(message => MessageLine.Of(message, plane.Store))
            .ToImmutableArray();
        return new MessageThread(task.Id, messages, messages.Length, messages.LastOrDefault()?.CreatedAt);
    }
}

/// <summary>Reads what an agent has not read of what concerns it, oldest first, and by request marks it as read.</summary>
/// <param name="Agent">Whose inbox; null when the caller named nobody.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="Acknowledge">Whether what is returned counts as read from now on.</param>
public sealed record ReadInbox(string? Agent, int Limit = 50, bool Acknowledge = false)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<InboxMessages>> ExecuteAsync(EngineSession session, CancellationToken cancellation) => Acknowledge
        ? session.DecideAsync(
            plane =>
            {
                var read = Read(plane);
                if (read.Data is { } inbox)
                {
                    foreach (var message in inbox.Messages)
                        plane.Store.MarkRead(message.MessageId, inbox.AgentId);
                }

                return read;
            },
            cancellation)
        : session.QueryAsync(Read, cancellation);

    private Outcome<InboxMessages> Read(PlaneView plane)
    {
        if (MessageLimit.Check(Limit) is { } bad)
            return bad;
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } agent)
            return AgentIds.Needed("lodestar msg inbox");
        var messages = plane.Store.Inbox(plane.Project, agent, Limit)
            .Select(message => MessageLine.Of(message, plane.Store))
            .ToImmutableArray();
        return new InboxMessages(agent, messages, messages.Length, plane.Store.UnreadCount(plane.Project, agent));
    }
}

/// <summary>Messages of a thread.</summary>
/// <param name="TaskId">The thread.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Count">How many are here.</param>
/// <param name="Cursor">Time of the last one, to go on from; null when there is none.</param>
public sealed record MessageThread(TaskId TaskId, ImmutableArray<MessageLine> Messages, int Count, DateTimeOffset? Cursor);

/// <summary>What an agent has not read.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Count">How many are here.</param>
/// <param name="Unread">How many there were in all.</param>
public sealed record InboxMessages(AgentId AgentId, ImmutableArray<MessageLine> Messages, int Count, long Unread);

/// <summary>A message as listed.</summary>
/// <param name="MessageId">Its id.</param>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="FromAgentId">Who said it.</param>
/// <param name="ToAgentId">The only recipient, or null.</param>
/// <param name="Text">What was said.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ReadBy">Who has read it.</param>
/// <param name="Meta">Headline and severity.</param>
public sealed record MessageLine(
    MessageId MessageId,
    TaskId? TaskId,
    AgentId FromAgentId,
    AgentId? ToAgentId,
    string Text,
    DateTimeOffset CreatedAt,
    ImmutableArray<string> ReadBy,
    MessageMeta Meta)
{
    internal static MessageLine Of(Message message, StoreReader store) => new(
        message.Id,
        message.Draft.Task,
        message.Draft.From,
        message.Draft.To,
        message.Draft.Text,
        message.CreatedAt,
        [.. store.ReadersOf(message.Id)],
        new() { Subject = message.Draft.Subject, Severity = message.Draft.Severity });
}

/// <summary>Headline and severity of a message.</summary>
public sealed record MessageMeta
{
    /// <summary>A headline; absent when none was given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>How much it matters; absent when nothing was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Severity { get; init; }
}

/// <summary>How many messages may be asked for at once.</summary>
internal static class MessageLimit
{
    private const int Most = 1000;

    internal static Refusal? Check(int limit) => limit is > 0 and <= Most
        ? null
        : new("limit-out-of-range", $"{limit} messages cannot be read at once.", $"Ask for 1 to {Most}.");
}
