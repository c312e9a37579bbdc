using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Reads an edited spec by reading again only the tasks that the edits touch; for the rest, what was read before counts.</summary>
/// <remarks>
/// This is no guess about the edits. What <see cref="PlainYamlReader"/> makes of a text from the beginning of an entry follows from
/// that place, its mapping and the text behind it alone. So it reads from an entry in front of all edits up to a place behind them
/// where an entry began before, and from there on everything is as it was. Whatever is not certain (no such place, a file of another
/// form, an error, an id that is taken) is left to a reading of the whole.
/// </remarks>
internal static class SpecPart
{
    /// <summary>Reads the edited text.</summary>
    /// <param name="before">The spec that was edited.</param>
    /// <param name="edits">The edits, in any order; none of them meet.</param>
    /// <param name="text">The text they give.</param>
    /// <returns>What a reading of the whole text gives; null when that has to be asked for.</returns>
    internal static SpecDocument? Read(SpecDocument before, IReadOnlyList<TextEdit> edits, string text)
    {
        var yaml = before.Yaml;
        if (edits.Count == 0 || !yaml.IsPlain || yaml.Root is not YamlMap { Flow: false } root || root.Find("tasks") is not { } tasks)
            return null;
        if (tasks.Value is not YamlMap { Flow: false } map || map.Entries.Count != before.Spec.Tasks.Length)
            return null;
        var first = FirstTouched(yaml, map, edits.Min(edit => edit.Start));
        if (first < 0)
            return null;

        var column = yaml.ColumnOf(map.Start);
        var begin = map.Entries[first].Key.Start - column;
        var grown = text.Length - before.Text.Length;
        if (YamlDocument.ParseEntries(text, begin, column, edits.Max(edit => edit.End) + grown, out var end) is not { } part)
            return null;

        // An edit that ends amid the blanks before a key moves the key to another column, which makes it another key.
        int? place = end == text.Length ? null : end - grown;
        if (place is { } old && part.ColumnOf(end) != yaml.ColumnOf(old))
            return null;
        var behind = Behind(root, tasks, place);
        return behind < 0 ? null : Join(before, text, (first, behind), SpecReader.ReadPart(part).AsSpan());
    }

    /// <summary>The last entry whose first line is in front of all edits, so that it begins where it began.</summary>
    private static int FirstTouched(YamlDocument yaml, YamlMap map, int edited)
    {
        var (low, high) = (0, map.Entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (map.Entries[middle].Key.Start < edited)
                low = middle + 1;
            else
                high = middle;
        }

        for (var entry = low - 1; entry >= 0; entry--)
        {
            var line = yaml.Text.IndexOf('\n', map.Entries[entry].Key.Start);
            if (line >= 0 && line < edited)
                return entry;
        }

        return -1;
    }

    /// <summary>The first entry that is as it was: the one that began where reading ended; their number when the mapping ended there.</summary>
    private static int Behind(YamlMap root, YamlEntry tasks, int? place)
    {
        var map = (YamlMap)tasks.Value;
        if (place == Next(root, tasks)?.Key.Start)
            return map.Entries.Count;
        var (low, high) = (0, map.Entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var start = map.Entries[middle].Key.Start;
            if (start == place)
                return middle;
            if (start < place)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    private static YamlEntry? Next(YamlMap root, YamlEntry entry)
    {
        for (var index = 0; index < root.Entries.Count - 1; index++)
        {
            if (root.Entries[index] == entry)
                return root.Entries[index + 1];
        }

        return null;
    }

    private static SpecDocument? Join(SpecDocument before, string text, (int First, int Behind) old, ReadOnlySpan<TaskDefinition> read)
    {
        var tasks = before.Spec.Tasks.AsSpan();
        if (read.IsEmpty || old.Behind <= old.First)
            return null;

        // Ids that stood in the part may stand there again; any other must be new. Twice in the part is an error of the part.
        var replaced = new HashSet<Core.TaskId>();
        foreach (var task in tasks[old.First..old.Behind])
            replaced.Add(task.Id);
        foreach (var task in read)
        {
            if (!replaced.Contains(task.Id) && before.BodyOf(task.Id) is not null)
                return null;
        }

        return new(text, before.Spec with { Tasks = [.. tasks[..old.First], .. read, .. tasks[old.Behind..]] });
    }
}
