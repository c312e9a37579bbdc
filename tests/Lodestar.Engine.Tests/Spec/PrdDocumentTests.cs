using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Tests.Spec;

public sealed class PrdDocumentTests
{
    private const string Text =
        """
        # Shop {#overview}

        ```
        # login in code
        ```

        ## Login form
        fields
        ### Details
        more

            # indented code

        <!--
        ## login in a comment
        -->
        ## Reset {#login}
        mail

        Paying
        and more
        --------
        > ## Quoted
        > text
        > # Quoted too

        rest
        ### Details
        twice
        ### Don't `eat` *soap* & [water](x.md)
        bad
        ### Ünïcode — Größe ###
        end
        """;

    [Theory]
    [InlineData("#login", 17, 19)]
    [InlineData("#LOGIN", 17, 19)]
    [InlineData("#login-form", 7, 16)]
    [InlineData("login", 17, 19)]
    [InlineData("#overview", 1, 34)]
    [InlineData("#shop", 1, 34)]
    [InlineData("details", 9, 16)]
    [InlineData("#details-1", 28, 29)]
    [InlineData("#paying-and-more", 20, 34)]
    [InlineData("#paying", 20, 34)]
    [InlineData("#dont-eat-soap--water", 30, 31)]
    [InlineData("#dont-eat-soap-water", 30, 31)]
    [InlineData("#ünïcode--größe", 32, 34)]
    [InlineData("#%C3%BCn%C3%AFcode--gr%C3%B6%C3%9Fe", 32, 34)]
    [InlineData("#quoted", 23, 24)]
    [InlineData("#quoted-too", 25, 25)]
    public void An_anchor_finds_its_section(string anchor, int first, int last) =>
        Assert.Equal((first, last), Find(Text + "\n\n", new(anchor, null)));

    [Theory]
    [InlineData("#.*")]
    [InlineData("#log")]
    [InlineData("#")]
    [InlineData("")]
    [InlineData("#a(b")]
    [InlineData("#login-in-code")]
    [InlineData("#indented-code")]
    [InlineData("#%")]
    public void An_anchor_that_names_no_heading_finds_nothing(string anchor) => Assert.Null(Find(Text, new(anchor, null)));

    [Fact]
    public void Lines_win_over_an_anchor_and_end_with_the_document()
    {
        Assert.Equal((2, 3), Find("a\nb\nc\n", new("#x", [2, 3])));
        Assert.Equal((3, 3), Find("a\nb\nc\n", new("#x", [3, 9])));
        Assert.Null(Find("a\nb\nc\n", new("#x", [4, 9])));
    }

    [Fact]
    public void A_section_is_told_as_it_stands()
    {
        var document = MarkdownOutline.Read("# A\n\none\n\n# B\ntwo\n");

        Assert.Equal("# A\n\none\n", document.TextOf(new PrdSection("#a", null)));
        Assert.Equal("# B\ntwo", document.TextOf(new PrdSection("#b", null)));
    }

    [Fact]
    public void A_document_nested_without_end_is_no_crash()
    {
        using var scratch = new Lodestar.TestKit.ScratchDirectory();
        scratch.Write("PRD.md", new string('>', 20_000) + " # deep\n");

        var read = PrdFile.Read(scratch.Root, "PRD.md");

        Assert.True(read.Data is not null || read.Refusal!.Code == "prd-unreadable");
    }

    private static (int First, int Last)? Find(string text, PrdSection section) => MarkdownOutline.Read(text).Find(section);
}
