using System.Buffers;

namespace Lodestar.Engine.Yaml;

/// <summary>Reads the YAML that people and programs write into specs: block mappings and lists, scalars in every
/// style, flow collections on one line, comments. Anything else it declines without judging.</summary>
internal sealed partial class PlainYamlReader
{
    private static readonly NotPlain Declined = new();

    // Line breaks only other YAML versions know; a lone \r is found where lines are cut.
    private static readonly SearchValues<char> OtherBreaks = SearchValues.Create('\u0085', '\u2028', '\u2029');

    private readonly string text;
    private readonly List<YamlProblem> problems;
    private readonly string?[] keys = new string?[61];
    private readonly YamlNodeSupply nodes = new();

    // The line being read: where it starts, where its content ends (line break excluded), and where we are in it.
    private int lineStart;
    private int lineEnd;
    private int nextLine;
    private int position;

    private PlainYamlReader(string text, List<YamlProblem> problems, Func<YamlEntry, YamlNode, bool>? harvest = null)
    {
        this.text = text;
        this.problems = problems;
        this.harvest = harvest;
        values = harvest is null ? null : new();
    }

    private bool AtEnd => lineStart >= text.Length;

    private int Column => position - lineStart;

    /// <summary>Reads a document.</summary>
    /// <returns>False when the text has something this reader does not know; <paramref name="root"/> and the problems
    /// then mean nothing.</returns>
    /// <param name="text">The text.</param>
    /// <param name="problems">What is wrong with it.</param>
    /// <param name="harvest">Gets every entry of <c>tasks</c>, where that is a block mapping, with its value, whose nodes last until
    /// it returns; false declines. The tree does not hold those values then; an entry reads its own again when it is asked for it.</param>
    /// <param name="root">The tree.</param>
    internal static bool TryRead(string text, List<YamlProblem> problems, Func<YamlEntry, YamlNode, bool>? harvest, out YamlNode? root)
    {
        root = null;

        if (text.AsSpan().ContainsAny(OtherBreaks))
            return false;
        try
        {
            root = new PlainYamlReader(text, problems, harvest).ReadDocument();
            return true;
        }
        catch (NotPlain)
        {
            return false;
        }
    }

    /// <summary>Reads entries from the midst of a block mapping that is the value of a key of the root; see
    /// <see cref="YamlDocument.ParseEntries"/>.</summary>
    internal static YamlMap? TryReadEntries(
        string text, List<YamlProblem> problems, (int Start, int Column, int Until) part, out int end)
    {
        var reader = new PlainYamlReader(text, problems);
        end = part.Start;
        try
        {
            var map = reader.ReadEntries(part.Start, part.Column, part.Until);
            end = reader.AtEnd ? text.Length : reader.position;
            var isBehind = reader.AtEnd || reader.lineStart >= part.Until;
            return isBehind && !text.AsSpan(part.Start, end - part.Start).ContainsAny(OtherBreaks) ? map : null;
        }
        catch (NotPlain)
        {
            return null;
        }
    }

    private YamlMap? ReadEntries(int start, int column, int until)
    {
        CutLine(start);
        SeekContent();
        return !AtEnd && lineStart == start && Column == column && !AtDash() && TryReadKey(out var key)
            ? ReadMap(key, column, depth: 1, until)
            : null;
    }

    private YamlNode? ReadDocument()
    {
        CutLine(0);
        if (!AtEnd && text.AsSpan(lineStart, lineEnd - lineStart) is "---")
            CutLine(nextLine);
        SeekContent();
        if (AtEnd)
            return null;
        var root = ReadBlock(parentIndent: -1, depth: 0);
        return AtEnd ? root : throw Declined;
    }

    /// <summary>Reads the node that begins at the current position, which is the first content of its line or stands
    /// behind a dash. Leaves the reader at the next line with content.</summary>
    private YamlNode ReadBlock(int parentIndent, int depth)
    {
        if (depth > YamlDocument.MaxDepth)
            throw Declined;
        if (AtDash())
            return ReadList(Column, depth);
        return TryReadKey(out var key) ? ReadMap(key, key.Start - lineStart, depth) : ReadInline(parentIndent, depth);
    }

    private YamlMap ReadMap(YamlScalar firstKey, int column, int depth, int until = int.MaxValue)
    {
        var map = nodes.Map(firstKey.Start, flow: false);
        for (var key = firstKey; ;)
        {
            var value = depth == 0 && harvest is not null && key.Value == "tasks" ? ReadTasks(column) : ReadMapValue(column, depth);
            if (!map.Add(nodes.Entry(key, value)))
                problems.Add(YamlDocument.Duplicate(key));
            map.End = Math.Max(key.End, value.End);
            if (AtEnd || Column < column || (lineStart >= until && Column == column))
                return map;
            if (Column > column || AtDash() || !TryReadKey(out key))
                throw Declined;
        }
    }

    private YamlNode ReadMapValue(int column, int depth)
    {
        var afterColon = position;
        SkipSpaces();
        if (!AtLineEnd())
            return AtDash() ? throw Declined : ReadInline(column, depth);

        CutLine(nextLine);
        SeekContent();
        if (AtEnd || Column < column || (Column == column && !AtDash()))
            return nodes.Nothing(afterColon);
        return ReadBlock(column, depth + 1);
    }

