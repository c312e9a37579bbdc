using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Finds messages anywhere in the project, newest first. All that is given must hold.</summary>
/// <param name="Limit">At most so many.</param>
public sealed record SearchMessages(int Limit = 50)
{
    /// <summary>Text that occurs in the message or its headline, with nothing in it having a special meaning.</summary>
    public string? Keyword { get; init; }

    /// <summary>Only of this thread.</summary>
    public string? Task { get; init; }

    /// <summary>Only of this sender.</summary>
    public string? From { get; init; }

    /// <summary>Only from this time on.</summary>
    public string? Since { get; init; }

    /// <summary>Only up to this time.</summary>
    public string? Until { get; init; }

    /// <summary>Only older than where an earlier answer stopped: its cursor.</summary>
    public string? Before { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<FoundMessages>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (MessageLimit.Check(Limit) is { } bad)
            return System.Threading.Tasks.Task.FromResult<Outcome<FoundMessages>>(bad);
        return Filter(out var search) is { } refusal
            ? System.Threading.Tasks.Task.FromResult<Outcome<FoundMessages>>(refusal)
            : session.QueryAsync<FoundMessages>(plane => Find(plane, search), cancellation);
    }

    private FoundMessages Find(PlaneView plane, MessageSearch search)
    {
        var found = plane.Store.SearchMessages(plane.Project, search);
        return new(
            [.. found.Select(message => MessageLine.Of(message, plane.Store))],
            found.Count,
            new(Keyword, search.Task, From, Since, Until),
            found.Count == Limit ? MessagePlace.After(found[^1]).Cursor : null);
    }

    private Refusal? Filter(out MessageSearch search)
    {
        search = new MessageSearch(Limit) { Keyword = Keyword, From = From };
        if (new[] { Keyword, Task, From, Since, Until }.All(string.IsNullOrEmpty))
            return new Refusal("filter-needed", "What to search for is not said.", "Give a text, --task, --from, --since or --until.");
        DateTimeOffset? since = null, until = null;
        if (Since is not null && Times.TryParse(Since, out since) is { } badSince)
            return badSince;
        if (Until is not null && Times.TryParse(Until, out until) is { } badUntil)
            return badUntil;
        var place = MessagePlace.Beginning;
        if (Before is not null && (MessagePlace.TryParse(Before, out place) is { } || place.Seq is null))
            return new Refusal("time-invalid", $"\"{Before}\" is no cursor.", "Give the cursor of an earlier answer.");
        search = search with
        {
            Task = Task is null ? null : new TaskId(MessageAddress.TaskIn(Task)),
            Since = since,
            Until = until,
            Before = place.Seq,
        };
        return null;
    }
}

/// <summary>Messages found.</summary>
/// <param name="Messages">Newest first.</param>
/// <param name="Count">How many are here.</param>
/// <param name="Filters">What was asked for.</param>
/// <param name="Cursor">To be given as <c>--before</c> for older ones; null when there are none.</param>
public sealed record FoundMessages(ImmutableArray<MessageLine> Messages, int Count, MessageFilters Filters, string? Cursor);

/// <summary>What a search asked for, as it was given.</summary>
/// <param name="Keyword">The text searched for, or null.</param>
/// <param name="TaskId">The thread, or null.</param>
/// <param name="FromAgentId">The sender, or null.</param>
/// <param name="Since">The earliest time, or null.</param>
/// <param name="Until">The latest time, or null.</param>
public sealed record MessageFilters(string? Keyword, TaskId? TaskId, string? FromAgentId, string? Since, string? Until);
