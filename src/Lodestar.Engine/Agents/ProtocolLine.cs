using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Engine.Schemas;

namespace Lodestar.Engine.Agents;

/// <summary>What the published forms of the protocol (<c>schemas/v1</c>) say about a line: agents are held to the same words
/// as the files that tell of them.</summary>
/// <param name="Problem">The first thing wrong with it; null when it is a message of its kind.</param>
/// <param name="IsAddressed">For an event: true when all is there that every event must have, whatever its name owes besides.</param>
internal readonly record struct ProtocolLine(string? Problem, bool IsAddressed)
{
    /// <summary>The form of all events, without what single ones must have besides.</summary>
    private static readonly JsonObject AnyEvent = WithoutAlternatives(PublishedSchema.Of("event"));

    /// <summary>Holds a line against the form of its kind.</summary>
    /// <param name="kind">"event", "heartbeat" or "log".</param>
    /// <param name="line">One JSON object.</param>
    internal static ProtocolLine Check(string kind, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        var problems = new FileProblems();
        if (JsonText.Read(bytes, 1, problems) is not { } value)
            return new(problems.Listed[0].Message, false);
        return JsonText.Fits(kind, value, bytes, 1, problems)
            ? new(null, true)
            : new(problems.Listed[0].Message, kind == "event" && JsonSchemaCheck.Accepts(AnyEvent, AnyEvent, value));
    }

    private static JsonObject WithoutAlternatives(JsonNode schema)
    {
        var rest = schema.DeepClone().AsObject();
        rest.Remove("anyOf");
        return rest;
    }
}
