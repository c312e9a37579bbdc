using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lodestar.Core;

/// <summary>Writes an identifier as its text, also as the name of an object member.</summary>
/// <typeparam name="TId">The identifier type.</typeparam>
public sealed class TextIdConverter<TId> : JsonConverter<TId>
    where TId : struct, ITextId<TId>
{
    /// <inheritdoc/>
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        From(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    /// <inheritdoc/>
    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        From(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);

    private static TId From(string? text)
    {
        try
        {
            return TId.Parse(text ?? "");
        }
        catch (FormatException cause)
        {
            throw new JsonException(cause.Message, cause);
        }
    }
}
