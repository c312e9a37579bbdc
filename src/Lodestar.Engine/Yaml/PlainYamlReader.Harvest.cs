namespace Lodestar.Engine.Yaml;

/// <content>A mapping of tasks that is handed on task by task, without a tree of the whole.</content>
internal sealed partial class PlainYamlReader
{
    private const int LongestKept = 40;

    private readonly Func<YamlEntry, YamlNode, bool>? harvest;
    private readonly string?[]? values;

    /// <summary>Reads the value of an entry that was harvested.</summary>
    internal static YamlNode ReadAgain(string text, YamlScalar key)
    {
        var start = key.Start == 0 ? 0 : text.LastIndexOf('\n', key.Start - 1) + 1;
        return TryReadEntries(text, [], (start, key.Start - start, start + 1), out _)?.Entries[0].Value
            ?? throw new InvalidOperationException($"The entry {key.Value} cannot be read again.");
    }

    /// <summary>Reads the value of <c>tasks</c>, task by task where it is a block mapping.</summary>
    private YamlNode ReadTasks(int column)
    {
        var afterColon = position;
        SkipSpaces();
        if (!AtLineEnd())
        {
            position = afterColon;
            return ReadMapValue(column, depth: 0);
        }

        CutLine(nextLine);
        SeekContent();
        if (AtEnd || Column < column || (Column == column && !AtDash()))
            return nodes.Nothing(afterColon);
        return !AtDash() && TryReadKey(out var key) ? Harvest(key, key.Start - lineStart) : ReadBlock(column, depth: 1);
    }

    private YamlMap Harvest(YamlScalar firstKey, int column)
    {
        var map = new YamlMap(firstKey.Start, flow: false);
        for (var key = firstKey; ;)
        {
            nodes.LendNodes();
            var value = ReadMapValue(column, depth: 1);
            nodes.GiveNodes();
            var entry = new YamlEntry(key, text);
            if (!harvest!(entry, value))
                throw Declined;
            map.AddNew(entry);
            map.End = Math.Max(key.End, value.End);
            if (AtEnd || Column < column)
                return map;
            if (Column > column || AtDash() || !TryReadKey(out key))
                throw Declined;
        }
    }

    /// <summary>Labels, statuses, times and ids stand in many tasks; what was seen lately is not made once more.</summary>
    private string ValueText(ReadOnlySpan<char> value)
    {
        if (values is null || value.Length is 0 or > LongestKept)
            return value.ToString();
        var mix = (uint)value.Length * 31;
        foreach (var character in value[^Math.Min(value.Length, 6)..])
            mix = (mix * 31) + character;
        ref var known = ref values[mix % (uint)values.Length];
        return known is not null && value.SequenceEqual(known) ? known : known = value.ToString();
    }
}
