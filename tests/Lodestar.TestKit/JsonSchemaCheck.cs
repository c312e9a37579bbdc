using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lodestar.TestKit;

/// <summary>Holds a JSON value against a JSON Schema, for the part of 2020-12 our own schemas use. An unknown keyword is
/// an error, so that a schema never says more than is checked.</summary>
public static class JsonSchemaCheck
{
    private static readonly string[] Annotations = ["$schema", "title", "description", "default", "$defs", "$comment", "format"];

    /// <summary>Every way in which the value breaks the schema, each with its place.</summary>
    public static IReadOnlyList<string> Problems(JsonNode schema, JsonNode? value)
    {
        var problems = new List<string>();
        Check(schema, schema, value, "$", problems);
        return problems;
    }

    private static void Check(JsonNode root, JsonNode? schema, JsonNode? value, string at, List<string> problems)
    {
        if (schema is JsonValue flag && flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            if (flag.GetValueKind() == JsonValueKind.False)
                problems.Add($"{at}: nothing is allowed here");
            return;
        }

        foreach (var (keyword, rule) in schema!.AsObject())
        {
            switch (keyword)
            {
                case "type":
                    var types = rule is JsonArray many ? many.Select(one => one!.GetValue<string>()).ToArray() : [rule!.GetValue<string>()];
                    if (!types.Any(type => IsOf(type, value)))
                        problems.Add($"{at}: {KindOf(value)} is not {string.Join(" or ", types)}");
                    break;
                case "enum":
                    if (!rule!.AsArray().Any(one => JsonNode.DeepEquals(one, value)))
                        problems.Add($"{at}: {value?.ToJsonString() ?? "null"} is none of {rule.ToJsonString()}");
                    break;
                case "const":
                    if (!JsonNode.DeepEquals(rule, value))
                        problems.Add($"{at}: {value?.ToJsonString() ?? "null"} is not {rule?.ToJsonString() ?? "null"}");
                    break;
                case "properties" when value is JsonObject members:
                    foreach (var (name, member) in rule!.AsObject().Where(property => members.ContainsKey(property.Key)))
                        Check(root, member, members[name], $"{at}.{name}", problems);
                    break;
                case "required" when value is JsonObject members:
                    problems.AddRange(rule!.AsArray().Select(one => one!.GetValue<string>())
                        .Where(name => !members.ContainsKey(name)).Select(name => $"{at}: {name} is missing"));
                    break;
                case "additionalProperties" when value is JsonObject members:
                    var known = schema["properties"]?.AsObject();
                    foreach (var (name, member) in members.Where(member => known?.ContainsKey(member.Key) != true))
                        Check(root, rule, member, $"{at}.{name}", problems);
                    break;
                case "items" when value is JsonArray elements:
                    for (var index = 0; index < elements.Count; index++)
                        Check(root, rule, elements[index], $"{at}[{index}]", problems);
                    break;
                case "anyOf":
                    if (!rule!.AsArray().Any(one => Accepts(root, one, value, at)))
                        problems.Add($"{at}: fits none of the alternatives");
                    break;
                case "$ref":
                    Check(root, Resolve(root, rule!.GetValue<string>()), value, at, problems);
                    break;
                case "properties" or "required" or "additionalProperties" or "items":
                    break;
                default:
                    if (!Annotations.Contains(keyword))
                        problems.Add($"{at}: the schema uses {keyword}, which is not checked here");
                    break;
            }
        }
    }

    private static bool Accepts(JsonNode root, JsonNode? schema, JsonNode? value, string at)
    {
        var problems = new List<string>();
        Check(root, schema, value, at, problems);
        return problems.Count == 0;
    }

    private static JsonNode Resolve(JsonNode root, string pointer)
    {
        var found = root;
        foreach (var part in pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            found = (found is JsonArray list ? list[int.Parse(name)] : found[name])
                ?? throw new InvalidOperationException($"The schema points to {pointer}, which is not there.");
        }

        return found;
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "integer" => KindOf(value) == "number" && value!.AsValue().TryGetValue<decimal>(out var number) && number == decimal.Truncate(number),
        _ => KindOf(value) == type,
    };

    private static string KindOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var other => throw new InvalidOperationException($"{other} is no kind of JSON value."),
    };
}
