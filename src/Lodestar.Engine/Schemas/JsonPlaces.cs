using System.Globalization;
using System.Text.Json;

namespace Lodestar.Engine.Schemas;

/// <summary>Finds where in a JSON text its parts stand, so that people are told a line and not only a path.</summary>
internal static class JsonPlaces
{
    /// <summary>The byte at which each of the wanted parts begins.</summary>
    /// <param name="json">A text that was read before, so it is JSON.</param>
    /// <param name="wanted">Parts as <see cref="SchemaProblem.At"/> names them.</param>
    internal static IReadOnlyDictionary<string, int> Of(ReadOnlySpan<byte> json, IReadOnlySet<string> wanted)
    {
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<(string At, int Index)>();
        var at = "$";
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        while (found.Count < wanted.Count && reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    at = $"{open.Peek().At}.{reader.GetString()}";
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                default:
                    if (wanted.Contains(at))
                        found.TryAdd(at, (int)reader.TokenStartIndex);
                    break;
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push((at, -1));
                    continue;
                case JsonTokenType.StartArray:
                    open.Push((at, 0));
                    at = Item(at, 0);
                    continue;
                default:
                    break;
            }

            if (open.TryPeek(out var parent) && parent.Index >= 0)
            {
                open.Pop();
                open.Push((parent.At, parent.Index + 1));
                at = Item(parent.At, parent.Index + 1);
            }
        }

        return found;
    }

    /// <summary>What the parser lets pass and nobody should: where the first text stands that holds half of a surrogate pair, and the
    /// first member whose name its object has already.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static (int? HalfPair, (string Name, int Offset)? Repeated) LetPass(ReadOnlySpan<byte> json)
    {
        (string, int)? repeated = null;
        var open = new Stack<HashSet<string>>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    open.Push(new(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName or JsonTokenType.String when reader.ValueIsEscaped && TextOf(ref reader) is null:
                    return ((int)reader.TokenStartIndex, repeated);
                case JsonTokenType.PropertyName when !open.Peek().Add(reader.GetString()!):
                    repeated ??= (reader.GetString()!, (int)reader.TokenStartIndex);
                    break;
                default:
                    break;
            }
        }

        return (null, repeated);
    }

    /// <summary>A text, or null when it holds half of a surrogate pair.</summary>
    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Item(string at, int index) => $"{at}[{index.ToString(CultureInfo.InvariantCulture)}]";
}
