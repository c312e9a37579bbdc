using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Lodestar.Engine.Schemas;

/// <summary>Holds a JSON value against a JSON Schema, for the part of 2020-12 our own schemas use. An unknown keyword is
/// an error, so that a schema never says more than is checked.</summary>
public sealed class JsonSchemaCheck
{
    private static readonly string[] Annotations = ["$schema", "$id", "title", "description", "default", "$defs", "$comment"];
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private readonly JsonNode root;
    private readonly List<SchemaProblem> problems = [];

    private JsonSchemaCheck(JsonNode root) => this.root = root;

    /// <summary>Every way in which the value breaks the schema, each with its place.</summary>
    public static IReadOnlyList<SchemaProblem> Problems(JsonNode schema, JsonNode? value)
    {
        var check = new JsonSchemaCheck(schema);
        check.Check(schema, value, "$");
        return check.problems;
    }

    /// <summary>Whether a value fits a part of a schema, for example one of several alternatives.</summary>
    public static bool Accepts(JsonNode root, JsonNode? part, JsonNode? value)
    {
        var check = new JsonSchemaCheck(root);
        check.Check(part, value, "$");
        return check.problems.Count == 0;
    }

    /// <summary>The schema a part of another points to, or the part itself.</summary>
    public static JsonNode? Resolved(JsonNode root, JsonNode? part)
    {
        while (part is JsonObject && part["$ref"]?.GetValue<string>() is { } pointer)
            part = Find(root, pointer);
        return part;
    }

