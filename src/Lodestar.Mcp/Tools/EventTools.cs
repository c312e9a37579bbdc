using System.Collections.Immutable;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;

namespace Lodestar.Mcp.Tools;

/// <summary>The tool about what happened: pull.</summary>
internal static class EventTools
{
    private const int UsualPage = 200;
    private const int LargestPage = 1000;

    private static readonly Argument<long?> Since = new("since_cursor", ArgumentKinds.WholeFrom(0));
    private static readonly Argument<int?> PageLimit = Arguments.Limit(LargestPage);
    private static readonly Argument<ImmutableArray<string>> Types = new("filter_types", ArgumentKinds.Texts);

    /// <summary>The tools.</summary>
    public static ImmutableArray<Tool> All { get; } = [Pull()];

    private static Tool<EventPage, EventsAnswer> Pull() => new("events_pull", "What happened after the cursor, oldest first.")
    {
        ReadsOnly = true,
        Accepts = [Since, PageLimit, Types, Arguments.MaxBytes],
        Page = new("events", line => line["id"]!.DeepClone()) { More = "more" },
        Run = (call, cancellation) => call.InSessionAsync(
            new ListEvents(call.Get(Since) ?? 0, call.Get(PageLimit) ?? UsualPage) { Types = call.Get(Types) }.ExecuteAsync, cancellation),
        Result = (outcome, _) => EventsAnswer.Of(outcome),
        Type = McpJson.Default.EventsAnswer,
        Summary = events => $"{events.Count} events; go on with {events.NextCursor}",
    };
}