    private YamlList ReadList(int column, int depth)
    {
        var list = nodes.List(position, flow: false);
        while (true)
        {
            var dash = position++;
            SkipSpaces();
            var item = ReadListItem(dash, column, depth);
            list.Add(item);
            list.End = Math.Max(dash + 1, item.End);
            if (AtEnd || Column < column || (Column == column && !AtDash()))
                return list;
            if (Column > column)
                throw Declined;
        }
    }

    private YamlNode ReadListItem(int dash, int column, int depth)
    {
        if (!AtLineEnd())
            return ReadBlock(column, depth + 1);
        CutLine(nextLine);
        SeekContent();
        return AtEnd || Column <= column ? nodes.Nothing(dash + 1) : ReadBlock(column, depth + 1);
    }

    /// <summary>Reads a scalar or a flow collection that begins at the current position.</summary>
    private YamlNode ReadInline(int parentIndent, int depth)
    {
        switch (text[position])
        {
            case '|' or '>':
                return ReadBlockScalar(parentIndent);
            case '"' or '\'':
                var quoted = ReadQuoted(parentIndent);
                FinishLine();
                return quoted;
            case '[' or '{':
                var flow = ReadFlow(depth);
                FinishLine();
                return flow;
            default:
                return ReadPlain(parentIndent);
        }
    }

    /// <summary>Reads <c>key:</c> and steps behind the colon; stays where it is when no key stands here.</summary>
    private bool TryReadKey(out YamlScalar key)
    {
        key = null!;
        var start = position;
        if (text[position] is '"' or '\'')
        {
            var quoted = ReadQuoted(parentIndent: -1, oneLine: true);
            if (quoted is not null)
            {
                SkipSpaces();
                if (AtColon())
                {
                    position++;
                    key = quoted;
                    return true;
                }
            }

            position = start;
            return false;
        }

        var line = text.AsSpan(start, lineEnd - start);
        for (var at = line.IndexOf(':'); at >= 0;)
        {
            if (at + 1 == line.Length || line[at + 1] == ' ')
            {
                key = PlainKey(start, line[..at]);
                position = start + at + 1;
                return true;
            }

            var next = line[(at + 1)..].IndexOf(':');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    private YamlScalar PlainKey(int start, ReadOnlySpan<char> raw)
    {
        var name = raw.TrimEnd(' ');
        if (name.Length is 0 or > 1000 || !CanBeginPlain(name, inFlow: false) || name is "<<" || name.IndexOfAny('\t', '*', '&') >= 0
            || name.Contains(" #", StringComparison.Ordinal))
        {
            throw Declined;
        }

        return nodes.Scalar(start, start + name.Length, KeyText(name), YamlStyle.Plain);
    }

    /// <summary>The same few keys stand in every task; each is made once as long as no other takes its place.</summary>
    private string KeyText(ReadOnlySpan<char> name)
    {
        ref var known = ref keys[(name.Length + (7 * name[0]) + (13 * name[^1])) % keys.Length];
        return known is not null && name.SequenceEqual(known) ? known : known = name.ToString();
    }

    private bool AtDash() =>
        position < lineEnd && text[position] == '-' && (position + 1 == lineEnd || text[position + 1] == ' ');

    private bool AtColon() =>
        position < lineEnd && text[position] == ':' && (position + 1 == lineEnd || text[position + 1] == ' ');

    private bool AtLineEnd()
    {
        if (position >= lineEnd)
            return true;
        return text[position] == '#' && (position == lineStart || text[position - 1] == ' ');
    }

    /// <summary>Nothing but a comment may follow on this line; goes to the next content.</summary>
    private void FinishLine()
    {
        SkipSpaces();
        if (!AtLineEnd())
            throw Declined;
        CutLine(nextLine);
        SeekContent();
    }

    private void SkipSpaces()
    {
        while (position < lineEnd && text[position] == ' ')
            position++;
        if (position < lineEnd && text[position] == '\t')
            throw Declined;
    }

    /// <summary>From the start of a line, goes over blank lines and comments to the first character that says something.</summary>
    private void SeekContent()
    {
        for (; !AtEnd; CutLine(nextLine))
        {
            SkipSpaces();
            if (AtLineEnd())
                continue;
            if (Column == 0 && IsDocumentMark())
                throw Declined;
            return;
        }
    }

    private bool IsDocumentMark()
    {
        var line = text.AsSpan(lineStart, lineEnd - lineStart);
        return line.StartsWith("---", StringComparison.Ordinal) || line.StartsWith("...", StringComparison.Ordinal);
    }

    private void CutLine(int start)
    {
        lineStart = position = start;
        var length = text.AsSpan(start).IndexOfAny('\r', '\n');
        lineEnd = length < 0 ? text.Length : start + length;
        nextLine = lineEnd;
        if (lineEnd == text.Length)
            return;
        if (text[lineEnd] == '\r' && (lineEnd + 1 == text.Length || text[lineEnd + 1] != '\n'))
            throw Declined;
        nextLine = lineEnd + (text[lineEnd] == '\r' ? 2 : 1);
    }

    /// <summary>Says "not mine" from any depth; caught in one place above.</summary>
    private sealed class NotPlain : Exception;
}
