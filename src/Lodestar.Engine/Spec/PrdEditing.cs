using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Spec;

/// <summary>Edits a task's product intent. What is there is changed field by field; only another document in its place is
/// written anew, on one line.</summary>
internal static class PrdEditing
{
    private static readonly string[] FieldOrder = ["source", "refs", "excerpt", "prd_hash"];
    private static readonly string[] SectionOrder = ["anchor", "lines", "hash"];

    internal static Outcome<SpecDocument> Set(SpecDocument document, TaskId task, ImmutableArray<PrdReference> wanted)
    {
        if (document.BodyOf(task) is null)
            return SpecEditor.Unknown(task);
        if (!Sources(PrdOf(document, task)).SequenceEqual(Sources(wanted)) || wanted.IsEmpty)
            return Replace(document, task, wanted);
        Outcome<SpecDocument> current = document;
        for (var index = 0; index < wanted.Length && current.Data is not null; index++)
            current = SetOne(current.Data, task, index, wanted[index]);
        return current;
    }

    private static IEnumerable<string> Sources(ImmutableArray<PrdReference> prd) => prd.Select(one => one.Source);

    private static ImmutableArray<PrdReference> PrdOf(SpecDocument document, TaskId task) => document.Spec.Tasks.First(found => found.Id == task).Prd;

    private static Outcome<SpecDocument> Replace(SpecDocument document, TaskId task, ImmutableArray<PrdReference> prd)
    {
        var body = document.BodyOf(task)!;
        TaskDefinition Change(TaskDefinition definition) => definition with { Prd = prd };
        var entry = body.Find("prd");
        if (entry is null or { Value: YamlScalar })
            return SpecEditor.SetWritten(document, task, "prd", prd.IsEmpty ? null : TaskShape.Prd(prd), Change);
        if (body.Indirect || entry.Key.Indirect || entry.Value.Indirect)
            return SpecEditor.Unsupported(document, task);

        // One mapping in place of another: the old one goes with its lines, then the new one is written like any field.
        var without = SpecEditor.Finish(
            Layout(document).RemoveField(body, entry),
            SpecEditor.With(document.Spec, task, definition => definition with { Prd = [] }),
            document);
        return without.Data is { } rest && !prd.IsEmpty
            ? SpecEditor.SetWritten(rest, task, "prd", TaskShape.Prd(prd), Change)
            : without;
    }

    private static Outcome<SpecDocument> SetOne(SpecDocument document, TaskId task, int index, PrdReference wanted)
    {
        Outcome<SpecDocument> current = document;
        var old = PrdOf(document, task)[index];
        if (!SpecComparison.Same(old with { Excerpt = null, PrdHash = null }, wanted with { Excerpt = null, PrdHash = null }))
            current = SetRefs(document, task, index, old.Refs, wanted.Refs);
        foreach (var (key, from, to, change) in new (string, string?, string?, Func<PrdReference, PrdReference>)[]
        {
            ("excerpt", old.Excerpt, wanted.Excerpt, prd => prd with { Excerpt = wanted.Excerpt }),
            ("prd_hash", old.PrdHash, wanted.PrdHash, prd => prd with { PrdHash = wanted.PrdHash }),
        })
        {
            if (from != to && current.Data is { } next)
                current = SetText(next, task, index, prd => prd, key, to, change);
        }

        return current;
    }

    private static Outcome<SpecDocument> SetRefs(
        SpecDocument document, TaskId task, int index, ImmutableArray<PrdSection> old, ImmutableArray<PrdSection> wanted)
    {
        // The same sections with other digests are edited one by one; other sections are another list.
        if (SpecComparison.Same(Bare(old), Bare(wanted)))
        {
            Outcome<SpecDocument> current = document;
            foreach (var (at, section) in wanted.Index().Where(one => one.Item.Hash != old[one.Index].Hash))
            {
                if (current.Data is not { } next)
                    break;
                current = SetText(
                    next, task, index, prd => (prd.Find("refs")?.Value as YamlList)?.Items[at] as YamlMap, "hash", section.Hash,
                    prd => prd with { Refs = prd.Refs.SetItem(at, section) });
            }

            return current;
        }

        if (MapOf(document, task, index) is not { Indirect: false } map || map.Find("refs") is { Value.Indirect: true })
            return SpecEditor.Unsupported(document, task);
        var written = wanted.IsEmpty ? null : TaskShape.Sections(wanted);
        var layout = Layout(document);
        var text = map.Find("refs") is not { } entry
            ? layout.InsertField(map, Before(map, "refs", FieldOrder), "refs: " + written)
            : written is null
                ? layout.RemoveField(map, entry)
                : entry.Value is YamlList { Flow: false } or YamlScalar
                    ? layout.Replace(layout.AfterColon(entry), entry.Value.End, " " + written)
                    : layout.SetValue(entry, written);
        return SpecEditor.Finish(text, With(document, task, index, prd => prd with { Refs = wanted }), document);
    }

    private static PrdReference Bare(ImmutableArray<PrdSection> sections) =>
        new("", [.. sections.Select(section => section with { Hash = null })], null, null);

    /// <summary>Sets a text inside the prd of a task, or inside a mapping that it holds.</summary>
    private static Outcome<SpecDocument> SetText(
        SpecDocument document, TaskId task, int index, Func<YamlMap, YamlMap?> inside, string key, string? value, Func<PrdReference, PrdReference> change)
    {
        if (MapOf(document, task, index) is not { } prd || inside(prd) is not { Indirect: false } map
            || map.Find(key) is { Key.Indirect: true } or { Value.Indirect: true } or { Value: not YamlScalar })
        {
            return SpecEditor.Unsupported(document, task);
        }

        var layout = Layout(document);
        var order = map == prd ? FieldOrder : SectionOrder;
        var written = value is null
            ? null
            : map.Flow ? YamlWriting.Inline(value) : YamlWriting.Block(value, layout.Column(map.Start) + 2, TaskShape.Of(document).NewLine);
        var text = (map.Find(key), written) switch
        {
            (null, null) => document.Yaml.Text,
            ({ } entry, null) => layout.RemoveField(map, entry),
            ({ } entry, _) => layout.SetValue(entry, written),
            _ => layout.InsertField(map, Before(map, key, order), $"{key}: {written}"),
        };
        return SpecEditor.Finish(text, With(document, task, index, change), document);
    }

    private static YamlMap? MapOf(SpecDocument document, TaskId task, int index) => document.BodyOf(task) switch
    {
        { Indirect: false } body => body.Find("prd")?.Value switch
        {
            YamlMap { Indirect: false } one => one,
            YamlList { Indirect: false } several => several.Items[index] as YamlMap,
            _ => null,
        },
        _ => null,
    };

    private static YamlEntry Before(YamlMap map, string key, string[] order)
    {
        var place = Array.IndexOf(order, key);
        return map.Entries.LastOrDefault(entry => Array.IndexOf(order, entry.Key.Value) is >= 0 and var other && other < place) ?? map.Entries[^1];
    }

    private static ProjectSpec With(SpecDocument document, TaskId task, int index, Func<PrdReference, PrdReference> change) =>
        SpecEditor.With(document.Spec, task, definition => definition with { Prd = definition.Prd.SetItem(index, change(definition.Prd[index])) });

    private static SpecLayout Layout(SpecDocument document) => new(document.Yaml, TaskShape.Of(document).NewLine);
}
