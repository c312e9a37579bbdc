using System.Text;
using Lodestar.Engine.Yaml;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Yaml;

/// <summary>A large file is read piece by piece, and as one.</summary>
public sealed class SourceTextTests : IDisposable
{
    private static readonly SourceCodes Codes = new("x-missing", "x-invalid", "x-unreadable");
    private readonly ScratchDirectory scratch = new();

    [Theory]
    [InlineData("a", "")]
    [InlineData("é", "\uFEFF")]
    [InlineData("\U0001F680", "")]
    [InlineData("x\U0001F680é", "\uFEFF")]
    public void A_large_text_is_read_as_it_was_written(string word, string mark)
    {
        var text = string.Concat(Enumerable.Repeat(word, 200_000));
        File.WriteAllText(scratch.PathOf("file"), mark + text, new UTF8Encoding(false));

        Assert.Equal(new(text, mark), SourceText.Read(scratch.PathOf("file"), "file", Codes).Data);
    }

    [Fact]
    public void A_byte_that_is_not_utf8_is_told_with_its_place_however_far_it_stands()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("twenty bytes a line\n", 20_000)));
        bytes[(20 * 15_000) + 3] = 0xFF;
        File.WriteAllBytes(scratch.PathOf("file"), bytes);

        Assert.StartsWith("file:15001:4: ", SourceText.Read(scratch.PathOf("file"), "file", Codes).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_ends_amid_a_character_is_not_utf8()
    {
        var bytes = Encoding.UTF8.GetBytes(new string('x', 300_000) + "é");
        File.WriteAllBytes(scratch.PathOf("file"), bytes[..^1]);

        Assert.Equal("x-invalid", SourceText.Read(scratch.PathOf("file"), "file", Codes).Refusal!.Code);
    }

    public void Dispose() => scratch.Dispose();
}
