using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Waits until there is something an agent has not read, or until something comes after a place. It sleeps until the
/// store changes; nothing is asked again and again.</summary>
/// <param name="Agent">Whose inbox; null when the caller named nobody.</param>
/// <param name="Timeout">How long to wait at most.</param>
public sealed record WaitForMessages(string? Agent, TimeSpan Timeout)
{
    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Wait for messages after this time or cursor, read or not; null for unread ones.</summary>
    public string? Since { get; init; }

    /// <summary>At most so many are given.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Whether what is returned counts as read from now on.</summary>
    public bool Acknowledge { get; init; }

    /// <summary>Runs the operation.</summary>
    public async Task<Outcome<AwaitedMessages>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (Timeout < TimeSpan.Zero || Timeout > Longest)
            return new Refusal("timeout-out-of-range", $"A wait of {Duration.Text(Timeout)} is out of range.", "Wait for 0s to 1d.");

        // Whatever is wrong with the question is told at once, not after the wait.
        var first = await Inbox(false).ExecuteAsync(session, cancellation);
        if (first.Data is not { } asked)
            return first.Refusal!;
        var project = await NamedProject.OfAsync(session, cancellation);
        if (project.Data is not { } named)
            return project.Refusal!;
        var filter = new InboxFilter(1) { AlsoRead = Since is not null, After = Place() };
        var arrived = await session.Store.UntilAsync(
            store => store.Inbox(named.In(store), asked.AgentId, filter) is { Count: > 0 } found ? found : null,
            Timeout,
            cancellation);
        if (arrived is null)
            return new AwaitedMessages(asked.AgentId, false, [], 0, asked.Cursor) { Timeout = true };

        var given = await Inbox(Acknowledge).ExecuteAsync(session, cancellation);
        return given.Data is { } inbox
            ? new AwaitedMessages(inbox.AgentId, inbox.Count > 0, inbox.Messages, inbox.Count, inbox.Cursor)
            : given.Refusal!;
    }

    private ReadInbox Inbox(bool acknowledge) => new(Agent, Limit, acknowledge) { Since = Since, AlsoRead = Since is not null };

    private MessagePlace Place() =>
        Since is not null && MessagePlace.TryParse(Since, out var place) is null ? place : MessagePlace.Beginning;
}

/// <summary>What a wait for messages gave.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="Received">Whether something came.</param>
/// <param name="Messages">Oldest first.</param>
/// <param name="Count">How many are here.</param>
/// <param name="Cursor">To be given as <c>--since</c> to go on from here, exactly; null when nothing was read.</param>
public sealed record AwaitedMessages(AgentId AgentId, bool Received, ImmutableArray<MessageLine> Messages, int Count, string? Cursor)
{
    /// <summary>True when the time was up first.</summary>
    public bool Timeout { get; init; }
}
