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

    /// <summary>The steps from what a task has to what it should have.</summary>
    internal static IEnumerable<Func<SpecDocument, Outcome<SpecStep>>> Set(
        ImmutableArray<PrdReference> present, TaskId task, ImmutableArray<PrdReference> wanted)
    {
        if (present.IsEmpty || wanted.IsEmpty || !present.Select(prd => prd.Source).SequenceEqual(wanted.Select(prd => prd.Source)))
            return Replace(present, task, wanted);
        return wanted.Index().SelectMany(one => SetOne(task, one.Index, present[one.Index], one.Item));
    }

    private static IEnumerable<Func<SpecDocument, Outcome<SpecStep>>> Replace(
        ImmutableArray<PrdReference> present, TaskId task, ImmutableArray<PrdReference> prd)
    {
        // One mapping in place of another: the old one goes with its lines, then the new one is written like any field.
        if (!present.IsEmpty)
            yield return Remove(task);
        if (!prd.IsEmpty)
            yield return SpecEditor.SetWritten(task, "prd", TaskShape.Prd(prd), definition => definition with { Prd = prd });
    }

    private static Func<SpecDocument, Outcome<SpecStep>> Remove(TaskId task) => document =>
    {
        if (document.BodyOf(task) is not { Indirect: false } body || body.Find("prd") is not { Key.Indirect: false, Value.Indirect: false } entry)
            return SpecEditor.Unsupported(document, task);
        return SpecStep.Of(Layout(document).RemoveField(body, entry), SpecEditor.With(task, definition => definition with { Prd = [] }));
    };

    private static IEnumerable<Func<SpecDocument, Outcome<SpecStep>>> SetOne(TaskId task, int index, PrdReference old, PrdReference wanted)
    {
        if (!SpecComparison.Same(Bare(old.Refs), Bare(wanted.Refs)))
            yield return SetRefs(task, index, wanted.Refs);
        else
        {
            // The same sections with other digests are edited one by one.
            foreach (var (at, section) in wanted.Refs.Index().Where(one => one.Item.Hash != old.Refs[one.Index].Hash))
            {
                yield return SetText(
                    task, index, prd => (prd.Find("refs")?.Value as YamlList)?.Items[at] as YamlMap, "hash", section.Hash,
                    prd => prd with { Refs = prd.Refs.SetItem(at, section) });
            }
        }

        if (old.Excerpt != wanted.Excerpt)
            yield return SetText(task, index, prd => prd, "excerpt", wanted.Excerpt, prd => prd with { Excerpt = wanted.Excerpt });
        if (old.PrdHash != wanted.PrdHash)
            yield return SetText(task, index, prd => prd, "prd_hash", wanted.PrdHash, prd => prd with { PrdHash = wanted.PrdHash });
    }

    private static Func<SpecDocument, Outcome<SpecStep>> SetRefs(TaskId task, int index, ImmutableArray<PrdSection> wanted) => document =>
    {
        if (MapOf(document, task, index) is not { Indirect: false } map || map.Find("refs") is { Value.Indirect: true })
            return SpecEditor.Unsupported(document, task);
        var written = TaskShape.Sections(wanted);
        var layout = Layout(document);
        var edit = map.Find("refs") switch
        {
            null => layout.InsertField(map, Before(map, "refs", FieldOrder), "refs: " + written),
            var entry when wanted.IsEmpty => layout.RemoveField(map, entry),
            { Value: YamlList { Flow: false } or YamlScalar } entry => SpecLayout.Replace(layout.AfterColon(entry), entry.Value.End, " " + written),
            var entry => SpecLayout.SetValue(entry, written),
        };
        return SpecStep.Of(edit, With(task, index, prd => prd with { Refs = wanted }));
    };

    private static PrdReference Bare(ImmutableArray<PrdSection> sections) =>
        new("", [.. sections.Select(section => section with { Hash = null })], null, null);

    /// <summary>Sets a text inside the prd of a task, or inside a mapping that it holds.</summary>
    private static Func<SpecDocument, Outcome<SpecStep>> SetText(
        TaskId task, int index, Func<YamlMap, YamlMap?> inside, string key, string? value, Func<PrdReference, PrdReference> change) => document =>
    {
        if (MapOf(document, task, index) is not { } prd || inside(prd) is not { Indirect: false } map
            || map.Find(key) is { Key.Indirect: true } or { Value.Indirect: true } or { Value: not YamlScalar })
        {
            return SpecEditor.Unsupported(document, task);
        }

        var layout = Layout(document);
        var written = value is null
            ? null
            : map.Flow ? YamlWriting.Inline(value) : YamlWriting.Block(value, layout.Column(map.Start) + 2, document.Shape.NewLine);
        if (written is null && map.Find(key) is null)
            return SpecStep.None;
        var edit = (map.Find(key), written) switch
        {
            ({ } entry, null) => layout.RemoveField(map, entry),
            ({ } entry, _) => SpecLayout.SetValue(entry, written),
            _ => layout.InsertField(map, Before(map, key, map == prd ? FieldOrder : SectionOrder), $"{key}: {written}"),
        };
        return SpecStep.Of(edit, With(task, index, change));
    };

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

    private static Action<SpecDraft> With(TaskId task, int index, Func<PrdReference, PrdReference> change) =>
        SpecEditor.With(task, definition => definition with { Prd = definition.Prd.SetItem(index, change(definition.Prd[index])) });

    private static SpecLayout Layout(SpecDocument document) => new(document.Yaml, document.Shape.NewLine);
}
