using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lodestar.Core.Runs;

/// <summary>The one byte form of a JSON value (RFC 8785): members sorted by UTF-16 units, no blanks, numbers as
/// ECMAScript prints them. Equal values have equal bytes on every machine, so their hash can name an effect.</summary>
/// <remarks>What has no single meaning is refused with a <see cref="JsonException"/>: duplicate members, text that is not
/// Unicode, numbers outside the range of a double, and integers a double would silently change.</remarks>
public static class CanonicalJson
{
    /// <summary>Gives the canonical bytes of JSON text.</summary>
    public static byte[] Bytes(ReadOnlyMemory<byte> utf8Json)
    {
        using var document = JsonDocument.Parse(utf8Json);
        return Bytes(document.RootElement);
    }

    /// <summary>Gives the canonical bytes of a parsed value.</summary>
    public static byte[] Bytes(JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>(512);
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Gives the canonical bytes of a value built in memory; null is JSON's null.</summary>
    public static byte[] Bytes(JsonNode? value)
    {
        var output = new ArrayBufferWriter<byte>(512);
        Write(output, value);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Gives the canonical form as text.</summary>
    public static string Text(JsonElement value) => Encoding.UTF8.GetString(Bytes(value));

    /// <summary>Appends the canonical form of a parsed value.</summary>
    public static void Write(IBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, Members(value), Write);
                break;
            case JsonValueKind.Array:
                WriteArray(output, value.EnumerateArray(), Write);
                break;
            case JsonValueKind.String:
                CanonicalText.WriteString(output, TextOf(value));
                break;
            case JsonValueKind.Number:
                CanonicalText.WriteNumber(output, value.GetRawText());
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            case JsonValueKind.Null:
                output.Write("null"u8);
                break;
            default:
                throw new JsonException("There is no value to write.");
        }
    }

    /// <summary>Appends the canonical form of a value built in memory.</summary>
    public static void Write(IBufferWriter<byte> output, JsonNode? value)
    {
        switch (value)
        {
            case null:
                output.Write("null"u8);
                break;
            case JsonObject members:
                WriteObject(output, [.. members], Write);
                break;
            case JsonArray items:
                WriteArray(output, items, Write);
                break;
            case JsonValue scalar when scalar.TryGetValue<JsonElement>(out var parsed):
                Write(output, parsed);
                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var text):
                CanonicalText.WriteString(output, text);
                break;
            default:
                WriteScalar(output, value);
                break;
        }
    }

    private static void WriteObject<T>(
        IBufferWriter<byte> output, KeyValuePair<string, T>[] members, Action<IBufferWriter<byte>, T> write)
    {
        Array.Sort(members, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        output.Write("{"u8);
        for (var index = 0; index < members.Length; index++)
        {
            if (index > 0)
            {
                if (members[index].Key == members[index - 1].Key)
                    throw new JsonException($"Member \"{members[index].Key}\" occurs twice in one object.");
                output.Write(","u8);
            }

            CanonicalText.WriteString(output, members[index].Key);
            output.Write(":"u8);
            write(output, members[index].Value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray<T>(
        IBufferWriter<byte> output, IEnumerable<T> items, Action<IBufferWriter<byte>, T> write)
    {
        output.Write("["u8);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                output.Write(","u8);
            first = false;
            write(output, item);
        }

        output.Write("]"u8);
    }

    private static KeyValuePair<string, JsonElement>[] Members(JsonElement value)
    {
        var members = new List<KeyValuePair<string, JsonElement>>();
        try
        {
            foreach (var member in value.EnumerateObject())
                members.Add(new(member.Name, member.Value));
        }
        catch (InvalidOperationException cause)
        {
            throw new JsonException("A member's name is not Unicode text.", cause);
        }

        return [.. members];
    }

    // The reader reports half a surrogate pair, or bytes that are not UTF-8, only when the text is asked for.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException cause)
        {
            throw new JsonException("A string is not Unicode text.", cause);
        }
    }

    // Numbers, booleans, times: their own JSON text is read back, because it may use escapes that are not canonical.
    private static void WriteScalar(IBufferWriter<byte> output, JsonNode scalar)
    {
        try
        {
            using var document = JsonDocument.Parse(scalar.ToJsonString());
            Write(output, document.RootElement);
        }
        catch (ArgumentException cause)
        {
            throw new JsonException("A number is not finite.", cause);
        }
    }
}
