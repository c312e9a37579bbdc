using System.Collections.Immutable;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Product intent as a caller names it.</summary>
/// <param name="Source">The document, relative to the repository root; null for the one the task has.</param>
/// <param name="Sections">Sections meant: a heading (<c>#login</c>) or lines (<c>#L10-L40</c>), of another document with its
/// path before the <c>#</c>.</param>
/// <param name="Excerpt">Text to freeze with the task; an empty one removes it; null leaves it.</param>
/// <param name="Validate">Whether documents and sections must exist.</param>
/// <param name="Rebaseline">Whether to agree to all documents as they are now.</param>
/// <param name="Clear">Whether to remove all of it.</param>
public sealed record PrdRequest(
    string? Source, ImmutableArray<string> Sections, string? Excerpt, bool Validate = true, bool Rebaseline = false, bool Clear = false)
{
    /// <summary>References that are spelled out already; then nothing else of the request counts.</summary>
    private ImmutableArray<PrdReference> Spelled { get; init; } = [];

    /// <summary>A request for references as a spec holds them; their digests are taken anew.</summary>
    internal static PrdRequest Of(ImmutableArray<PrdReference> prd, bool validate) => new(null, [], null, validate) { Spelled = prd };

    /// <summary>What a new task gets.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    internal Outcome<PrdIntent> ForNew(string root)
    {
        if (!Spelled.IsEmpty)
            return Agreed(root, Spelled);
        var meant = Meant();
        if (meant.All(one => one.Source is null))
        {
            // As the predecessor: nothing to refer to is no reason not to write the task down.
            return Outcome<PrdIntent>.Done(
                new([]), null, [new("prd-ignored", "A section or an excerpt was given without its document; the task has no PRD.")]);
        }

        var sources = meant.Where(one => one.Source is not null).Select(one => one.Source!).Distinct();
        return Agreed(root, [.. sources.Select((source, index) => new PrdReference(
            source,
            [.. meant.Where(one => one.Section is not null && (one.Source ?? Source) == source).Select(one => one.Section!)],
            index == 0 && Excerpt is { Length: > 0 } ? Excerpt : null,
            null))]);
    }

    /// <summary>What a task has after a change.</summary>
    /// <param name="root">The directory that holds <c>.lodestar</c>.</param>
    /// <param name="present">What it has.</param>
    internal Outcome<PrdIntent> ForUpdate(string root, ImmutableArray<PrdReference> present)
    {
        if (Clear)
            return new PrdIntent([]);
        if (Source is not null || (present.IsEmpty && Meant().Any(one => one.Source is not null)))
            return ForNew(root);
        if (present.IsEmpty)
            return new Refusal("prd-source-needed", "The task has no PRD; a section, an excerpt or a new agreement needs a document.", "add --prd-source PRD.md");

        var wanted = present;
        foreach (var group in Meant().Where(one => one.Section is not null).GroupBy(one => one.Source ?? present[0].Source))
            wanted = WithRefs(wanted, group.Key, [.. group.Select(one => one.Section!)]);
        var agreed = Agreed(root, Rebaseline ? wanted : [.. wanted.Except(present)]);
        if (agreed.Data is not { } renewed)
            return agreed;
        wanted = [.. wanted.Select(prd => renewed.Prd.FirstOrDefault(one => one.Source == prd.Source) ?? prd)];
        return Excerpt is null
            ? new PrdIntent(wanted)
            : new PrdIntent(wanted.SetItem(0, wanted[0] with { Excerpt = Excerpt.Length == 0 ? null : Excerpt }));
    }

    private static ImmutableArray<PrdReference> WithRefs(ImmutableArray<PrdReference> prd, string source, ImmutableArray<PrdSection> refs)
    {
        var index = prd.Index().Where(one => one.Item.Source == source).Select(one => one.Index).DefaultIfEmpty(-1).First();
        return index < 0 ? prd.Add(new(source, refs, null, null)) : prd.SetItem(index, prd[index] with { Refs = refs });
    }

    private Outcome<PrdIntent> Agreed(string root, ImmutableArray<PrdReference> meant)
    {
        var agreed = ImmutableArray.CreateBuilder<PrdReference>(meant.Length);
        foreach (var prd in meant)
        {
            var referred = PrdFile.Refer(root, prd, Validate);
            if (referred.Data is null)
                return referred.Refusal!;
            agreed.Add(referred.Data);
        }

        return new PrdIntent(agreed.ToImmutable());
    }

    /// <summary>The sections, each with the document it names itself, and the document named for all.</summary>
    private IReadOnlyList<(string? Source, PrdSection? Section)> Meant()
    {
        var main = string.IsNullOrWhiteSpace(Source) ? null : Source;
        return [(main, null), .. Sections.Distinct().Select(text => Section(text, main))];
    }

    private static (string? Source, PrdSection? Section) Section(string text, string? main)
    {
        var mark = text.IndexOf('#', StringComparison.Ordinal);
        var anchor = mark > 0 ? text[mark..] : text;
        return (mark > 0 ? text[..mark] : main, new PrdSection(anchor, Lines(anchor)));
    }

    /// <summary>Lines as hosts of repositories write them: <c>#L10</c> or <c>#L10-L40</c>.</summary>
    private static ImmutableArray<int>? Lines(string anchor)
    {
        if (!anchor.StartsWith("#L", StringComparison.Ordinal))
            return null;
        var ends = anchor[2..].Split("-L");
        return ends.Length <= 2 && Line(ends[0]) is { } first && Line(ends[^1]) is { } last && first <= last ? [first, last] : null;

        static int? Line(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }
}

/// <summary>Product intent as a task will keep it.</summary>
/// <param name="Prd">One reference a document.</param>
internal sealed record PrdIntent(ImmutableArray<PrdReference> Prd);
