using System.Globalization;

namespace Lodestar.Engine.Storage;

/// <summary>Times as the store holds them: RFC 3339, UTC, always six decimals, so that text order is time order.</summary>
public static class StoreTime
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Writes a time; what is finer than a microsecond is cut off.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Text"/> wrote.</summary>
    public static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(
        text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Reads the same from bytes; ledgers hold hundreds of thousands of times.</summary>
    /// <exception cref="FormatException">The bytes are not of that form.</exception>
    public static DateTimeOffset Parse(ReadOnlySpan<byte> text)
    {
        const string digits = "dddd-dd-ddTdd:dd:dd.ddddddZ";
        if (text.Length != digits.Length)
            throw new FormatException("A time is not of the form 2026-01-31T12:00:00.000000Z");
        Span<int> numbers = stackalloc int[7];
        var part = 0;
        for (var index = 0; index < digits.Length; index++)
        {
            if (digits[index] == 'd' && text[index] is >= (byte)'0' and <= (byte)'9')
                numbers[part] = (numbers[part] * 10) + text[index] - '0';
            else if (digits[index] != 'd' && text[index] == digits[index])
                part++;
            else
                throw new FormatException("A time is not of the form 2026-01-31T12:00:00.000000Z");
        }

        try
        {
            return new DateTimeOffset(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], TimeSpan.Zero)
                .AddTicks(numbers[6] * TimeSpan.TicksPerMicrosecond);
        }
        catch (ArgumentOutOfRangeException cause)
        {
            throw new FormatException("A time names no moment of the calendar", cause);
        }
    }

    /// <summary>Reads what <see cref="Text"/> wrote, or null.</summary>
    public static DateTimeOffset? ParseOrNull(string? text) => text is null ? null : Parse(text);

    /// <summary>The time as it will come back from the store.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
