using System.Collections.Immutable;
using System.Text;
using Lodestar.Core.Spec;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Lodestar.Engine.Spec;

/// <summary>Finds the headings of a Markdown text as CommonMark has them: not in code, comments or HTML, and underlined ones too.</summary>
internal static class MarkdownOutline
{
    private static readonly Lazy<MarkdownPipeline> Pipeline = new(() => new MarkdownPipelineBuilder().UsePreciseSourceLocation().Build());

    /// <summary>Takes a normalized text apart.</summary>
    /// <exception cref="ArgumentException">It is nested deeper than any document.</exception>
    internal static PrdDocument Read(string text) => new(text, Headings(text));

    /// <summary>The headings of a text, in file order.</summary>
    /// <exception cref="ArgumentException">It is nested deeper than any document.</exception>
    internal static ImmutableArray<PrdHeading> Headings(string text)
    {
        var headings = ImmutableArray.CreateBuilder<PrdHeading>();
        var scopes = new Dictionary<ContainerBlock, int>();
        var places = new LinePlaces(text);
        foreach (var heading in Markdown.Parse(text, Pipeline.Value).Descendants<HeadingBlock>())
        {
            var holder = heading.Parent!;
            var inside = holder is not MarkdownDocument;
            if (inside)
                scopes.TryAdd(holder, scopes.Count + 1);
            headings.Add(new(
                places.LineOf(heading.Span.Start),
                heading.Level,
                Words(heading),
                inside ? scopes[holder] : 0,
                inside ? places.LineOf(Math.Max(holder.Span.Start, holder.Span.End)) : int.MaxValue));
        }

        return headings.ToImmutable();
    }

    private static string Words(HeadingBlock heading)
    {
        var words = new StringBuilder();
        foreach (var inline in heading.Inline?.Descendants() ?? [])
        {
            _ = inline switch
            {
                LiteralInline literal => words.Append(literal.Content.AsSpan()),
                CodeInline code => words.Append(code.Content),
                HtmlEntityInline entity => words.Append(entity.Transcoded.AsSpan()),
                AutolinkInline link => words.Append(link.Url),
                LineBreakInline => words.Append(' '),
                _ => words,
            };
        }

        return words.ToString().Trim();
    }

    /// <summary>Which line an offset is on.</summary>
    private sealed class LinePlaces
    {
        private readonly List<int> starts = [0];

        internal LinePlaces(string text)
        {
            for (var at = text.IndexOf('\n'); at >= 0; at = text.IndexOf('\n', at + 1))
                starts.Add(at + 1);
        }

        internal int LineOf(int offset)
        {
            var found = starts.BinarySearch(offset);
            return (found >= 0 ? found : ~found - 1) + 1;
        }
    }
}
