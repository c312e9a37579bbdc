using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Golden;

/// <summary>What the Python predecessor answered to a sequence of commands in an empty directory, trimmed to what a script
/// can rely on: exit status, <c>data</c>, whether there were warnings, and files. One JSON object a line in
/// <c>predecessor.jsonl</c>; what varies stands as a placeholder (<c>&lt;ROOT&gt;</c>, <c>&lt;AGENT:1&gt;</c>, <c>&lt;TS&gt;</c> ...).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record GoldenScenario(string Name, IReadOnlyList<JsonObject> Steps)
{
    /// <summary>All of them, in the order of the file.</summary>
    public static IReadOnlyList<GoldenScenario> All { get; } =
    [
        .. File.ReadLines(SourceTree.PathOf("tests", "Lodestar.Cli.Tests", "Golden", "predecessor.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .Select(line => new GoldenScenario(
                line["name"]!.GetValue<string>(), [.. line["steps"]!.AsArray().Select(step => step!.AsObject())])),
    ];

    /// <summary>The scenario of a name.</summary>
    public static GoldenScenario Named(string name) => All.Single(scenario => scenario.Name == name);
}
