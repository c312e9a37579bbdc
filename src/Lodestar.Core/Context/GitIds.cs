using System.Text.Json.Serialization;

namespace Lodestar.Core.Context;

/// <summary>A Git commit, by its full object name (40 or 64 lower-case hex digits).</summary>
[JsonConverter(typeof(TextIdConverter<CommitId>))]
public readonly record struct CommitId(string Value) : ITextId<CommitId>
{
    /// <inheritdoc/>
    public static CommitId Parse(string text) => ObjectName.Is(text)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not a full commit id.");

    /// <summary>The first ten digits, for people.</summary>
    [JsonIgnore]
    public string Abbreviated => Value.Length > 10 ? Value[..10] : Value;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A Git tree, by its full object name (40 or 64 lower-case hex digits).</summary>
[JsonConverter(typeof(TextIdConverter<TreeId>))]
public readonly record struct TreeId(string Value) : ITextId<TreeId>
{
    /// <inheritdoc/>
    public static TreeId Parse(string text) => ObjectName.Is(text)
        ? new(text)
        : throw new FormatException($"\"{text}\" is not a full tree id.");

    /// <inheritdoc/>
    public override string ToString() => Value;
}

internal static class ObjectName
{
    internal static bool Is(string text) =>
        text.Length is 40 or 64 && text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;
}
