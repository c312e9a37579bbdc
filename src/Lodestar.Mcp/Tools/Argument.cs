using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lodestar.Mcp.Tools;

/// <summary>One argument of a tool. What is declared here is both the schema clients see and the check of what they send.</summary>
/// <param name="name">Its name, in snake_case.</param>
internal abstract class Argument(string name)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>What it means, where the name does not say so. Clients pay for every word, in every session.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the tool makes no sense without it.</summary>
    public bool Required { get; init; }

    /// <summary>What a value must be, to end the sentence "It must be ...".</summary>
    public abstract string Expected { get; }

    /// <summary>Its JSON Schema.</summary>
    public JsonObject Schema()
    {
        var schema = JsonNode.Parse(Shape)!.AsObject();
        if (Description is not null)
            schema["description"] = Description;
        return schema;
    }

    /// <summary>Whether a value that was sent can be read.</summary>
    public abstract bool Accepts(JsonElement sent);

    private protected abstract string Shape { get; }
}

/// <summary>An argument that is read as a <typeparamref name="T"/>.</summary>
/// <typeparam name="T">What the tool gets.</typeparam>
/// <param name="name">Its name, in snake_case.</param>
/// <param name="kind">How it is written and read.</param>
internal sealed class Argument<T>(string name, ArgumentKind<T> kind) : Argument(name)
{
    /// <summary>What the tool gets when nothing was sent.</summary>
    public T Absent { get; init; } = kind.Absent;

    /// <inheritdoc/>
    public override string Expected => kind.Expected;

    private protected override string Shape => kind.Shape;

    /// <inheritdoc/>
    public override bool Accepts(JsonElement sent) => kind.TryRead(sent, out _);

    /// <summary>The value that was sent; it was accepted before.</summary>
    public T Read(JsonElement sent) => kind.TryRead(sent, out var value) ? value : Absent;
}

/// <summary>Reads a value that was sent; false when it is not of the kind.</summary>
/// <typeparam name="T">What is read.</typeparam>
internal delegate bool ArgumentReader<T>(JsonElement sent, out T value);

/// <summary>How a kind of argument is written and read.</summary>
/// <typeparam name="T">What the tool gets.</typeparam>
/// <param name="Shape">The schema, as JSON text.</param>
/// <param name="Expected">What a value must be.</param>
/// <param name="Absent">What the tool gets when nothing was sent.</param>
/// <param name="TryRead">Reads a value.</param>
internal sealed record ArgumentKind<T>(string Shape, string Expected, T Absent, ArgumentReader<T> TryRead);

/// <summary>The kinds of arguments there are.</summary>
internal static class ArgumentKinds
{
    /// <summary>Free text, taken as it is.</summary>
    public static ArgumentKind<string?> Text { get; } = new("""{"type":"string"}""", "text", null, ReadText);

    /// <summary>An identifier: blanks around it do not count, and it is not empty.</summary>
    public static ArgumentKind<string?> Id { get; } = new("""{"type":"string"}""", "text that is not blank", null, ReadId);

    /// <summary>Several texts.</summary>
    public static ArgumentKind<ImmutableArray<string>> Texts { get; } =
        new("""{"type":"array","items":{"type":"string"}}""", "a list of texts", [], ReadTexts);

    /// <summary>A text for each of several names.</summary>
    public static ArgumentKind<ImmutableDictionary<string, string>> TextByName { get; } = new(
        """{"type":"object","additionalProperties":{"type":"string"}}""",
        "an object whose values are texts",
        ImmutableDictionary<string, string>.Empty,
        ReadMap);

    /// <summary>Yes or no.</summary>
    public static ArgumentKind<bool> Flag { get; } = new("""{"type":"boolean"}""", "true or false", false, ReadFlag);

    /// <summary>A whole number.</summary>
    public static ArgumentKind<long?> Whole { get; } = new("""{"type":"integer"}""", "a whole number", null, ReadWhole);

    /// <summary>A whole number that is not too small.</summary>
    public static ArgumentKind<long?> WholeFrom(long least) => new(
        """{"type":"integer"}""",
        $"a whole number from {least} on",
        null,
        (JsonElement sent, out long? value) => ReadWhole(sent, out value) && value >= least);

    /// <summary>A whole number within bounds.</summary>
    public static ArgumentKind<int?> From(int least, int most) => new(
        """{"type":"integer"}""",
        $"a whole number from {least} to {most}",
        null,
        (JsonElement sent, out int? value) =>
        {
            value = sent.ValueKind == JsonValueKind.Number && sent.TryGetInt32(out var number) && number >= least && number <= most ? number : null;
            return value is not null;
        });

    /// <summary>One of a few words, in any case.</summary>
    public static ArgumentKind<string?> OneOf(params ImmutableArray<string> words) => new(
        $$"""{"enum":[{{string.Join(',', words.Select(word => $"\"{word}\""))}}]}""",
        $"one of {string.Join(", ", words)}",
        null,
        (JsonElement sent, out string? value) =>
        {
            var text = sent.ValueKind == JsonValueKind.String ? sent.GetString()!.Trim() : null;
            value = words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase));
            return value is not null;
        });

    private static bool ReadText(JsonElement sent, out string? value)
    {
        value = sent.ValueKind == JsonValueKind.String ? sent.GetString() : null;
        return value is not null;
    }

    private static bool ReadId(JsonElement sent, out string? value)
    {
        value = sent.ValueKind == JsonValueKind.String ? sent.GetString()!.Trim() : null;
        return value is { Length: > 0 };
    }

    private static bool ReadTexts(JsonElement sent, out ImmutableArray<string> value)
    {
        var texts = sent.ValueKind == JsonValueKind.Array && sent.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String);
        value = texts ? [.. sent.EnumerateArray().Select(item => item.GetString()!)] : [];
        return texts;
    }

    private static bool ReadMap(JsonElement sent, out ImmutableDictionary<string, string> value)
    {
        var map = sent.ValueKind == JsonValueKind.Object && sent.EnumerateObject().All(member => member.Value.ValueKind == JsonValueKind.String);
        var builder = ImmutableDictionary.CreateBuilder<string, string>();
        if (map)
        {
            foreach (var member in sent.EnumerateObject())
                builder[member.Name] = member.Value.GetString()!;
        }

        value = builder.ToImmutable();
        return map;
    }

    private static bool ReadFlag(JsonElement sent, out bool value)
    {
        value = sent.ValueKind == JsonValueKind.True;
        return value || sent.ValueKind == JsonValueKind.False;
    }

    private static bool ReadWhole(JsonElement sent, out long? value)
    {
        value = sent.ValueKind == JsonValueKind.Number && sent.TryGetInt64(out var number) ? number : null;
        return value is not null;
    }
}
