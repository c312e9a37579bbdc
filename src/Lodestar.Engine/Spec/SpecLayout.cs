using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Changes single places of a YAML text and nothing else: the mechanics below <see cref="SpecEditor"/>.</summary>
/// <param name="yaml">The document as it is.</param>
/// <param name="newLine">The file's line break.</param>
internal sealed class SpecLayout(YamlDocument yaml, string newLine)
{
    private readonly string text = yaml.Text;

    /// <summary>One stretch replaced.</summary>
    internal static TextEdit Replace(int start, int end, string by) => new(start, end, by);

    /// <summary>A whole line put behind a node (and behind its block's kept blank lines).</summary>
    internal TextEdit InsertLineAfter(YamlNode node, string line)
    {
        var at = LineAfter(node);
        var lead = at == text.Length && at > 0 && text[at - 1] != '\n' ? newLine : "";
        return Replace(at, at, lead + line + newLine);
    }

    /// <summary>Start of the line behind a node.</summary>
    internal int LineAfter(YamlNode node)
    {
        var at = NextLine(node.End);
        var last = Last(node);
        if (last is not YamlScalar { Style: YamlStyle.Literal or YamlStyle.Folded })
            return at;

        // Blank lines behind a block may be part of its text.
        for (var next = NextLine(at); at < text.Length && text.AsSpan(at, next - at).IsWhiteSpace(); next = NextLine(at))
            at = next;
        return at;
    }

    /// <summary>Start of the line behind an offset, or the end of the text.</summary>
    internal int NextLine(int offset)
    {
        var end = text.IndexOf('\n', Math.Min(offset, text.Length));
        return end < 0 ? text.Length : end + 1;
    }

    /// <summary>Blanks before an offset on its line, counted with everything else there.</summary>
    internal int Column(int offset) => yaml.ColumnOf(offset);

    /// <summary>Sets the value of a key to a text that stands on one line (or brings its own further lines).</summary>
    internal static TextEdit SetValue(YamlEntry entry, string written) =>
        entry.Value.Start == entry.Value.End && entry.Value is YamlScalar { Style: YamlStyle.Plain }
            ? Replace(entry.Value.End, entry.Value.End, " " + written)
            : Replace(entry.Value.Start, entry.Value.End, written);

    /// <summary>Adds a field behind a given entry of the same mapping.</summary>
    internal TextEdit InsertField(YamlMap map, YamlEntry after, string field) => map.Flow
        ? Replace(after.Value.End, after.Value.End, ", " + field)
        : InsertLineAfter(after.Value.End > after.Key.End ? after.Value : after.Key, new string(' ', Column(map.Start)) + field);

    /// <summary>Removes a field; the mapping must keep another one.</summary>
    internal TextEdit RemoveField(YamlMap map, YamlEntry entry)
    {
        var index = map.Entries.Index().First(candidate => candidate.Item == entry).Index;
        if (map.Flow && index > 0)
            return Replace(map.Entries[index - 1].Value.End, entry.Value.End, "");
        if (index == 0 && (map.Flow || !StartsLine(entry.Key.Start)))
            return Replace(entry.Key.Start, map.Entries[1].Key.Start, "");
        return Replace(LineStart(entry.Key.Start), NextLine(Math.Max(entry.Key.End, entry.Value.End)), "");
    }

    /// <summary>Adds an item at the end of a list that has some.</summary>
    internal TextEdit AddItem(YamlList list, string written) => list.Flow
        ? Replace(list.Items[^1].End, list.Items[^1].End, ", " + written)
        : InsertLineAfter(list.Items[^1], new string(' ', Column(list.Start)) + "- " + written);

    /// <summary>Removes an item; when it was the only one, empty brackets stay.</summary>
    internal TextEdit RemoveItem(YamlEntry field, YamlList list, int index)
    {
        var item = list.Items[index];
        if (list.Items.Count == 1)
        {
            return list.Flow
                ? Replace(list.Start, list.End, "[]")
                : EmptyBlockList(field, item);
        }

        if (!list.Flow)
            return Replace(LineStart(item.Start), NextLine(item.End), "");
        return index > 0
            ? Replace(list.Items[index - 1].End, item.End, "")
            : Replace(item.Start, list.Items[1].Start, "");
    }

    /// <summary>Offset behind a key's colon.</summary>
    internal int AfterColon(YamlEntry entry) => text.IndexOf(':', entry.Key.End) + 1;

    private TextEdit EmptyBlockList(YamlEntry field, YamlNode item)
    {
        var colon = AfterColon(field);
        return Replace(colon, NextLine(item.End), " []" + text[colon..LineStart(item.Start)]);
    }

    private int LineStart(int offset) => offset == 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;

    private bool StartsLine(int offset) => text.AsSpan(LineStart(offset), offset - LineStart(offset)).IsWhiteSpace();

    private static YamlNode Last(YamlNode node) => node switch
    {
        YamlMap { Flow: false, Entries.Count: > 0 } map => Last(map.Entries[^1].Value),
        YamlList { Flow: false, Items.Count: > 0 } list => Last(list.Items[^1]),
        _ => node,
    };
}
