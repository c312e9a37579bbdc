using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Reads what concerns an agent, oldest first, and by request marks it as read.</summary>
/// <param name="Agent">Whose inbox; null when the caller named nobody.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="Acknowledge">Whether what is returned counts as read from now on.</param>
public sealed record ReadInbox(string? Agent, int Limit = 50, bool Acknowledge = false)
{
    /// <summary>Also what the agent has read.</summary>
    public bool AlsoRead { get; init; }

    /// <summary>Only messages after this time or cursor.</summary>
    public string? Since { get; init; }

    /// <summary>Only messages up to this time.</summary>
    public string? Until { get; init; }

    /// <summary>Only messages of this sender.</summary>
    public string? From { get; init; }

    /// <summary>Only say how many there are; the limit does not count then, unless they are to be marked as read.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Whether to add who read each message when.</summary>
    public bool Receipts { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<InboxMessages>> ExecuteAsync(EngineSession session, CancellationToken cancellation) => Acknowledge
        ? session.DecideAsync(
            plane =>
            {
                var read = Read(plane);
                if (read.Data is { } inbox)
                    MarkRead.Record(plane, null, inbox.AgentId.Value, [.. inbox.Messages.Select(message => message.MessageId)]);
                return read;
            },
            cancellation)
        : session.QueryAsync(Read, cancellation);

    private Outcome<InboxMessages> Read(PlaneView plane)
    {
        if (MessageLimit.Check(Limit) is { } bad)
            return bad;
        if (Filter(out var filter) is { } invalid)
            return invalid;
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        if (actor.Agent is not { } agent)
            return AgentIds.Needed("lodestar msg inbox");
        var unread = plane.Store.UnreadCount(plane.Project, agent);
        if (CountOnly && !Acknowledge)
        {
            var (count, after) = plane.Store.InboxCount(plane.Project, agent, filter);
            return new InboxMessages(agent, [], count, unread, after.Cursor);
        }

        var messages = plane.Store.Inbox(plane.Project, agent, filter);
        return new InboxMessages(
            agent,
            CountOnly ? [] : [.. messages.Select(message => MessageLine.Of(message, plane.Store, Receipts))],
            messages.Count,
            unread,
            messages is [.., var last] ? MessagePlace.After(last).Cursor : filter.After.Cursor);
    }

    private Refusal? Filter(out InboxFilter filter)
    {
        filter = new(Limit) { AlsoRead = AlsoRead, From = From };
        var place = MessagePlace.Beginning;
        if (Since is not null && MessagePlace.TryParse(Since, out place) is { } invalid)
            return invalid;
        DateTimeOffset? until = null;
        if (Until is not null && Times.TryParse(Until, out until) is { } bad)
            return bad;
        filter = filter with { After = place, Until = until };
        return null;
    }
}

/// <summary>What concerns an agent.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Count">How many were found: up to the limit, and all where they were only to be counted.</param>
/// <param name="Unread">How many were unread in all.</param>
/// <param name="Cursor">To be given as <c>--since</c> to go on from here, exactly; null when nothing was read.</param>
public sealed record InboxMessages(AgentId AgentId, ImmutableArray<MessageLine> Messages, int Count, long Unread, string? Cursor);
