using System.Text;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Writes a new task where the file keeps its tasks, as the file writes them.</summary>
internal sealed class TaskInsertion
{
    private readonly string text;
    private readonly YamlNode? root;
    private readonly TaskShape shape;
    private readonly SpecLayout layout;

    internal TaskInsertion(SpecDocument document)
    {
        text = document.Yaml.Text;
        root = document.Yaml.Root;
        shape = document.Shape;
        layout = new(document.Yaml, shape.NewLine);
    }

    /// <summary>Writes the task; null when the file's form allows no surgical change.</summary>
    internal TextEdit? Add(TaskDefinition task)
    {
        var entry = (root as YamlMap)?.Find("tasks");
        if (root is YamlMap { Flow: true } || entry is { Value.Indirect: true })
            return null;
        return entry?.Value switch
        {
            null => Append(task),
            YamlMap { Entries.Count: 0 } empty => ReplaceEmpty(entry, empty, Mapped(task, 2)),
            YamlList { Items.Count: 0 } empty => ReplaceEmpty(entry, empty, Listed(task, 2, 4)),
            YamlMap { Flow: true } map => layout.InsertField(map, map.Entries[^1], YamlWriting.Inline(task.Id.Value) + ": " + Braces(task, false)),
            YamlList { Flow: true } list => layout.AddItem(list, Braces(task, true)),
            YamlMap map => InsertMapped(task, map),
            YamlList list => InsertListed(task, list),
            YamlScalar nothing => ReplaceEmpty(entry, nothing, Mapped(task, 2)),
            _ => null,
        };
    }

    private TextEdit Append(TaskDefinition task)
    {
        var lead = text.Length == 0 || text[^1] == '\n' ? "" : shape.NewLine;
        return new(text.Length, text.Length, lead + "tasks:" + shape.NewLine + Mapped(task, 2));
    }

    private TextEdit InsertMapped(TaskDefinition task, YamlMap map)
    {
        var last = map.Entries[^1];
        var column = layout.Column(map.Start);
        var written = last.Value is YamlMap { Flow: true }
            ? new string(' ', column) + YamlWriting.Inline(task.Id.Value) + ": " + Braces(task, false) + shape.NewLine
            : Mapped(task, column);
        return Insert(last.Value, column, map.Entries.Count > 1 && IsBlankBetween(map.Entries[^2].Key.Start, last.Key.Start), written);
    }

    private TextEdit InsertListed(TaskDefinition task, YamlList list)
    {
        var column = layout.Column(list.Start);
        var last = list.Items[^1];
        var written = last is YamlMap { Flow: true }
            ? new string(' ', column) + "- " + Braces(task, true) + shape.NewLine
            : Listed(task, column, layout.Column(last.Start));
        return Insert(last, column, list.Items.Count > 1 && IsBlankBetween(list.Items[^2].Start, last.Start), written);
    }

    private TextEdit Insert(YamlNode last, int column, bool apart, string written)
    {
        var at = layout.LineAfter(last);

        // Comments indented deeper than the tasks belong to the last one.
        while (at < text.Length && IsDeeperComment(at, column))
            at = layout.NextLine(at);
        var lead = at > 0 && text[at - 1] != '\n' ? shape.NewLine : "";
        var gap = apart && !EndsWithBlank(at) ? shape.NewLine : "";
        return SpecLayout.Replace(at, at, lead + gap + written);
    }

    private bool IsDeeperComment(int lineStart, int column)
    {
        var line = text.AsSpan(lineStart, layout.NextLine(lineStart) - lineStart);
        var indent = line.IndexOfAnyExcept(' ');
        return indent > column && line[indent] == '#';
    }

    private bool IsBlankBetween(int start, int end)
    {
        for (var at = layout.NextLine(start); at < end; at = layout.NextLine(at))
        {
            if (text.AsSpan(at, layout.NextLine(at) - at).IsWhiteSpace())
                return true;
        }

        return false;
    }

    private bool EndsWithBlank(int at) => text.AsSpan(0, at).EndsWith(shape.NewLine + shape.NewLine, StringComparison.Ordinal);

    private TextEdit ReplaceEmpty(YamlEntry entry, YamlNode empty, string written)
    {
        var colon = layout.AfterColon(entry);
        var line = layout.NextLine(empty.End);
        var rest = text.AsSpan(empty.End, line - empty.End).TrimEnd("\r\n");
        return new(colon, line, string.Concat(rest, shape.NewLine, written));
    }

    private string Mapped(TaskDefinition task, int column)
    {
        var inner = column + shape.Step;
        var lines = new StringBuilder().Append(' ', column).Append(YamlWriting.Inline(task.Id.Value)).Append(':').Append(shape.NewLine);
        foreach (var field in shape.Fields(task, inner, flow: false))
            lines.Append(' ', inner).Append(field).Append(shape.NewLine);
        return lines.ToString();
    }

    private string Listed(TaskDefinition task, int column, int inner)
    {
        var lines = new StringBuilder().Append(' ', column).Append('-').Append(' ', inner - column - 1)
            .Append("id: ").Append(YamlWriting.Inline(task.Id.Value)).Append(shape.NewLine);
        foreach (var field in shape.Fields(task, inner, flow: false))
            lines.Append(' ', inner).Append(field).Append(shape.NewLine);
        return lines.ToString();
    }

    private string Braces(TaskDefinition task, bool withId)
    {
        var fields = shape.Fields(task, 0, flow: true);
        return "{" + string.Join(", ", withId ? fields.Insert(0, "id: " + YamlWriting.Inline(task.Id.Value)) : fields) + "}";
    }
}
