namespace Lodestar.Engine.Yaml;

/// <summary>A piece of a YAML document with its exact place in the source.</summary>
/// <param name="start">Offset of its first character.</param>
public abstract class YamlNode(int start)
{
    /// <summary>Offset of the first character in the source text.</summary>
    public int Start { get; private set; } = start;

    /// <summary>Offset just behind the last character that carries meaning; trailing blanks and comments are outside.</summary>
    public int End { get; internal set; } = start;

    /// <summary>True when the node came through an anchor, alias, tag or merge key, so that its place in the text is not
    /// (or not only) where it takes effect. Such nodes are read, never edited.</summary>
    public bool Indirect { get; internal set; }

    /// <summary>Makes another node of this one; see <see cref="YamlNodeSupply"/>.</summary>
    private protected void Renew(int from, int end) => (Start, End, Indirect) = (from, end, false);
}

/// <summary>How a scalar is written.</summary>
public enum YamlStyle
{
    /// <summary>Without quotes.</summary>
    Plain,

    /// <summary>In single quotes.</summary>
    SingleQuoted,

    /// <summary>In double quotes.</summary>
    DoubleQuoted,

    /// <summary>As a block whose line breaks stay.</summary>
    Literal,

    /// <summary>As a block whose lines are joined.</summary>
    Folded,
}

/// <summary>A single value, always as text; what it means is up to the reader.</summary>
public sealed class YamlScalar : YamlNode
{
    internal YamlScalar(int start, int end, string value, YamlStyle style)
        : base(start)
    {
        End = end;
        Value = value;
        Style = style;
    }

    /// <summary>The text, with escapes and folding undone.</summary>
    public string Value { get; private set; }

    /// <summary>How it is written.</summary>
    public YamlStyle Style { get; private set; }

    /// <summary>True for an empty value, <c>~</c> and <c>null</c> without quotes.</summary>
    public bool IsNull => Style == YamlStyle.Plain && Value is ("" or "~" or "null" or "Null" or "NULL");

    internal void Renew(int from, int end, string value, YamlStyle style)
    {
        Renew(from, end);
        (Value, Style) = (value, style);
    }
}

/// <summary>A list.</summary>
public sealed class YamlList(int start, bool flow) : YamlNode(start)
{
    private readonly List<YamlNode> items = [];

    /// <summary>The items in order.</summary>
    public IReadOnlyList<YamlNode> Items => items;

    /// <summary>True when written in brackets.</summary>
    public bool Flow { get; private set; } = flow;

    internal void Add(YamlNode item) => items.Add(item);

    internal void Renew(int from, bool inBrackets)
    {
        Renew(from, from);
        Flow = inBrackets;
        items.Clear();
    }
}

/// <summary>A mapping. Of duplicate keys the first one counts here; every later one is a problem of the document.</summary>
public sealed class YamlMap(int start, bool flow) : YamlNode(start)
{
    private const int ScanLimit = 16;
    private readonly List<YamlEntry> entries = [];
    private Dictionary<string, YamlEntry>? index;

    /// <summary>The entries in order, duplicates included.</summary>
    public IReadOnlyList<YamlEntry> Entries => entries;

    /// <summary>True when written in braces.</summary>
    public bool Flow { get; private set; } = flow;

    /// <summary>The entry of a key, or null.</summary>
    public YamlEntry? Find(string key)
    {
        if (index is null && entries.Count > ScanLimit)
            IndexAll();
        if (index is not null)
            return index.GetValueOrDefault(key);
        foreach (var entry in entries)
        {
            if (entry.Key.Value == key)
                return entry;
        }

        return null;
    }

    /// <summary>Appends an entry.</summary>
    /// <returns>False when the key was there already.</returns>
    internal bool Add(YamlEntry entry)
    {
        var isNew = Find(entry.Key.Value) is null;
        entries.Add(entry);
        index?.TryAdd(entry.Key.Value, entry);
        return isNew;
    }

    /// <summary>Appends an entry whose key is known to be new.</summary>
    internal void AddNew(YamlEntry entry)
    {
        entries.Add(entry);
        index?.Add(entry.Key.Value, entry);
    }

    internal void Renew(int from, bool inBraces)
    {
        Renew(from, from);
        Flow = inBraces;
        entries.Clear();
        index = null;
    }

    /// <summary>Puts an entry in the place of another with the same key.</summary>
    internal void Replace(YamlEntry old, YamlEntry entry)
    {
        entries[entries.IndexOf(old)] = entry;
        if (index is not null)
            index[entry.Key.Value] = entry;
    }

    private void IndexAll()
    {
        index = new Dictionary<string, YamlEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
            index.TryAdd(entry.Key.Value, entry);
    }
}
