using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Lodestar.Core;

namespace Lodestar.Mcp.Tools;

/// <summary>What a call came to.</summary>
/// <param name="Structured">The structured result, or the refusal as an object.</param>
/// <param name="Summary">The same in one line.</param>
internal sealed record ToolAnswer(JsonObject Structured, string Summary)
{
    /// <summary>Codes that may be gone when the same call is made again.</summary>
    private static readonly ImmutableHashSet<string> Passing =
        ["store-busy", "spec-busy", "store-replaced", "repository-busy", "server-busy", "git-interrupted"];

    /// <summary>The refusal's code; null when the call was answered.</summary>
    public string? Code { get; init; }

    /// <summary>The resources that read differently now.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>A call that was refused.</summary>
    public static ToolAnswer Of(Refusal refusal)
    {
        var error = new JsonObject
        {
            ["code"] = refusal.Code,
            ["message"] = refusal.Message,
            ["hint"] = refusal.Hint,
            ["details"] = refusal.Details.DeepClone(),
            ["retriable"] = Passing.Contains(refusal.Code),
        };
        var told = refusal.Hint is null ? refusal.Message : $"{refusal.Message} Hint: {refusal.Hint}";
        return new(new JsonObject { ["ok"] = false, ["error"] = error }, $"Error: {told}") { Code = refusal.Code };
    }
}
