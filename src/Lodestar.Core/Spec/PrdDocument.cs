using System.Collections.Immutable;

namespace Lodestar.Core.Spec;

/// <summary>One heading of a product document.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Level">1 to 6.</param>
/// <param name="Title">Its words without markup.</param>
/// <param name="Scope">Which block holds it: 0 for the document itself, another number for each quotation or list item.</param>
/// <param name="ScopeEnd">The last line of that block.</param>
public sealed record PrdHeading(int Line, int Level, string Title, int Scope, int ScopeEnd);

/// <summary>A product document: its text, its headings, and the sections that anchors and line ranges name.</summary>
public sealed class PrdDocument
{
    private readonly string[] lines;
    private readonly ImmutableArray<PrdHeading> headings;
    private readonly List<Names> names = [];

    /// <summary>Takes a document apart.</summary>
    /// <param name="text">Normalized text.</param>
    /// <param name="headings">Its headings in file order.</param>
    public PrdDocument(string text, ImmutableArray<PrdHeading> headings)
    {
        Text = text;
        lines = (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
        this.headings = headings;
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var heading in headings)
            names.Add(Names.Of(heading.Title, taken));
    }

    /// <summary>The normalized text.</summary>
    public string Text { get; }

    /// <summary>The lines a reference names, from 1 and inclusive; lines win over the anchor. Null when there are none such.</summary>
    public (int First, int Last)? Find(PrdSection section)
    {
        if (section.Lines is not { Length: 2 } range)
            return FindHeading(section.Anchor);
        return range[0] <= lines.Length ? (range[0], Math.Min(range[1], lines.Length)) : null;
    }

    /// <summary>The text of some lines.</summary>
    public string TextOf((int First, int Last) range) => string.Join('\n', lines[(range.First - 1)..range.Last]);

    /// <summary>The text a reference names; null when it names nothing.</summary>
    public string? TextOf(PrdSection section) => Find(section) is { } range ? TextOf(range) : null;

    /// <summary>Finds the section an anchor names: a heading marked <c>{#anchor}</c>; else the one hosts of repositories give
    /// this anchor to, repeated headings numbered; else the first whose words are, or begin with, those of the anchor. The
    /// section runs to the next heading of its level or above.</summary>
    /// <param name="anchor">With or without its leading <c>#</c>, in any case.</param>
    private (int First, int Last)? FindHeading(string anchor)
    {
        var name = anchor.StartsWith('#') ? anchor[1..] : anchor;
        if (name.Contains('%'))
            name = Uri.UnescapeDataString(name);
        var slug = PrdSlug.Of(name);
        var words = PrdSlug.Words(name);
        var found = names.FindIndex(one => name.Equals(one.Anchor, StringComparison.OrdinalIgnoreCase));
        if (found < 0 && slug.Length > 0)
            found = names.FindIndex(one => one.Slug == slug);
        if (found < 0 && words.Length > 0)
            found = names.FindIndex(one => one.Words == words);
        if (found < 0 && words.Length > 0)
            found = names.FindIndex(one => one.Words.StartsWith(words + "-", StringComparison.Ordinal));
        return found < 0 ? null : Section(found);
    }

    private (int First, int Last) Section(int index)
    {
        var start = headings[index];
        for (var at = index + 1; at < headings.Length; at++)
        {
            if (headings[at].Scope == start.Scope && headings[at].Level <= start.Level)
                return (start.Line, headings[at].Line - 1);
        }

        return (start.Line, Math.Min(start.ScopeEnd, lines.Length));
    }

    /// <summary>What a heading can be called.</summary>
    private readonly record struct Names(string? Anchor, string Slug, string Words)
    {
        internal static Names Of(string title, Dictionary<string, int> taken)
        {
            var mark = Explicit(title);
            var words = mark is null ? title : title[..title.LastIndexOf("{#", StringComparison.Ordinal)].TrimEnd();
            var plain = PrdSlug.Of(words);
            var slug = plain;

            // Repeated headings are numbered, past numbers that some heading has by its own words.
            while (!taken.TryAdd(slug, 0))
                slug = $"{plain}-{++taken[plain]}";
            return new(mark, slug, PrdSlug.Words(words));
        }

        /// <summary>The anchor a heading ends with, as in <c>Log in {#login}</c>.</summary>
        private static string? Explicit(string title)
        {
            var start = title.LastIndexOf("{#", StringComparison.Ordinal);
            var end = start < 0 ? -1 : title.IndexOf('}', start);
            return end > start + 2 && end == title.Length - 1 ? title[(start + 2)..end].Trim() : null;
        }
    }
}
