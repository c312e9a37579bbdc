using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Tests.Spec;

public sealed class PrdTextTests
{
    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("one two three", 10, "one two...")]
    [InlineData("one two three", 12, "one two...")]
    [InlineData("onetwothree", 8, "onetw...")]
    [InlineData("first paragraph\n\nsecond one", 24, "first paragraph\n...")]
    [InlineData("long", 3, "...")]
    [InlineData("long", 1, ".")]
    [InlineData("long", 0, "")]
    [InlineData("😀😀😀", 5, "😀...")]
    public void A_text_is_cut_where_it_hurts_least(string text, int length, string cut) => Assert.Equal(cut, PrdText.Cut(text, length));

    [Fact]
    public void A_cut_text_is_never_longer_than_asked_for() => Prop.ForAll(
        (from text in Gen.Elements("", "a b", "word\n\nword ", "😀 x").Select(part => string.Concat(Enumerable.Repeat(part, 20)))
         from length in Gen.Choose(0, 100)
         select (text, length)).ToArbitrary(),
        given => PrdText.Cut(given.text, given.length).Length <= given.length).Check(Config.QuickThrowOnFailure);

    [Theory]
    [InlineData("sha256:", true)]
    [InlineData("", true)]
    [InlineData("md5:", false)]
    public void Older_digests_without_their_algorithm_are_understood(string prefix, bool same)
    {
        var hex = PrdText.Digest("text")["sha256:".Length..];

        Assert.Equal(same, PrdText.IsDigestOf(prefix + hex, "text"));
        Assert.False(PrdText.IsDigestOf(prefix + hex, "other"));
    }

    [Fact]
    public void One_budget_bounds_all_that_is_told_of_a_task()
    {
        var texts = Gen.Elements("", "x", "some words to tell", new string('y', 300), string.Concat(Enumerable.Repeat("long text\n\n", 400)));
        var cases =
            from title in texts
            from description in texts
            from criteria in Gen.ArrayOf(texts)
            from excerpt in texts
            from contents in Gen.ArrayOf(texts)
            from limit in Gen.Choose(1, 5_000)
            from withContent in Gen.Elements(true, false)
            select (parts: Parts(title, description, criteria, excerpt, contents), limit, withContent);

        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var fitted = new ContextBudget(given.limit, given.withContent).Fit(given.parts);
            var size = fitted.Parts.Size + (fitted.Content?.Length ?? 0);

            return size <= Math.Max(given.limit, ContextBudget.Floor)
                && (fitted.Content?.Length ?? 0) <= given.limit
                && fitted.Truncated != (fitted.Parts == given.parts && (!given.withContent || fitted.Content == given.parts.Content));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    private static ContextParts Parts(string title, string description, string[] criteria, string excerpt, string[] contents)
    {
        ContextRef[] refs = [.. contents.Select((_, index) => new ContextRef("PRD.md", $"#{index}", null))];
        return new(title, description, [.. criteria], excerpt, [.. refs], [.. contents.Zip(refs, (content, one) => new ContextSection(one, 1, 2, content))]);
    }
}
