using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lodestar.Engine.Yaml;

/// <summary>Reads any YAML through YamlDotNet's event parser into the same tree, and says what is wrong with text that is none.</summary>
internal sealed class YamlEventReader
{
    private const int MaxMerged = 100_000;

    private readonly string text;
    private readonly List<YamlProblem> problems;
    private readonly Dictionary<AnchorName, YamlNode> anchors = [];
    private readonly HashSet<YamlNode> open = [];
    private readonly HashSet<YamlNode> inheritedKeys = [];
    private readonly Stack<(YamlNode Node, YamlScalar? Key)> path = new();
    private YamlNode? root;
    private Mark last = Mark.Empty;
    private int merged;

    private YamlEventReader(string text, List<YamlProblem> problems)
    {
        this.text = text;
        this.problems = problems;
    }

    /// <summary>Reads a document; adds to the problems and gives null when it is not one.</summary>
    internal static YamlNode? Read(string text, List<YamlProblem> problems)
    {
        var reader = new YamlEventReader(text, problems);
        try
        {
            reader.Run();
            return reader.root;
        }
        catch (YamlException cause)
        {
            problems.Clear();
            problems.Add(YamlSyntax.Explain(text, cause));
            return null;
        }
        catch (InvalidOperationException cause)
        {
            // YamlDotNet's scanner throws this, with no place, for some broken indentation behind a flow collection.
            problems.Clear();
            problems.Add(YamlSyntax.Explain(text, new YamlException(reader.last, reader.last, "the indentation does not fit.", cause)));
            return null;
        }
        catch (Unreadable cause)
        {
            problems.Add(cause.Problem);
            return null;
        }
    }

    private void Run()
    {
        var parser = new Parser(new StringReader(text));
        var documents = 0;
        while (parser.MoveNext())
        {
            last = parser.Current!.End;
            switch (parser.Current)
            {
                case DocumentStart start when ++documents > 1:
                    throw new Unreadable(Problem(start, "one-document", "The file holds more than one document."));
                case Scalar scalar:
                    var made = Make(scalar);
                    Remember(scalar, made);
                    Attach(made, isHere: true);
                    break;
                case AnchorAlias alias:
                    Attach(Resolve(alias), isHere: false);
                    break;
                case SequenceStart start:
                    Open(start, new YamlList(Offset(start.Start), start.Style == SequenceStyle.Flow));
                    break;
                case MappingStart start:
                    Open(start, new YamlMap(Offset(start.Start), start.Style == MappingStyle.Flow));
                    break;
                case SequenceEnd or MappingEnd:
                    Close(parser.Current);
                    break;
            }
        }
    }

    private YamlScalar Make(Scalar scalar)
    {
        var start = Offset(scalar.Start);
        var end = Math.Max(start, Offset(scalar.End));
        while (end > start && text[end - 1] is ' ' or '\n' or '\r' or '\t')
            end--;
        var style = scalar.Style switch
        {
            ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
            ScalarStyle.Literal => YamlStyle.Literal,
            ScalarStyle.Folded => YamlStyle.Folded,
            _ => YamlStyle.Plain,
        };
        return new(start, end, scalar.Value, style) { Indirect = IsMarked(scalar) };
    }

    private YamlNode Resolve(AnchorAlias alias)
    {
        if (!anchors.TryGetValue(alias.Value, out var target))
            throw new Unreadable(Problem(alias, "alias-known", $"Alias *{alias.Value} names no anchor before it; text that begins with * needs quotes."));
        target.Indirect = true;
        if (open.Contains(target))
            throw new Unreadable(Problem(alias, "alias-cycle", $"Alias *{alias.Value} stands inside what it names."));
        return target;
    }

    private void Open(NodeEvent start, YamlNode node)
    {
        if (path.Count > YamlDocument.MaxDepth)
            throw new Unreadable(Problem(start, "nesting", $"The file nests deeper than {YamlDocument.MaxDepth} levels."));
        node.Indirect = IsMarked(start);
        Remember(start, node);
        open.Add(node);
        path.Push((node, null));
    }

    private void Close(ParsingEvent end)
    {
        var (node, _) = path.Pop();
        open.Remove(node);
        if (node is YamlMap { Flow: true } or YamlList { Flow: true })
            node.End = BehindBracket(node, Offset(end.End));
        Attach(node, isHere: true);
    }

    /// <summary>The parser ends an empty list or mapping before its closing bracket.</summary>
    private int BehindBracket(YamlNode node, int end)
    {
        var bracket = node is YamlMap ? '}' : ']';
        return end > node.Start && text[end - 1] == bracket ? end : text.IndexOf(bracket, end) is var found and >= 0 ? found + 1 : end;
    }

    private void Remember(NodeEvent source, YamlNode node)
    {
        if (!source.Anchor.IsEmpty)
            anchors[source.Anchor] = node;
    }

    /// <summary>Puts a finished node where it belongs: the list above, or key or value of the mapping above.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isHere">False for an alias, whose node stands elsewhere; then it does not lengthen what is above.</param>
    private void Attach(YamlNode node, bool isHere)
    {
        if (!path.TryPop(out var above))
        {
            root = node;
            return;
        }

        if (isHere && node.End > above.Node.End)
            above.Node.End = node.End;
        if (above.Node is YamlList list)
        {
            list.Add(node);
        }
        else if (above.Key is null)
        {
            above.Key = node as YamlScalar ?? throw new Unreadable(
                new(node.Start, "key-scalar", YamlDocument.Shorten(text[node.Start..]), "A key is a mapping or a list."));
        }
        else
        {
            AddEntry((YamlMap)above.Node, above.Key, node);
            above.Key = null;
        }

        path.Push(above);
    }

    private void AddEntry(YamlMap map, YamlScalar key, YamlNode value)
    {
        if (key is { Value: "<<", Style: YamlStyle.Plain })
            Merge(map, key, value);
        else if (map.Find(key.Value) is { } inherited && inheritedKeys.Contains(inherited.Key))
            map.Replace(inherited, new(key, value));
        else if (!map.Add(new(key, value)))
            problems.Add(YamlDocument.Duplicate(key));
    }

    private void Merge(YamlMap map, YamlScalar key, YamlNode value)
    {
        IReadOnlyList<YamlNode> sources = value is YamlList list ? list.Items : [value];
        foreach (var source in sources)
        {
            if (source is not YamlMap from)
                throw new Unreadable(new(key.Start, "merge-map", "<<", "A merge key takes a mapping or a list of mappings."));
            foreach (var entry in from.Entries)
            {
                if (++merged > MaxMerged)
                    throw new Unreadable(new(key.Start, "merge-size", "<<", $"Merge keys add more than {MaxMerged} entries."));
                if (map.Find(entry.Key.Value) is not null)
                    continue;
                var inherited = new YamlScalar(entry.Key.Start, entry.Key.End, entry.Key.Value, entry.Key.Style) { Indirect = true };
                inheritedKeys.Add(inherited);
                map.Add(new(inherited, entry.Value));
            }
        }

        map.Indirect = true;
    }

    private static bool IsMarked(NodeEvent node) => !node.Anchor.IsEmpty || !node.Tag.IsEmpty;

    private int Offset(Mark mark) => (int)Math.Min(mark.Index, text.Length);

    private YamlProblem Problem(ParsingEvent at, string rule, string message) =>
        new(Offset(at.Start), rule, YamlDocument.Shorten(text[Offset(at.Start)..]), message);

    private sealed class Unreadable(YamlProblem problem) : Exception(problem.Message)
    {
        public YamlProblem Problem { get; } = problem;
    }
}
