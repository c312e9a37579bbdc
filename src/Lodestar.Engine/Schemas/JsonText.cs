using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Lodestar.Engine.Schemas;

/// <summary>Reads JSON that others wrote, strictly, and holds it against a schema.</summary>
internal static class JsonText
{
    /// <summary>Reads one value; null when it cannot be read, and then the reason is among the problems.</summary>
    /// <param name="text">The bytes.</param>
    /// <param name="firstLine">The number of their first line within the file.</param>
    /// <param name="problems">Where problems go.</param>
    internal static JsonNode? Read(ReadOnlySpan<byte> text, long firstLine, FileProblems problems)
    {
        if (Spoiled(text) is { } spoiled)
        {
            var (line, column) = Position(text, spoiled.Offset);
            problems.Add(new(firstLine + line - 1, column, "$", spoiled.Rule, spoiled.Message));
            return null;
        }

        try
        {
            var (halfPair, again) = JsonPlaces.LetPass(text);
            if (halfPair is { } half)
            {
                var (row, place) = Position(text, half);
                problems.Add(new(firstLine + row - 1, place, "$", "half-surrogate", "A text holds half of a surrogate pair, which is no character."));
                return null;
            }

            var node = JsonNode.Parse(text);
            if (again is not { } repeated)
            {
                if (node is null)
                    problems.Add(firstLine, "type", "It is null.");
                return node;
            }

            var (line, column) = Position(text, repeated.Offset);
            problems.Add(new(firstLine + line - 1, column, repeated.Name, "member-repeated", $"{repeated.Name} occurs twice."));
        }
        catch (JsonException cause)
        {
            problems.Add(new(
                firstLine + (cause.LineNumber ?? 0), (int)(cause.BytePositionInLine ?? 0) + 1, "$", "not-json", Told(cause)));
        }

        return null;
    }

    /// <summary>Adds every way in which a value breaks a schema.</summary>
    /// <returns>True when it breaks it in none.</returns>
    internal static bool Fits(string schema, JsonNode value, ReadOnlySpan<byte> text, long firstLine, FileProblems problems)
    {
        var broken = JsonSchemaCheck.Problems(PublishedSchema.Of(schema), value);
        if (broken.Count == 0)
            return true;
        var places = JsonPlaces.Of(text, broken.Take(FileProblems.Most).Select(problem => problem.At).ToHashSet(StringComparer.Ordinal));
        foreach (var problem in broken)
        {
            var (line, column) = places.TryGetValue(problem.At, out var offset) ? Position(text, offset) : (1, 1);
            problems.Add(new(firstLine + line - 1, column, problem.At, problem.Rule, $"{problem.At} {problem.Message}."));
        }

        return false;
    }

    /// <summary>Line and column of a byte, both from 1.</summary>
    private static (int Line, int Column) Position(ReadOnlySpan<byte> text, int offset)
    {
        var before = text[..offset];
        return (before.Count((byte)'\n') + 1, offset - before.LastIndexOf((byte)'\n'));
    }

    private static (int Offset, string Rule, string Message)? Spoiled(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            return (0, "byte-order-mark", "It begins with a byte order mark.");
        if (text.IndexOf((byte)0) is >= 0 and var zero)
            return (zero, "nul-padding", "It holds a NUL byte, as a file does after power was lost.");
        return Utf8.IsValid(text) ? null : (0, "not-utf8", "It is not UTF-8.");
    }

    /// <summary>True for what reading JSON that is none throws. A text with half of a surrogate pair ("\ud800") passes the parser, and
    /// is an <see cref="InvalidOperationException"/> for whoever reads it.</summary>
    internal static bool IsFault(Exception cause) => cause is JsonException or InvalidOperationException;

    // What the parser says ends with its own coordinates, which are not those of the file.
    private static string Told(JsonException cause)
    {
        var message = cause.Message.ReplaceLineEndings(" ");
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
