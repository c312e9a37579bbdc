using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lodestar.Engine.Storage.Predecessor;

/// <summary>One row as the Python Lodestar left it: every value as text.</summary>
/// <param name="Table">The table it stood in.</param>
/// <param name="Values">Its columns, in their order.</param>
internal sealed record OldRow(string Table, IReadOnlyList<KeyValuePair<string, string?>> Values)
{
    // Its times are ISO 8601 in UTC; the fraction is left out when it is zero, and a database layer in between may have
    // written a blank for the T.
    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK"];

    /// <summary>A column's value; null when it is null or the release had no such column.</summary>
    internal string? this[string column] => Values.FirstOrDefault(value => value.Key == column).Value;

    /// <summary>A time; null when it is none.</summary>
    internal DateTimeOffset? Time(string column) => DateTimeOffset.TryParseExact(
        this[column], Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
        ? StoreTime.Rounded(time)
        : null;

    /// <summary>A whole number; null when it is none.</summary>
    internal long? Number(string column) =>
        long.TryParse(this[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>JSON; null when it is none.</summary>
    internal JsonNode? Json(string column)
    {
        try
        {
            return this[column] is { } text ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>True when a column that should hold JSON holds something else.</summary>
    internal bool IsBroken(string column) => this[column] is { Length: > 0 } text && text != "null" && Json(column) is null;

    /// <summary>The row whole, for the record of what could not be taken over.</summary>
    internal JsonObject Whole() => new(Values.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)value.Value)));

    /// <summary>The text of a JSON value: a string's own, another value as written.</summary>
    internal static string Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";
}
