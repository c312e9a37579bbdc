namespace Lodestar.Engine.Yaml;

/// <content>A mapping of tasks that is handed on task by task, without a tree of the whole.</content>
internal sealed partial class PlainYamlReader
{
    private readonly Func<YamlEntry, YamlNode, bool>? harvest;
    private readonly RecentTexts? values;

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

    private string ValueText(ReadOnlySpan<char> value) => values is null ? value.ToString() : values.Of(value);
}
