using System.Globalization;
using System.Text.Json.Nodes;

namespace Lodestar.Engine.Yaml;

/// <summary>YAML as JSON, for parts of a file that are passed on without being understood.</summary>
internal static class YamlJson
{
    /// <summary>A node and everything below it. Of duplicate keys the first counts; plain words mean what YAML 1.2 says.</summary>
    internal static JsonNode? Of(YamlNode node) => node switch
    {
        YamlMap map => Of(map),
        YamlList list => new JsonArray([.. list.Items.Select(Of)]),
        YamlScalar scalar => Of(scalar),
        _ => throw new ArgumentOutOfRangeException(nameof(node), node, "This kind of node has no JSON."),
    };

    /// <summary>A mapping.</summary>
    internal static JsonObject Of(YamlMap map)
    {
        var members = new JsonObject();
        foreach (var entry in map.Entries)
        {
            if (!members.ContainsKey(entry.Key.Value))
                members[entry.Key.Value] = Of(entry.Value);
        }

        return members;
    }

    private static JsonValue? Of(YamlScalar scalar)
    {
        if (scalar.IsNull)
            return null;
        if (scalar.Style != YamlStyle.Plain)
            return JsonValue.Create(scalar.Value);
        if (scalar.Value is "true" or "True" or "TRUE")
            return JsonValue.Create(true);
        if (scalar.Value is "false" or "False" or "FALSE")
            return JsonValue.Create(false);
        if (long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);
        const NumberStyles real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return char.IsAsciiDigit(scalar.Value[^1])
            && double.TryParse(scalar.Value, real, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : JsonValue.Create(scalar.Value);
    }
}
