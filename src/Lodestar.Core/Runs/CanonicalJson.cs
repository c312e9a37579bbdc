using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

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

    /// <summary>Gives the canonical form as text.</summary>
    public static string Text(JsonElement value) => Encoding.UTF8.GetString(Bytes(value));

    /// <summary>Appends the canonical form of a parsed value.</summary>
    public static void Write(IBufferWriter<byte> output, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(output, value);
                break;
            case JsonValueKind.Array:
                WriteArray(output, value);
                break;
            case JsonValueKind.String:
                WriteString(output, value);
                break;
            case JsonValueKind.Number:
                CanonicalText.WriteNumber(output, JsonMarshal.GetRawUtf8Value(value));
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

    private static void WriteObject(IBufferWriter<byte> output, JsonElement value)
    {
        var members = Members(value);
        for (var index = 1; index < members.Length; index++)
        {
            // What we write ourselves is often sorted already.
            if (string.CompareOrdinal(members[index - 1].Key, members[index].Key) < 0)
                continue;
            Array.Sort(members, static (left, right) => string.CompareOrdinal(left.Key, right.Key));
            break;
        }

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
            Write(output, members[index].Value);
        }

        output.Write("}"u8);
    }

    private static void WriteArray(IBufferWriter<byte> output, JsonElement value)
    {
        output.Write("["u8);
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
                output.Write(","u8);
            first = false;
            Write(output, item);
        }

        output.Write("]"u8);
    }

    private static KeyValuePair<string, JsonElement>[] Members(JsonElement value)
    {
        var members = new KeyValuePair<string, JsonElement>[value.GetPropertyCount()];
        var count = 0;
        try
        {
            foreach (var member in value.EnumerateObject())
                members[count++] = new(member.Name, member.Value);
        }
        catch (InvalidOperationException cause)
        {
            throw new JsonException("A member's name is not Unicode text.", cause);
        }

        return members;
    }

    private static void WriteString(IBufferWriter<byte> output, JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (IsCanonical(raw))
            output.Write(raw);
        else
            CanonicalText.WriteString(output, TextOf(value));
    }

    /// <summary>True when a text stands in the document as it stands in the canonical form: JSON allows no control character as
    /// such, and of the escapes only <c>\/</c> and <c>\u</c> can be written otherwise.</summary>
    private static bool IsCanonical(ReadOnlySpan<byte> raw)
    {
        var rest = raw;
        for (var at = rest.IndexOf((byte)'\\'); at >= 0; at = rest.IndexOf((byte)'\\'))
        {
            if (rest[at + 1] is (byte)'/' or (byte)'u')
                return false;
            rest = rest[(at + 2)..];
        }

        return Utf8.IsValid(raw);
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
}
