using System.Text.Json;
using System.Text.Json.Nodes;
using Lodestar.Engine;
using Lodestar.Mcp.Tools;
using ModelContextProtocol.Protocol;
using Tool = Lodestar.Mcp.Tools.Tool;

namespace Lodestar.Mcp;

/// <summary>Tools as the protocol shows them. Names, purposes and schemas together stay small: clients put them into every
/// conversation. What a result holds in full is the resource <c>lodestar://schema/TOOL</c>.</summary>
internal static class ToolDescriptions
{
    // Before this version of the protocol, clients see the text alone.
    private const string FirstWithStructure = "2025-06-18";

    /// <summary>Says that there is a structured result, and no more. A refused call's result fits too, because some clients
    /// check that one also.</summary>
    private static readonly JsonElement AnyObject = Element(new JsonObject { ["type"] = "object" });

    /// <summary>The answer to <c>tools/list</c>.</summary>
    public static ListToolsResult All { get; } = new() { Tools = [.. ToolList.All.Select(Describe)] };

    /// <summary>The full schema of a tool's structured result.</summary>
    public static JsonObject Schema(Tool tool)
    {
        var schema = DataSchema.Of(tool.ResultType, tool.Name);
        schema["properties"]!.AsObject()["truncated"] = new JsonObject
        {
            ["type"] = "boolean",
            ["description"] = "Present when something was cut to keep the answer small: ask with max_bytes, or for the next page.",
        };
        return schema;
    }

    /// <summary>The schema of a refused call's structured result.</summary>
    public static JsonObject ErrorSchema() => JsonNode.Parse(
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"error","type":"object","additionalProperties":false,
        "required":["ok","error"],"properties":{"ok":{"const":false},"error":{"type":"object","additionalProperties":false,
        "required":["code","message","hint","details","retriable"],"properties":{"code":{"type":"string"},"message":{"type":"string"},
        "hint":{"type":["string","null"]},"details":{"type":"object"},"retriable":{"type":"boolean"}}},"truncated":{"type":"boolean"}}}
        """)!.AsObject();

    /// <summary>An answer as the protocol carries it.</summary>
    public static CallToolResult Result(ToolAnswer answer, string? protocol)
    {
        var old = protocol is not null && string.CompareOrdinal(protocol, FirstWithStructure) < 0;
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = old ? answer.Structured.ToJsonString() : answer.Summary }],
            StructuredContent = JsonSerializer.SerializeToElement(answer.Structured, McpJson.Default.JsonObject),
            IsError = answer.Code is not null,
        };
    }

    private static ModelContextProtocol.Protocol.Tool Describe(Tool tool)
    {
        var input = new JsonObject { ["type"] = "object" };
        if (!tool.Accepts.IsEmpty)
            input["properties"] = new JsonObject(tool.Accepts.Select(argument => KeyValuePair.Create(argument.Name, (JsonNode?)argument.Schema())));
        var needed = tool.Accepts.Where(argument => argument.Required).Select(argument => (JsonNode)argument.Name).ToArray();
        if (needed.Length > 0)
            input["required"] = new JsonArray(needed);
        return new()
        {
            Name = tool.Name,
            Description = tool.Purpose,
            InputSchema = Element(input),
            OutputSchema = AnyObject,
            Annotations = tool.ReadsOnly ? new ToolAnnotations { ReadOnlyHint = true } : null,
        };
    }

    private static JsonElement Element(JsonObject schema) => JsonSerializer.SerializeToElement(schema, McpJson.Default.JsonObject);
}
