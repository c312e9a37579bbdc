using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Lodestar.Core.Supervision;

namespace Lodestar.Engine.Storage;

/// <summary>Reads a line that is expected to be written in one way only: members in order, no blanks, numbers in their shortest
/// form. Whatever is not so loses it, for good and without a word: somebody slower then says what the line means, or what is
/// wrong with it.</summary>
/// <param name="line">Sound UTF-8.</param>
/// <param name="words">What lines before it repeated.</param>
internal ref struct LedgerScan(ReadOnlySpan<byte> line, LedgerWords words)
{
    /// <summary>What cannot stand in a text as it is: its end, an escape, a control character.</summary>
    private static readonly SearchValues<byte> Stops = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(value => (byte)value)]);

    private readonly ReadOnlySpan<byte> all = line;
    private ReadOnlySpan<byte> rest = line;

    /// <summary>True once something was not as expected; nothing that was read since means anything.</summary>
    internal bool IsLost { get; private set; }

    /// <summary>True when everything was read, and all of it was as expected.</summary>
    internal readonly bool IsDone => !IsLost && rest.IsEmpty;

    /// <summary>Where it stands in the line.</summary>
    internal readonly int Position => all.Length - rest.Length;

    internal LedgerWords Words { get; } = words;

    /// <summary>What was read since a place.</summary>
    internal readonly ReadOnlySpan<byte> From(int place) => IsLost ? default : all[place..Position];

    /// <summary>Passes over all but so many of the last bytes.</summary>
    internal ReadOnlySpan<byte> UpTo(int last)
    {
        if (rest.Length < last)
            return Lose<byte[]>();
        var passed = rest[..^last];
        rest = rest[^last..];
        return passed;
    }

    /// <summary>Passes over what must follow.</summary>
    internal void Expect(ReadOnlySpan<byte> literal)
    {
        if (!Has(literal))
            Lose();
    }

    /// <summary>Passes over what may follow.</summary>
    internal bool Has(ReadOnlySpan<byte> literal)
    {
        if (!rest.StartsWith(literal))
            return false;
        rest = rest[literal.Length..];
        return true;
    }

    internal T Lose<T>()
    {
        Lose();
        return default!;
    }

    internal void Lose()
    {
        IsLost = true;
        rest = default;
    }

    /// <summary>A text without escapes, behind its opening quote.</summary>
    internal ReadOnlySpan<byte> Token(ReadOnlySpan<byte> before)
    {
        Expect(before);
        var end = rest.IndexOfAny(Stops);
        if (end < 0 || rest[end] != (byte)'"')
            return Lose<byte[]>();
        var token = rest[..end];
        rest = rest[(end + 1)..];
        return token;
    }

    /// <summary>An identifier.</summary>
    /// <param name="before">What stands before it, its opening quote included.</param>
    /// <param name="known">Those met before.</param>
    internal T Id<T>(ReadOnlySpan<byte> before, Words<T> known)
    {
        Expect(before);
        // Ids of a kind are of one length as a rule, and most have been met: then nothing needs to be looked for.
        var usual = known.UsualLength;
        if (usual < rest.Length && rest[usual] == (byte)'"' && known.TryKnown(rest[..usual], out var met))
        {
            rest = rest[(usual + 1)..];
            return met;
        }

        var token = Token(default);
        if (IsLost)
            return default!;
        try
        {
            return known.Of(token);
        }
        catch (FormatException)
        {
            return Lose<T>();
        }
    }

    /// <summary>An identifier, or null.</summary>
    /// <param name="before">What stands before it, without its opening quote.</param>
    /// <param name="known">Those met before.</param>
    internal T? IdOrNull<T>(ReadOnlySpan<byte> before, Words<T> known)
        where T : struct =>
        IsNull(before) ? null : Id("\""u8, known);

    /// <summary>A text, with the escapes our writer uses most.</summary>
    /// <param name="before">What stands before it, its opening quote included.</param>
    internal string Text(ReadOnlySpan<byte> before)
    {
        Expect(before);
        var end = rest.IndexOf((byte)'"');
        if (end > 0 && Words.Texts.TryKnown(rest[..end], out var known))
        {
            rest = rest[(end + 1)..];
            return known;
        }

        end = rest.IndexOfAny(Stops);
        if (end < 0)
            return Lose<string>();
        if (rest[end] != (byte)'"')
            return Escaped(end);
        var text = end == 0 ? "" : Words.Texts.Of(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    /// <summary>A text, or null.</summary>
    /// <param name="before">What stands before it, without its opening quote.</param>
    internal string? TextOrNull(ReadOnlySpan<byte> before) => IsNull(before) ? null : Text("\""u8);

    internal int Int(ReadOnlySpan<byte> before) =>
        Long(before) is var value && value <= int.MaxValue ? (int)value : Lose<int>();

    internal int? IntOrNull(ReadOnlySpan<byte> before) => IsNull(before) ? null : Int(default);

    internal long? LongOrNull(ReadOnlySpan<byte> before) => IsNull(before) ? null : Long(default);

    /// <summary>A number that is not negative.</summary>
    internal long Long(ReadOnlySpan<byte> before)
    {
        const int mostDigits = 18;
        Expect(before);
        long value = 0;
        var digits = 0;
        while (digits < rest.Length && digits < mostDigits && (uint)(rest[digits] - '0') <= 9)
            value = (value * 10) + rest[digits++] - '0';
        if (digits == 0 || digits == mostDigits || (digits > 1 && rest[0] == (byte)'0'))
            return Lose<long>();
        rest = rest[digits..];
        return value;
    }

    internal bool Bool(ReadOnlySpan<byte> before)
    {
        Expect(before);
        return Has("true"u8) || (!Has("false"u8) && Lose<bool>());
    }

    /// <summary>A time as <see cref="StoreTime"/> writes it.</summary>
    /// <param name="before">What stands before it, its opening quote included.</param>
    internal DateTimeOffset StoredTime(ReadOnlySpan<byte> before)
    {
        const int written = 27;
        var from = Position + before.Length;
        var time = Time(before, "Z"u8);
        return Position - from == written + 1 ? time : Lose<DateTimeOffset>();
    }

    /// <summary>A time in UTC, with as many decimals as it needs.</summary>
    /// <param name="before">What stands before it, its opening quote included.</param>
    /// <param name="zone">How it says UTC.</param>
    internal DateTimeOffset Time(ReadOnlySpan<byte> before, ReadOnlySpan<byte> zone)
    {
        var token = Token(before);
        if (!token.EndsWith(zone) || !TryTicks(token[..^zone.Length], out var ticks))
            return Lose<DateTimeOffset>();
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    internal Usage Usage(ReadOnlySpan<byte> before)
    {
        Expect(before);
        if (Has("{\"cost_usd\":null,\"tokens\":null}"u8))
            return Core.Supervision.Usage.Unknown;
        var usage = new Usage(DecimalOrNull("{\"cost_usd\":"u8), LongOrNull(",\"tokens\":"u8));
        Expect("}"u8);
        return usage;
    }

    /// <summary>A list, each item of it read in the same way.</summary>
    internal ImmutableArray<T> Items<T>(ReadOnlySpan<byte> before, LedgerItem<T> read)
    {
        Expect(before);
        Expect("["u8);
        if (Has("]"u8))
            return [];
        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            items.Add(read(ref this));
        }
        while (Has(","u8));
        Expect("]"u8);
        return items.ToImmutable();
    }

    /// <summary>Passes over what stands before a value, and over the value when it is null.</summary>
    internal bool IsNull(ReadOnlySpan<byte> before)
    {
        Expect(before);
        return Has("null"u8);
    }

    private decimal? DecimalOrNull(ReadOnlySpan<byte> before)
    {
        if (IsNull(before))
            return null;
        var end = rest.IndexOfAnyExcept("0123456789."u8);
        if (end < 1 || rest[0] == (byte)'.' || rest[end - 1] == (byte)'.' || (rest[0] == (byte)'0' && end > 1 && rest[1] != (byte)'.')
            || !decimal.TryParse(rest[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return Lose<decimal?>();
        rest = rest[end..];
        return value;
    }

    private string Escaped(int at)
    {
        var text = new ArrayBufferWriter<byte>(Math.Max(256, 2 * at));
        while (true)
        {
            text.Write(rest[..at]);
            if (rest[at] == (byte)'"')
                break;
            if (rest[at] != (byte)'\\' || rest.Length < at + 2 || Meant(rest[at + 1]) is not { } meant)
                return Lose<string>();
            text.Write([meant]);
            rest = rest[(at + 2)..];
            at = rest.IndexOfAny(Stops);
            if (at < 0)
                return Lose<string>();
        }

        rest = rest[(at + 1)..];
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static byte? Meant(byte escaped) => escaped switch
    {
        (byte)'n' => (byte)'\n',
        (byte)'"' or (byte)'\\' or (byte)'/' => escaped,
        (byte)'t' => (byte)'\t',
        (byte)'r' => (byte)'\r',
        _ => null,
    };

    private readonly bool TryTicks(ReadOnlySpan<byte> time, out long ticks)
    {
        const int toSeconds = 19;
        const int mostDecimals = 7;
        ticks = 0;
        if (time.Length is < toSeconds or toSeconds + 1 or > toSeconds + 1 + mostDecimals || time[10] != (byte)'T' || time[13] != (byte)':' || time[16] != (byte)':'
            || !Words.Day.TryTicks(time[..10], out var day))
            return false;
        var (hour, minute, second) = (Pair(time[11..]), Pair(time[14..]), Pair(time[17..]));
        if (hour > 23 || minute > 59 || second > 59)
            return false;
        long fraction = 0;
        for (var index = toSeconds; index < time.Length; index++)
        {
            if (index == toSeconds ? time[index] != (byte)'.' : (uint)(time[index] - '0') > 9)
                return false;
            fraction = index == toSeconds ? 0 : (fraction * 10) + time[index] - '0';
        }

        for (var index = Math.Max(time.Length, toSeconds + 1); index < toSeconds + 1 + mostDecimals; index++)
            fraction *= 10;
        ticks = day + ((((hour * 60L) + minute) * 60L + second) * TimeSpan.TicksPerSecond) + fraction;
        return true;
    }

    /// <summary>Two digits as a number; more than any part of a time when they are none.</summary>
    private static int Pair(ReadOnlySpan<byte> text)
    {
        var (tens, ones) = ((uint)(text[0] - '0'), (uint)(text[1] - '0'));
        return tens <= 9 && ones <= 9 ? (int)((tens * 10) + ones) : int.MaxValue;
    }
}

/// <summary>Reads one item of a list.</summary>
internal delegate T LedgerItem<out T>(ref LedgerScan scan);
