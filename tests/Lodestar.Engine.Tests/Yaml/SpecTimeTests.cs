using System.Globalization;
using Lodestar.Engine.Yaml;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Yaml;

/// <summary>Times of the common forms are read as the runtime reads them.</summary>
public sealed class SpecTimeTests
{
    private const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    [Theory]
    [InlineData("2026-01-31T12:00:00Z")]
    [InlineData("2024-02-29T23:59:59.1+00:00")]
    [InlineData("2026-01-01T00:00:00.000000+00:00")]
    [InlineData("0001-01-01T00:00:00.1234567Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z")]
    public void The_common_forms_are_known(string text)
    {
        Assert.True(SpecTime.TryRead(text, out var time));
        Assert.Equal(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, Styles), time);
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Fact]
    public void Whatever_is_read_is_what_the_runtime_reads()
    {
        string[] seeds = ["2026-01-31T12:00:00Z", "2023-02-28T09:08:07.654321+00:00", "2000-12-01T23:59:59.1234567Z"];
        Fuzzing.Run(3000, random =>
        {
            var text = Fuzzing.Pick(random, seeds).ToCharArray();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
                text[random.Next(text.Length)] = Fuzzing.Pick(random, "0123456789 -:.+TZ".ToCharArray());
            var cut = new string(text)[..random.Next(18, text.Length + 1)];
            if (!SpecTime.TryRead(cut, out var time))
                return;

            Assert.True(DateTimeOffset.TryParse(cut, CultureInfo.InvariantCulture, Styles, out var expected), cut);
            Assert.Equal(expected, time);
        });
    }
}
