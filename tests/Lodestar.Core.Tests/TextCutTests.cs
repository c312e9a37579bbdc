using FsCheck;
using FsCheck.Fluent;

namespace Lodestar.Core.Tests;

public sealed class TextCutTests
{
    [Theory]
    [InlineData("abc", 2, "ab")]
    [InlineData("a\U0001F600b", 2, "a")]
    [InlineData("a\U0001F600b", 3, "a\U0001F600")]
    [InlineData("\U0001F600", 1, "")]
    [InlineData("abc", 0, "")]
    [InlineData("abc", 3, "abc")]
    public void A_cut_falls_before_a_pair_it_would_halve(string text, int length, string head) =>
        Assert.Equal(head, TextCut.Head(text, length));

    [Fact]
    public void Both_sides_of_a_cut_are_whole_characters() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>().Filter(number => number >= 0),
        ArbMap.Default.ArbFor<NonNull<string>>(),
        (number, given) =>
        {
            var text = string.Concat(given.Get.EnumerateRunes()) + "\U0001F600";
            var at = TextCut.Boundary(text, number % (text.Length + 1));
            return at == text.Length || !char.IsLowSurrogate(text[at]);
        }).QuickCheckThrowOnFailure();
}
