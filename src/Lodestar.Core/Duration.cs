using System.Globalization;
using System.Text;

namespace Lodestar.Core;

/// <summary>Lengths of time as people write them: <c>30s</c>, <c>15m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
public static class Duration
{
    /// <summary>The forms accepted, for messages.</summary>
    public const string Forms = "30s, 15m, 1h30m or 2d";

    private const string Units = "dhms";

    /// <summary>Reads a length of time. Units come largest first, each at most once; the whole is above zero.</summary>
    /// <returns>False when the text is of no such form or overflows.</returns>
    public static bool TryParse(string text, out TimeSpan length)
    {
        length = TimeSpan.Zero;
        decimal seconds = 0;
        var nextUnit = 0;
        for (var at = 0; at < text.Length;)
        {
            var digits = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            var unit = at < text.Length ? Units.IndexOf(text[at], nextUnit) : -1;
            if (unit < 0 || at == digits || at - digits > 9)
                return false;
            seconds += int.Parse(text.AsSpan(digits, at - digits), CultureInfo.InvariantCulture) * SecondsIn(Units[unit]);
            nextUnit = unit + 1;
            at++;
        }

        if (seconds <= 0 || seconds > (decimal)TimeSpan.MaxValue.TotalSeconds - 1)
            return false;
        length = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>Writes a length in whole seconds without zero parts: <c>1h30m</c>. Zero and less is <c>0s</c>.</summary>
    public static string Text(TimeSpan length)
    {
        var left = Math.Max(0, (long)length.TotalSeconds);
        if (left == 0)
            return "0s";
        var text = new StringBuilder();
        foreach (var unit in Units)
        {
            var amount = left / SecondsIn(unit);
            left %= SecondsIn(unit);
            if (amount > 0)
                text.Append(amount).Append(unit);
        }

        return text.ToString();
    }

    private static int SecondsIn(char unit) => unit switch
    {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        's' => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "Not a unit of time."),
    };
}
