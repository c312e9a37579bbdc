using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Lodestar.Engine.Schemas;

/// <summary>The JSON Schemas in <c>schemas/v1/</c>, which the program carries with it.</summary>
public static class PublishedSchema
{
    private static readonly ConcurrentDictionary<string, JsonNode> Read = new(StringComparer.Ordinal);

    /// <summary>The names of all, as their files are called.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["briefing", "charter", "command", "event", "heartbeat", "ledger-line", "log", "plan", "receipt", "run-state", "snapshot"];

    /// <summary>One of them.</summary>
    public static JsonNode Of(string name) => Read.GetOrAdd(name, static name =>
    {
        using var stream = typeof(PublishedSchema).Assembly.GetManifestResourceStream($"schemas/v1/{name}.json")
            ?? throw new InvalidOperationException($"The program carries no schema {name}.");
        return JsonNode.Parse(stream)!;
    });
}
