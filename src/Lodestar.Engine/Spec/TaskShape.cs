using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>How a spec writes its tasks: line breaks, indents and list style, learnt from what is there.</summary>
/// <param name="NewLine">The file's line break.</param>
/// <param name="Step">Blanks a task's fields are indented by, counted from its id.</param>
/// <param name="ListIndent">Blanks a list's dashes are indented by, counted from the list's key.</param>
/// <param name="FlowLists">True when short lists stand in brackets.</param>
internal sealed record TaskShape(string NewLine, int Step, int ListIndent, bool FlowLists)
{
    /// <summary>Learns the shape from a spec; what it does not show is as our own files have it.</summary>
    internal static TaskShape Of(SpecDocument document)
    {
        var text = document.Text;
        var firstBreak = text.IndexOf('\n');
        var shape = new TaskShape(firstBreak > 0 && text[firstBreak - 1] == '\r' ? "\r\n" : "\n", 2, 2, true);
        var seenBody = false;
        foreach (var task in document.Spec.Tasks)
        {
            if (document.BodyOf(task.Id) is not { Flow: false, Indirect: false } body)
                continue;
            if (!seenBody && document.IsMapped(task.Id))
                shape = shape with { Step = Math.Max(1, Column(document, body.Start) - Column(document, document.IdOf(task.Id).Start)) };
            seenBody = true;
            foreach (var entry in body.Entries)
            {
                if (entry.Value is not YamlList { Items.Count: > 0 } list || entry.Key.Value == "acceptance_criteria")
                    continue;
                return list.Flow
                    ? shape
                    : shape with { FlowLists = false, ListIndent = Column(document, list.Start) - Column(document, entry.Key.Start) };
            }
        }

        return shape;
    }

    /// <summary>Writes a list field's value, to stand right behind the colon.</summary>
    internal string List(IReadOnlyList<string> items, int keyColumn, bool flow)
    {
        if (flow || items.Count == 0)
            return " [" + string.Join(", ", items.Select(YamlWriting.Inline)) + "]";
        var text = new StringBuilder();
        foreach (var item in items)
            text.Append(NewLine).Append(' ', keyColumn + ListIndent).Append("- ").Append(YamlWriting.Inline(item));
        return text.ToString();
    }

    /// <summary>Writes the fields of a task that say something, each with its key, without indent.</summary>
    internal ImmutableArray<string> Fields(TaskDefinition task, int column, bool flow)
    {
        var fields = ImmutableArray.CreateBuilder<string>();
        fields.Add("title: " + YamlWriting.Inline(task.Title));
        if (task.Description.Length > 0)
            fields.Add("description: " + (flow ? YamlWriting.Inline(task.Description) : YamlWriting.Block(task.Description, column + 2, NewLine)));
        AddList("acceptance_criteria", task.AcceptanceCriteria, flow);
        AddList("depends_on", task.DependsOn.Select(id => id.Value), flow || FlowLists);
        AddList("labels", task.Labels, flow || FlowLists);
        AddList("locks", task.Locks, flow || FlowLists);
        if (task.Priority != TaskDefinition.DefaultPriority)
            fields.Add("priority: " + task.Priority.ToString(CultureInfo.InvariantCulture));
        if (task.Status is { } status)
            fields.Add("status: " + StatusText.Of(status));
        if (task.CreatedAt is { } created)
            fields.Add($"created_at: \"{Time(created)}\"");
        if (!task.Prd.IsEmpty)
            fields.Add("prd: " + Prd(task.Prd));
        return fields.ToImmutable();

        void AddList(string key, IEnumerable<string> items, bool inBrackets)
        {
            if (items.ToArray() is { Length: > 0 } list)
                fields.Add(key + ":" + List(list, column, inBrackets));
        }
    }

    /// <summary>A time as the file holds it.</summary>
    internal static string Time(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";

    /// <summary>A time as it reads back from the file.</summary>
    internal static DateTimeOffset Stored(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    /// <summary>Writes product intent on one line: a mapping, or for several documents a list of them.</summary>
    internal static string Prd(ImmutableArray<PrdReference> sources) =>
        sources.Length == 1 ? Prd(sources[0]) : "[" + string.Join(", ", sources.Select(Prd)) + "]";

    private static string Prd(PrdReference prd)
    {
        var parts = new List<string> { "source: " + YamlWriting.Inline(prd.Source) };
        if (!prd.Refs.IsEmpty)
            parts.Add("refs: " + Sections(prd.Refs));
        if (prd.Excerpt is not null)
            parts.Add("excerpt: " + YamlWriting.Inline(prd.Excerpt));
        if (prd.PrdHash is not null)
            parts.Add("prd_hash: " + YamlWriting.Inline(prd.PrdHash));
        return "{" + string.Join(", ", parts) + "}";
    }

    /// <summary>Writes the sections of a document on one line.</summary>
    internal static string Sections(ImmutableArray<PrdSection> sections) => "[" + string.Join(", ", sections.Select(Section)) + "]";

    private static string Section(PrdSection section)
    {
        var parts = new List<string> { "anchor: " + YamlWriting.Inline(section.Anchor) };
        if (section.Lines is { } lines)
            parts.Add($"lines: [{string.Join(", ", lines)}]");
        if (section.Hash is not null)
            parts.Add("hash: " + YamlWriting.Inline(section.Hash));
        return "{" + string.Join(", ", parts) + "}";
    }

    private static int Column(SpecDocument document, int offset) => document.Yaml.ColumnOf(offset);
}
