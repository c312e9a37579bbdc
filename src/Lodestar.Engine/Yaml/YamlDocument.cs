using System.Buffers;

namespace Lodestar.Engine.Yaml;

/// <summary>A place in a text file as editors show it.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
public readonly record struct SourcePosition(int Line, int Column);

/// <summary>Something wrong in a file, with its place.</summary>
/// <param name="Offset">Offset of the offending text.</param>
/// <param name="Rule">Stable kebab-case name of the rule that was broken.</param>
/// <param name="Value">The offending text, shortened.</param>
/// <param name="Message">One sentence.</param>
public sealed record YamlProblem(int Offset, string Rule, string Value, string Message);

/// <summary>One parsed YAML document: its text, its tree, and what is wrong with it.</summary>
/// <remarks>
/// Nearly every spec is read by <see cref="PlainYamlReader"/>, which is fast and knows exactly the shapes that occur. It
/// declines whatever it is not sure of, and then YamlDotNet's event parser decides, so that we accept what YAML accepts.
/// </remarks>
public sealed class YamlDocument
{
    /// <summary>Deeper nesting is refused; no file we read needs more than a handful.</summary>
    public const int MaxDepth = 64;

    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(code => code is not ('\t' or '\n' or '\r')).Append(127).Select(code => (char)code)]);

    private YamlDocument(string text, YamlNode? root, IReadOnlyList<YamlProblem> problems, bool plain = false)
    {
        Text = text;
        Root = root is YamlScalar { IsNull: true } ? null : root;
        Problems = problems;
        IsPlain = plain;
    }

    /// <summary>The source, without a byte order mark.</summary>
    public string Text { get; }

    /// <summary>The tree; null when the document is empty (or says null) or cannot be parsed.</summary>
    public YamlNode? Root { get; }

    /// <summary>Syntax errors and duplicate keys, in file order.</summary>
    public IReadOnlyList<YamlProblem> Problems { get; }

    /// <summary>True when <see cref="PlainYamlReader"/> read all of it.</summary>
    internal bool IsPlain { get; }

    private List<int> LineStarts => field ??= Lines(Text);

    /// <summary>Parses a text. Never throws for what the text holds.</summary>
    public static YamlDocument Parse(string text)
    {
        var control = text.AsSpan().IndexOfAny(Controls);
        if (control >= 0)
        {
            return new(text, null,
            [
                new(control, "control-character", $"\\x{(int)text[control]:x2}", "A control character stands in the file."),
            ]);
        }

        if (YamlSyntax.Conflicts(text) is { Count: > 0 } conflicts)
            return new(text, null, conflicts);

        var problems = new List<YamlProblem>();
        if (PlainYamlReader.TryRead(text, problems, harvest: null, out var root))
            return new(text, root, problems, plain: true);

        problems.Clear();
        root = YamlEventReader.Read(text, problems);
        return new(text, root, problems);
    }

    /// <summary>Parses a text and hands on every task as soon as it is read; see <see cref="PlainYamlReader.TryRead"/>.</summary>
    /// <returns>Null when there is anything wrong with the text, or <see cref="PlainYamlReader"/> does not know its form.</returns>
    internal static YamlDocument? Harvest(string text, Func<YamlEntry, YamlNode, bool> harvest)
    {
        if (text.AsSpan().ContainsAny(Controls) || YamlSyntax.Conflicts(text).Count > 0)
            return null;
        var problems = new List<YamlProblem>();
        return PlainYamlReader.TryRead(text, problems, harvest, out var root) && problems.Count == 0
            ? new(text, root, problems, plain: true)
            : null;
    }

    /// <summary>A text that was not taken apart: for places in it.</summary>
    internal static YamlDocument OfText(string text) => new(text, null, []);

    /// <summary>Line and column of an offset.</summary>
    public SourcePosition PositionOf(int offset)
    {
        var found = LineStarts.BinarySearch(offset);
        var line = found >= 0 ? found : ~found - 1;
        return new(line + 1, offset - LineStarts[line] + 1);
    }

    /// <summary>Characters before an offset on its line.</summary>
    internal int ColumnOf(int offset) => offset == 0 ? 0 : offset - Text.LastIndexOf('\n', offset - 1) - 1;

    /// <summary>Reads entries of a block mapping that is the value of a key of the document's root, beginning with a line in its
    /// midst: exactly as they are read when the whole text is.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where a line begins that holds a key of the mapping.</param>
    /// <param name="column">The column of the mapping's keys.</param>
    /// <param name="until">Reading ends in front of the first key on a line that begins here or behind.</param>
    /// <param name="end">Where reading ended: at the content behind the entries, or behind the text.</param>
    /// <returns>The entries; null when the text has anything that only a reading of the whole can judge.</returns>
    internal static YamlDocument? ParseEntries(string text, int start, int column, int until, out int end)
    {
        var problems = new List<YamlProblem>();
        if (PlainYamlReader.TryReadEntries(text, problems, (start, column, until), out end) is not { } entries || problems.Count > 0)
            return null;
        var read = text.AsSpan(start, end - start);
        return read.ContainsAny(Controls) || YamlSyntax.MayHaveConflicts(read) ? null : new(text, entries, problems, plain: true);
    }

    private static List<int> Lines(string text)
    {
        var starts = new List<int> { 0 };
        for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return starts;
    }

    /// <summary>The problem of a key that occurs twice in one mapping.</summary>
    internal static YamlProblem Duplicate(YamlScalar key) =>
        new(key.Start, "duplicate-key", Shorten(key.Value), $"Key \"{Shorten(key.Value)}\" occurs twice in one mapping.");

    /// <summary>Cuts a quoted value to one readable line.</summary>
    internal static string Shorten(string value)
    {
        var line = value.AsSpan().Trim();
        var end = line.IndexOfAny('\r', '\n');
        if (end >= 0)
            line = line[..end];
        return line.Length <= 80 ? line.ToString() : string.Concat(line[..77], "...");
    }
}
