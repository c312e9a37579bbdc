using System.Globalization;

namespace Lodestar.Core;

/// <summary>Points in time as people and programs write them: RFC 3339, and its shorter forms. Without an offset, UTC.</summary>
public static class PointInTime
{
    /// <summary>The forms accepted, for messages.</summary>
    public const string Forms = "2031-05-14T12:00:00Z, 2031-05-14T14:00:00+02:00 or 2031-05-14";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd' 'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads a point in time.</summary>
    /// <returns>False when the text is of no such form.</returns>
    public static bool TryParse(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text.Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
