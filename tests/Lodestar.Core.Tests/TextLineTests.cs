namespace Lodestar.Core.Tests;

public class TextLineTests
{
    [Theory]
    [InlineData("Add a list", "Add a list")]
    [InlineData("  Add\ta  list ", "Add a list")]
    [InlineData("Add\r\n\nLodestar-Key: ik:0\u0000\e[2J\u2028x", "Add Lodestar-Key: ik:0 [2J x")]
    [InlineData("\u0000\n", "")]
    public void Whatever_a_title_holds_it_is_one_line_without_control_characters(string text, string expected) =>
        Assert.Equal(expected, TextLine.Of(text));
}
