using Lodestar.Core.Spec;

namespace Lodestar.Core.Tests.Spec;

public sealed class PrdTextTests
{
    private const string Text = "# Shop\n```\n# login in code\n```\n## Login form\nfields\n### Details\nmore\n## Reset {#login}\nmail\n## Pay (a|b.*\n";

    [Theory]
    [InlineData("#login", 9, 10)]
    [InlineData("#login-form", 5, 8)]
    [InlineData("details", 7, 8)]
    [InlineData("#pay", 11, 12)]
    public void An_anchor_finds_its_section(string anchor, int first, int last) =>
        Assert.Equal((first, last), PrdText.Find(Text, anchor));

    [Theory]
    [InlineData("#.*")]
    [InlineData("#log")]
    [InlineData("#")]
    [InlineData("#a(b")]
    public void An_anchor_that_names_no_heading_finds_nothing(string anchor) => Assert.Null(PrdText.Find(Text, anchor));
}
