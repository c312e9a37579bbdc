namespace Lodestar.Engine.Yaml;

/// <summary>Reads times in the forms this program and its predecessor write them, without a look at any other form: a large spec
/// holds tens of thousands.</summary>
internal static class SpecTime
{
    /// <summary>Reads <c>2026-01-31T12:00:00Z</c>, with or without a fraction of up to seven digits; <c>+00:00</c> is as good as Z.</summary>
    internal static bool TryRead(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
            return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second))
        {
            return false;
        }

        var ticks = 0;
        var rest = text[19..];
        if (rest[0] == '.')
        {
            var length = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (length is < 1 or > 7 || !Digits(rest[1..(length + 1)], out ticks))
                return false;
            for (var digit = length; digit < 7; digit++)
                ticks *= 10;
            rest = rest[(length + 1)..];
        }

        if (rest is not ("Z" or "+00:00") || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, hour, minute, second, TimeSpan.Zero).AddTicks(ticks);
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
                return false;
            value = (value * 10) + (character - '0');
        }

        return true;
    }
}
