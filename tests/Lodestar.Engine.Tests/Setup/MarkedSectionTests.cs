using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Engine.Setup;

namespace Lodestar.Engine.Tests.Setup;

public sealed class MarkedSectionTests
{
    private const string Old = "<!-- lodestar:begin -->\nold words\n<!-- lodestar:end -->";

    [Fact]
    public void A_file_that_is_not_there_is_made() =>
        Assert.Equal("# Title\n\n<!-- lodestar:begin -->\nnew words\n<!-- lodestar:end -->\n", Merged(null));

    [Fact]
    public void A_file_without_marks_gets_the_section_behind_all_else() =>
        Assert.Equal("# Ours\n\n<!-- lodestar:begin -->\nnew words\n<!-- lodestar:end -->\n", Merged("# Ours\n"));

    [Fact]
    public void A_last_line_without_an_end_stays_a_line_of_its_own() =>
        Assert.StartsWith("# Ours\n\n<!--", Merged("# Ours"), StringComparison.Ordinal);

    [Fact]
    public void Line_ends_are_those_of_the_file()
    {
        var merged = Merged($"# Ours\r\n{Old.ReplaceLineEndings("\r\n")}\r\nMore\r\n");

        Assert.Equal("# Ours\r\n<!-- lodestar:begin -->\r\nnew words\r\n<!-- lodestar:end -->\r\nMore\r\n", merged);
    }

    [Theory]
    [InlineData("<!-- lodestar:begin -->\nhalf", "1")]
    [InlineData("a\n<!-- lodestar:end -->\n", "2")]
    [InlineData("<!-- lodestar:end -->\n<!-- lodestar:begin -->\n", "1 and 2")]
    [InlineData(Old + "\n" + Old, "1 and 3 and 4 and 6")]
    public void Marks_that_do_not_say_what_is_ours_are_refused_with_their_lines(string file, string lines)
    {
        var refusal = MarkedSection.Merge("AGENTS.md", Encoding.UTF8.GetBytes(file), "# Title", "new words").Refusal;

        Assert.Equal("marks-broken", refusal?.Code);
        Assert.Contains($"line {lines}.", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_another_encoding_is_left_alone() => Assert.Equal(
        "text-expected", MarkedSection.Merge("AGENTS.md", Encoding.Unicode.GetBytes("# Ours\n"), "# Title", "new words").Refusal?.Code);

    [Fact]
    public void Bytes_around_the_section_are_never_changed() => Prop.ForAll<byte[], byte[]>((before, behind) =>
    {
        byte[] file = [.. Kept(before), .. Encoding.ASCII.GetBytes(Old), .. Kept(behind)];

        var merged = MarkedSection.Merge("AGENTS.md", file, "# Title", "new words").Data!;
        var again = MarkedSection.Merge("AGENTS.md", merged, "# Title", "new words").Data!;

        Assert.True(merged.AsSpan().StartsWith(Kept(before)) && merged.AsSpan().EndsWith(Kept(behind)));
        Assert.Equal("new words", MarkedSection.In(merged)!.Trim());
        Assert.Equal(merged, again);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_file_held_before_the_first_section_stays_its_beginning() => Prop.ForAll<byte[]>(before =>
    {
        var merged = MarkedSection.Merge("AGENTS.md", Kept(before), "# Title", "new words").Data!;

        Assert.True(merged.AsSpan().StartsWith(Kept(before)));
        Assert.Equal("new words", MarkedSection.In(merged)!.Trim());
    }).QuickCheckThrowOnFailure();

    /// <summary>Any bytes but those of another encoding.</summary>
    private static byte[] Kept(byte[] bytes) => [.. bytes.Where(value => value != 0)];

    private static string Merged(string? old) => Encoding.UTF8.GetString(
        MarkedSection.Merge("AGENTS.md", old is null ? null : Encoding.UTF8.GetBytes(old), "# Title", "new words").Data!);
}
