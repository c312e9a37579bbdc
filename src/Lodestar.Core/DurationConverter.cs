using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Core;

/// <summary>Writes a length of time as people do: <c>15m</c>.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Duration.TryParse(reader.GetString() ?? "", out var length)
            ? length
            : throw new JsonException($"A length of time is written {Duration.Forms}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Duration.Text(value));
}
