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

    /// <summary>Reads what <see cref="Text"/> wrote, or null.</summary>
    public static DateTimeOffset? ParseOrNull(string? text) => text is null ? null : Parse(text);

    /// <summary>The time as it will come back from the store.</summary>
    public static DateTimeOffset Rounded(DateTimeOffset time) => Parse(Text(time));
}
