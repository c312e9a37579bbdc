using Lodestar.Core.Policy;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Tests.Spec;

/// <summary>Headings as CommonMark has them, because an agent will find every other kind.</summary>
public sealed class DocumentSectionsTests
{
    private const string Document = "Spec\n====\n\n## Log `v1`\n\n- one\n\n```\n## Not one\n```\n\nRules\n-----\n\n> ## Nor this\n\nNever lie.\n";

    [Fact]
    public void Underlined_headings_count_and_those_in_code_or_quotations_do_not() => Assert.Equal(
        [(1, 1, "Spec"), (4, 2, "Log v1"), (12, 2, "Rules")], MarkdownOutline.Headings(Document).Where(heading => heading.Scope == 0).Select(heading => (heading.Line, heading.Level, heading.Title)));

    [Theory]
    [InlineData("- one", "- two", true)]
    [InlineData("## Not one", "## Still code", true)]
    [InlineData("- one", "- one\n\n```\nan open fence hides what follows", false)]
    [InlineData("- one", "- one\n\n<!--", false)]
    [InlineData("- one", "- one\n\nMore rules\n---", false)]
    [InlineData("Rules\n-----", "Rules\n=====", false)]
    [InlineData("Never lie.", "Lie.", false)]
    public void What_hides_or_adds_a_heading_is_seen(string old, string now, bool isAllowed) =>
        Assert.Equal(isAllowed, Frame(Document) == Frame(Document.Replace(old, now, StringComparison.Ordinal)));

    private static string Frame(string text) => DocumentFrame.Of(text, MarkdownOutline.Headings(text), ["## Log v1"]);
}
