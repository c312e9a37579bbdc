using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Lodestar.Core;

namespace Lodestar.Engine.Yaml;

/// <summary>Takes typed values out of a mapping and reports what does not fit, with its place. Absent and null are the same.</summary>
/// <param name="errors">Where errors go.</param>
public sealed class YamlFields(SourceErrors errors)
{
    /// <summary>The value of a key; null when absent or null.</summary>
    public static YamlNode? Value(YamlMap map, string key) =>
        map.Find(key)?.Value is { } node and not YamlScalar { IsNull: true } ? node : null;

    /// <summary>A text; a number or a word such as <c>yes</c> is taken as it is written.</summary>
    public string? Text(YamlMap map, string key) => Value(map, key) is { } node ? Text(node, key) : null;

    /// <summary>The text of a node.</summary>
    public string? Text(YamlNode node, string name)
    {
        if (node is YamlScalar scalar)
            return scalar.Value;
        TextExpected(node, name);
        return null;
    }

    /// <summary>A whole number.</summary>
    public int? Integer(YamlMap map, string key)
    {
        if (Value(map, key) is not { } node)
            return null;
        if (node is YamlScalar { Style: YamlStyle.Plain } scalar
            && int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        errors.Add(node, "integer-expected", $"{key} must be a whole number.");
        return null;
    }

    /// <summary>A mapping.</summary>
    public YamlMap? Map(YamlMap map, string key)
    {
        var node = Value(map, key);
        if (node is not null and not YamlMap)
            errors.Add(node, "map-expected", $"{key} must be a mapping.");
        return node as YamlMap;
    }

    /// <summary>The items of a list; none when absent.</summary>
    public IReadOnlyList<YamlNode> Items(YamlMap map, string key)
    {
        var node = Value(map, key);
        if (node is not null and not YamlList)
            errors.Add(node, "list-expected", $"{key} must be a list.");
        return (node as YamlList)?.Items ?? [];
    }

    /// <summary>A list of texts.</summary>
    public ImmutableArray<string> Texts(YamlMap map, string key)
    {
        var items = Items(map, key);
        if (items.Count == 0)
            return [];
        var texts = new string[items.Count];
        var count = 0;
        foreach (var item in items)
        {
            if (item is YamlScalar scalar)
                texts[count++] = scalar.Value;
            else
                TextExpected(item, $"an item of {key}");
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(count == texts.Length ? texts : texts[..count]);
    }

    /// <summary>A list of task ids.</summary>
    public ImmutableArray<TaskId> TaskIds(YamlMap map, string key)
    {
        var items = Items(map, key);
        if (items.Count == 0)
            return [];
        var ids = new TaskId[items.Count];
        var count = 0;
        foreach (var item in items)
        {
            if (TaskId(item) is { } id)
                ids[count++] = id;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(count == ids.Length ? ids : ids[..count]);
    }

    /// <summary>A task id; null (and an error) when the text is none.</summary>
    public TaskId? TaskId(YamlNode node)
    {
        if (Text(node, "a task id") is not { } text)
            return null;
        if (Core.TaskId.Problem(text) is not { } problem)
            return new TaskId(text);
        errors.Add(node, "task-id", problem);
        return null;
    }

    /// <summary>An identifier of a fixed form.</summary>
    public TId? Id<TId>(YamlMap map, string key)
        where TId : struct, ITextId<TId>
    {
        if (Text(map, key) is not { } text)
            return null;
        try
        {
            return TId.Parse(text);
        }
        catch (FormatException cause)
        {
            errors.Add(map.Find(key)!.Value, "id-form", $"{key}: {cause.Message}");
            return null;
        }
    }

    /// <summary>A time; without an offset it counts as UTC.</summary>
    public DateTimeOffset? Time(YamlMap map, string key)
    {
        if (Text(map, key) is not { } text)
            return null;
        if (SpecTime.TryRead(text, out var common))
            return common;
        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (text.Length >= 10 && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, styles, out var time))
            return time;
        errors.Add(map.Find(key)!.Value, "time-expected", $"{key} must be a time such as 2026-01-31T12:00:00Z.");
        return null;
    }

    private void TextExpected(YamlNode node, string name) =>
        errors.Add(node, "text-expected", $"{name} must be a text; one that holds \": \" or begins with [ or {{ needs quotes.");
}
