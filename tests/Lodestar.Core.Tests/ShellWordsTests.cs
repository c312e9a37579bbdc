namespace Lodestar.Core.Tests;

public class ShellWordsTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("  a\t'b c'\n", "a|b c")]
    [InlineData("""a "b 'c' \"d\" \x" """, """a|b 'c' "d" \x""")]
    [InlineData("""a\ b \'c""", "a b|'c")]
    [InlineData("a''b '' \"\"", "ab||")]
    [InlineData("$HOME *.cs `id` $(id) ~ {prompt}", "$HOME|*.cs|`id`|$(id)|~|{prompt}")]
    [InlineData("a\\\nb", "ab")]
    public void A_line_is_split_and_nothing_is_expanded(string line, string words)
    {
        Assert.Null(ShellWords.TrySplit(line, out var split));

        Assert.Equal(words, string.Join('|', split));
    }

    [Theory]
    [InlineData("a 'b")]
    [InlineData("a \"b\\\"")]
    [InlineData("a\\")]
    [InlineData("  ")]
    public void An_unfinished_or_empty_line_is_refused(string line) =>
        Assert.Equal("command-invalid", ShellWords.TrySplit(line, out _)?.Code);
}