    private void Check(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is JsonValue flag && flag.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
        {
            if (flag.GetValueKind() == JsonValueKind.False)
                Add(at, "additionalProperties", "is not a member known here");
            return;
        }

        foreach (var (keyword, rule) in schema!.AsObject())
        {
            if (Annotations.Contains(keyword) || CheckAny(keyword, rule!, value, at))
                continue;
            switch (value)
            {
                case JsonObject members:
                    CheckObject(schema, keyword, rule!, members, at);
                    break;
                case JsonArray items:
                    CheckArray(keyword, rule!, items, at);
                    break;
                case JsonValue single:
                    CheckSingle(keyword, rule!, single, at);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Keywords that say something about values of every kind; false when the keyword is none of them.</summary>
    private bool CheckAny(string keyword, JsonNode rule, JsonNode? value, string at)
    {
        switch (keyword)
        {
            case "type":
                var types = rule is JsonArray many ? many.Select(one => one!.GetValue<string>()).ToArray() : [rule.GetValue<string>()];
                if (!types.Any(type => IsOf(type, value)))
                    Add(at, keyword, $"is {KindOf(value)}, not {string.Join(" or ", types)}");
                return true;
            case "enum":
                if (!rule.AsArray().Any(one => JsonNode.DeepEquals(one, value)))
                    Add(at, keyword, $"is {Shown(value)}, none of {string.Join(", ", rule.AsArray().Select(Shown))}");
                return true;
            case "const":
                if (!JsonNode.DeepEquals(rule, value))
                    Add(at, keyword, $"is {Shown(value)}, not {Shown(rule)}");
                return true;
            case "anyOf":
                CheckAlternatives(rule.AsArray(), value, at);
                return true;
            case "$ref":
                Check(Find(root, rule.GetValue<string>()), value, at);
                return true;
            case "properties" or "required" or "additionalProperties" or "items" or "pattern" or "format" or "minimum" or "maximum" or "minLength" or "minItems":
                return false;
            default:
                throw new InvalidOperationException($"The schema uses {keyword} at {at}, which is not checked.");
        }
    }

    private void CheckObject(JsonNode schema, string keyword, JsonNode rule, JsonObject members, string at)
    {
        switch (keyword)
        {
            case "properties":
                foreach (var (name, member) in rule.AsObject().Where(property => members.ContainsKey(property.Key)))
                    Check(member, members[name], $"{at}.{name}");
                break;
            case "required":
                foreach (var name in rule.AsArray().Select(one => one!.GetValue<string>()).Where(name => !members.ContainsKey(name)))
                    Add(at, keyword, $"has no member {name}");
                break;
            case "additionalProperties":
                var known = schema["properties"]?.AsObject();
                foreach (var (name, member) in members.Where(member => known?.ContainsKey(member.Key) != true))
                    Check(rule, member, $"{at}.{name}");
                break;
            default:
                break;
        }
    }

    private void CheckArray(string keyword, JsonNode rule, JsonArray items, string at)
    {
        if (keyword == "minItems" && items.Count < rule.GetValue<int>())
            Add(at, keyword, $"has {items.Count} items, fewer than {Shown(rule)}");
        for (var index = 0; keyword == "items" && index < items.Count; index++)
            Check(rule, items[index], $"{at}[{index.ToString(CultureInfo.InvariantCulture)}]");
    }

    private void CheckSingle(string keyword, JsonNode rule, JsonValue value, string at)
    {
        var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        var number = Number(value);
        switch (keyword)
        {
            case "pattern" when text is not null:
                if (!Regex.IsMatch(text, rule.GetValue<string>(), RegexOptions.CultureInvariant, PatternLimit))
                    Add(at, keyword, $"is {Shown(value)}, which is not of the form {rule.GetValue<string>()}");
                break;
            case "format" when text is not null && rule.GetValue<string>() == "date-time":
                if (!IsTime(text))
                    Add(at, keyword, $"is {Shown(value)}, which is no time of RFC 3339");
                break;
            case "minLength" when text is not null:
                if (text.Length < rule.GetValue<int>())
                    Add(at, keyword, "is empty");
                break;
            case "minimum" when number is not null:
                if (number < rule.GetValue<decimal>())
                    Add(at, keyword, $"is {Shown(value)}, less than {Shown(rule)}");
                break;
            case "maximum" when number is not null:
                if (number > rule.GetValue<decimal>())
                    Add(at, keyword, $"is {Shown(value)}, more than {Shown(rule)}");
                break;
            default:
                break;
        }
    }

    /// <summary>Of alternatives that name what they are for by a constant member, the one that is meant gives the reasons.</summary>
    private void CheckAlternatives(JsonArray alternatives, JsonNode? value, string at)
    {
        IReadOnlyList<SchemaProblem>? meant = null;
        foreach (var alternative in alternatives)
        {
            var inner = new JsonSchemaCheck(root);
            inner.Check(alternative, value, at);
            if (inner.problems.Count == 0)
                return;
            if (value is JsonObject members && IsMeant(Resolved(root, alternative), members))
                meant = inner.problems;
        }

        if (meant is not null)
            problems.AddRange(meant);
        else
            Add(at, "anyOf", "fits none of the alternatives");
    }

    private bool IsMeant(JsonNode? alternative, JsonObject members)
    {
        var constants = (alternative?["properties"]?.AsObject() ?? [])
            .Select(property => (property.Key, Rule: Resolved(root, property.Value) as JsonObject))
            .Where(property => property.Rule?.ContainsKey("const") == true || property.Rule?.ContainsKey("enum") == true)
            .ToArray();
        return constants.Length > 0 && constants.All(property => members.TryGetPropertyValue(property.Key, out var found)
            && (property.Rule!["const"] is { } only ? JsonNode.DeepEquals(only, found) : property.Rule["enum"]!.AsArray().Any(one => JsonNode.DeepEquals(one, found))));
    }

    private static JsonNode Find(JsonNode root, string pointer)
    {
        var found = root;
        foreach (var part in pointer.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            found = (found is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : found[name])
                ?? throw new InvalidOperationException($"The schema points to {pointer}, which is not there.");
        }

        return found;
    }

    private void Add(string at, string rule, string message) => problems.Add(new(at, rule, message));

    private static bool IsTime(string text) =>
        text.Length >= 20
        && text[10] is 'T'
        && (text[^1] == 'Z' || text[^6] is '+' or '-')
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static string Shown(JsonNode? value)
    {
        var text = value?.ToJsonString() ?? "null";
        return text.Length > 80 ? text[..79] + "…" : text;
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "integer" => value is JsonValue single && Number(single) is { } number && number == decimal.Truncate(number),
        _ => KindOf(value) == type,
    };

    // A value made in memory is of whatever type it was made from; its text is always the same.
    private static decimal? Number(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

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
