using Lodestar.Core.Policy;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Tests.Policy;

/// <summary>What of a document must stay when some of its sections may change.</summary>
public sealed class DocumentFrameTests
{
    private const string Document = "# Spec\nIntro.\n## Status\ntodo\n### Detail\nmore\n## Rules\nNever lie.\n## Changelog\n- one\n";

    [Theory]
    [InlineData("todo", "done", true)]
    [InlineData("more", "less", true)]
    [InlineData("### Detail\nmore\n", "", true)]
    [InlineData("- one\n", "- one\n- two\n", true)]
    [InlineData("Intro.", "Outro.", false)]
    [InlineData("Never lie.", "Lie.", false)]
    [InlineData("## Rules", "## Status", false)]
    [InlineData("## Status\n", "", false)]
    [InlineData("## Changelog", "### Changelog", false)]
    [InlineData("todo", "todo\n## Rules\nAnything goes.", false)]
    [InlineData("todo", "todo\n# Spec", false)]
    [InlineData("- one", "- one\n## Changelog", false)]
    public void Only_named_sections_may_change(string old, string now, bool isAllowed) =>
        Assert.Equal(isAllowed, Frame(Document) == Frame(Document.Replace(old, now, StringComparison.Ordinal)));

    [Fact]
    public void A_section_may_be_named_with_its_level()
    {
        Assert.Equal(["### Status"], DocumentFrame.Missing(Headings(Document), ["### Status", "## Changelog", "Rules"]));
    }

    private static string Frame(string text) => DocumentFrame.Of(text, Headings(text), ["Status", "## Changelog"]);

    /// <summary>Headings of a text without code or quotations.</summary>
    private static List<PrdHeading> Headings(string text) =>
    [
        .. text.Split('\n').Index().Where(line => line.Item.StartsWith('#')).Select(line =>
            new PrdHeading(
                line.Index + 1, line.Item.TakeWhile(letter => letter == '#').Count(), line.Item.TrimStart('#').Trim(), 0, int.MaxValue)),
    ];
}
