using System.Text.Json.Nodes;
using Lodestar.Engine.Schemas;

namespace Lodestar.TestKit;

/// <summary>An answer damaged in every way a schema must notice: a member missing, renamed, added, or of another type.</summary>
public static class JsonSchemaMutations
{
    /// <summary>Mutations the schema lets through, each named with its place; none is as it should be.</summary>
    /// <param name="schema">A schema <see cref="JsonSchemaCheck"/> knows.</param>
    /// <param name="value">A value that fits it.</param>
    public static IReadOnlyList<string> Unnoticed(JsonNode schema, JsonNode value)
    {
        var unnoticed = new List<string>();
        Walk(schema, value, "$");
        return unnoticed;

        void Try(string what, JsonNode target, Func<JsonNode, JsonNode> change)
        {
            if (JsonSchemaCheck.Problems(schema, Copy(value, target, change)).Count == 0)
                unnoticed.Add(what);
        }

        void Walk(JsonNode part, JsonNode? found, string at)
        {
            part = JsonSchemaCheck.Resolved(schema, part)!;
            switch (found)
            {
                case JsonObject members when part["properties"] is JsonObject properties:
                    Members(part, properties, members, at);
                    foreach (var (name, member) in members.Where(member => properties.ContainsKey(member.Key)).ToArray())
                        Walk(properties[name]!, member, $"{at}.{name}");
                    break;
                case JsonObject map when part["additionalProperties"] is JsonObject each:
                    foreach (var (name, member) in map.Take(1).ToArray())
                        Walk(each, member, $"{at}.{name}");
                    break;
                case JsonArray { Count: > 0 } items when part["items"] is { } item:
                    Walk(item, items[0], $"{at}[0]");
                    break;
            }

            if (part is JsonObject && part["anyOf"] is JsonArray alternatives
                && alternatives.FirstOrDefault(one => JsonSchemaCheck.Accepts(schema, one, found)) is { } meant)
                Walk(meant, found, at);

            // Free JSON has no type to break; a null has no place of its own in the tree, and other answers have a value there.
            if (at != "$" && found is not null && part is JsonObject && part["type"] is { } types)
                Try($"{at} of another type", found, _ => Other(types));
        }

        void Members(JsonNode part, JsonObject properties, JsonObject members, string at)
        {
            var required = part["required"]?.AsArray().Select(one => one!.GetValue<string>()).ToHashSet() ?? [];
            Try($"{at} with one more member", members, node => With(node.AsObject(), "no_such_member"));
            foreach (var name in properties.Select(property => property.Key).Where(members.ContainsKey))
            {
                Try($"{at}.{name} renamed", members, node => With(Without(node.AsObject(), name), name + "_"));
                if (required.Contains(name))
                    Try($"{at}.{name} missing", members, node => Without(node.AsObject(), name));
            }
        }
    }

    /// <summary>The whole again, with one node in it changed.</summary>
    private static JsonNode? Copy(JsonNode? whole, JsonNode? target, Func<JsonNode, JsonNode> change)
    {
        if (ReferenceEquals(whole, target) && whole is not null)
            return change(whole.DeepClone());
        return whole switch
        {
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Copy(member.Value, target, change)))),
            JsonArray items => new JsonArray([.. items.Select(item => Copy(item, target, change))]),
            _ => whole?.DeepClone(),
        };
    }

    /// <summary>A value of a type the schema does not allow.</summary>
    private static JsonValue Other(JsonNode types) =>
        types.ToJsonString().Contains("boolean", StringComparison.Ordinal) ? JsonValue.Create("text") : JsonValue.Create(true);

    private static JsonObject With(JsonObject members, string name)
    {
        members[name] = 1;
        return members;
    }

    private static JsonObject Without(JsonObject members, string name)
    {
        members.Remove(name);
        return members;
    }
}
