using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core;

namespace Lodestar.Core.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("15m", 900)]
    [InlineData("1h30m", 5_400)]
    [InlineData("2d", 172_800)]
    [InlineData("1d2h3m4s", 93_784)]
    public void A_length_is_read_as_people_write_it(string text, int seconds)
    {
        Assert.True(Duration.TryParse(text, out var length));
        Assert.Equal(seconds, length.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("15")]
    [InlineData("m")]
    [InlineData("1.5h")]
    [InlineData("-5m")]
    [InlineData("5m1h")]
    [InlineData("5m5m")]
    [InlineData("15 m")]
    [InlineData("0s")]
    [InlineData("9999999999d")]
    public void Anything_else_is_not_a_length(string text) => Assert.False(Duration.TryParse(text, out _));

    [Fact]
    public void A_length_that_was_written_is_read_back() =>
        Prop.ForAll(
            Gen.Choose(1, 10_000_000).ToArbitrary(),
            seconds => Duration.TryParse(Duration.Text(TimeSpan.FromSeconds(seconds)), out var length)
                && (int)length.TotalSeconds == seconds)
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("1s", true)]
    [InlineData("7d", true)]
    [InlineData("7d1s", false)]
    [InlineData("0s", false)]
    [InlineData("soon", false)]
    public void A_lease_lasts_from_one_second_to_seven_days(string text, bool fits)
    {
        var refusal = LeaseTerm.TryParse(text, out _);

        Assert.Equal(fits ? null : "lease-out-of-range", refusal?.Code);
    }
}
