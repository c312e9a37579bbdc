using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>What happened, oldest first.</summary>
/// <param name="Ok">True.</param>
/// <param name="Events">The events.</param>
/// <param name="Count">How many are here.</param>
/// <param name="NextCursor">To be sent as <c>since_cursor</c> to go on from here; there on the last page too, so that a client
/// can follow.</param>
/// <param name="More">Whether there may be more already.</param>
/// <param name="First">The number from which events are kept.</param>
/// <param name="Warnings">What the caller should know.</param>
internal sealed record EventsAnswer(
    bool Ok, ImmutableArray<EventsAnswer.Happening> Events, int Count, long NextCursor, bool More, long First, ImmutableArray<ToolWarning> Warnings)
{
    /// <summary>The answer for a page.</summary>
    public static EventsAnswer Of(Outcome<EventPage> outcome)
    {
        var page = outcome.Data!;
        return new(true, [.. page.Events.Select(Happening.Of)], page.Count, page.Cursor, page.More, page.First, ToolWarning.Of(outcome.Warnings));
    }

    /// <summary>One event; what it is not about is absent.</summary>
    internal sealed record Happening(long Id, DateTimeOffset CreatedAt, string Type)
    {
        /// <summary>Who did it.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public AgentId? ActorAgentId { get; init; }

        /// <summary>The task it happened to.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public TaskId? TaskId { get; init; }

        /// <summary>The run it happened in.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public RunId? RunId { get; init; }

        /// <summary>Further facts.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public JsonObject? Payload { get; init; }

        /// <summary>The line for an event.</summary>
        public static Happening Of(EventLine line) => new(line.Seq, line.At, line.Type)
        {
            ActorAgentId = line.AgentId,
            TaskId = line.TaskId,
            RunId = line.RunId,
            Payload = line.Data.Count == 0 ? null : line.Data,
        };
    }
}
