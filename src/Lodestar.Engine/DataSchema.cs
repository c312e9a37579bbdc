using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;

namespace Lodestar.Engine;

/// <summary>The JSON Schema (2020-12) of what a command or tool answers, made from the very type that is written.</summary>
public static class DataSchema
{
    /// <summary>The schema of a type, titled with the command or tool that gives it.</summary>
    /// <param name="type">The type.</param>
    /// <param name="title">Command, tool or kind of file.</param>
    /// <param name="refine">Says more about a part than its type does; null leaves it at that.</param>
    public static JsonObject Of(JsonTypeInfo type, string title, Func<JsonSchemaExporterContext, JsonNode, JsonNode>? refine = null)
    {
        var options = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = refine is null ? Close : (context, node) => refine(context, Close(context, node)),
        };
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = title,
        };
        foreach (var (name, value) in JsonSchemaExporter.GetJsonSchemaAsNode(type, options).AsObject())
            schema[name] = value?.DeepClone();
        schema["type"] = "object";
        return schema;
    }

    /// <summary>Says what the exporter cannot know: ids are text, nothing unnamed is ever written, and what is always
    /// written is required.</summary>
    private static JsonNode Close(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type);
        if (typeof(ITextId).IsAssignableFrom(type ?? context.TypeInfo.Type))
            return new JsonObject { ["type"] = type is null ? "string" : new JsonArray("string", "null") };

        if (context.TypeInfo.Kind != JsonTypeInfoKind.Object || node is not JsonObject schema)
            return node;
        // Of several shapes each is closed for itself, and what is referred to where it stands.
        if (schema.ContainsKey("anyOf") || schema.ContainsKey("$ref"))
            return node;
        schema["additionalProperties"] = false;
        var always = context.TypeInfo.Properties
            .Where(property => property.Get is not null && property.ShouldSerialize is null)
            .Select(property => (JsonNode)property.Name)
            .ToArray();
        if (always.Length > 0)
            schema["required"] = new JsonArray([.. (schema["required"]?.AsArray() ?? []).Select(name => name!.DeepClone()).Concat(always).DistinctBy(name => name.GetValue<string>())]);
        return schema;
    }
}
