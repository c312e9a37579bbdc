using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Lodestar.Core.Runs;

/// <summary>The scalars of canonical JSON: strings with the fewest escapes, numbers as ECMAScript prints them.</summary>
internal static class CanonicalText
{
    private const string NeedsEscape =
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f" +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\";

    private static readonly SearchValues<char> Escaped = SearchValues.Create(NeedsEscape);
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal static void WriteString(IBufferWriter<byte> output, string text)
    {
        // Nearly every text is plain: one look and one copy.
        var plain = output.GetSpan(text.Length + 2);
        if (!text.AsSpan().ContainsAny(Escaped) && Ascii.FromUtf16(text, plain[1..], out var count) == OperationStatus.Done)
        {
            plain[0] = plain[count + 1] = (byte)'"';
            output.Advance(count + 2);
            return;
        }

        output.Write("\""u8);
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            WriteUnicode(output, rest[..at]);
            WriteEscape(output, rest[at]);
            rest = rest[(at + 1)..];
        }

        WriteUnicode(output, rest);
        output.Write("\""u8);
    }

    /// <summary>Writes a whole number.</summary>
    internal static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        if (!number.TryFormat(digits, out var count, default, CultureInfo.InvariantCulture))
            throw new UnreachableException();
        WriteNumber(output, digits[..count]);
    }

    /// <summary>Writes a number that stands in JSON like this.</summary>
    internal static void WriteNumber(IBufferWriter<byte> output, ReadOnlySpan<byte> digits)
    {
        if (IsPrintedAlike(digits))
        {
            output.Write(digits);
            return;
        }

        var literal = Encoding.ASCII.GetString(digits);
        var value = double.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value))
            throw new JsonException($"Number {literal} is outside the range of a double.");

        var printed = EcmaScript(value);
        // Above 2^53 a double prints the shortest digits that find it again, so its own print must pass as well.
        if (IsInteger(literal) && printed != literal && !Holds(value, literal))
            throw new JsonException($"Integer {literal} cannot be held exactly by a double.");

        Span<byte> ascii = stackalloc byte[32];
        output.Write(ascii[..Encoding.ASCII.GetBytes(printed, ascii)]);
    }

    /// <summary>ECMAScript's Number::toString for base 10.</summary>
    internal static string EcmaScript(double value)
    {
        if (value == 0)
            return "0";

        var (sign, digits, point) = Shortest(value);
        var count = digits.Length;
        if (point is > 0 and <= 21)
        {
            return count <= point
                ? sign + digits + new string('0', point - count)
                : $"{sign}{digits[..point]}.{digits[point..]}";
        }

        if (point is > -6 and <= 0)
            return $"{sign}0.{new string('0', -point)}{digits}";

        var exponent = point - 1;
        var fraction = count == 1 ? "" : "." + digits[1..];
        return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}";
    }

    // The shortest digits that read back as the same double, and where the decimal point stands among them.
    private static (string Sign, string Digits, int Point) Shortest(double value)
    {
        // "R" gives either plain decimals or d.dddE+xx; both are taken apart alike.
        var text = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E');
        var exponent = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = mark < 0 ? text : text[..mark];
        var dot = mantissa.IndexOf('.');
        var whole = dot < 0 ? mantissa : mantissa[..dot];
        var all = dot < 0 ? whole : whole + mantissa[(dot + 1)..];

        var significant = all.TrimStart('0');
        var point = whole.Length + exponent - (all.Length - significant.Length);
        return (value < 0 ? "-" : "", significant.TrimEnd('0'), point);
    }

    // Nearly every number is a count: below 10^15 a double holds it, and prints its digits.
    private static bool IsPrintedAlike(ReadOnlySpan<byte> literal) =>
        literal.Length <= 15 && !literal.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (literal[0] != '0' || literal.Length == 1);

    private static bool IsInteger(string literal) => literal.AsSpan().IndexOfAny('.', 'e', 'E') < 0;

    private static bool Holds(double value, string literal) =>
        Math.Abs(value) < 1L << 53
        || new BigInteger(value) == BigInteger.Parse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static void WriteEscape(IBufferWriter<byte> output, char unit)
    {
        switch (unit)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write("\\\\"u8); break;
            case '\b': output.Write("\\b"u8); break;
            case '\t': output.Write("\\t"u8); break;
            case '\n': output.Write("\\n"u8); break;
            case '\f': output.Write("\\f"u8); break;
            case '\r': output.Write("\\r"u8); break;
            default: output.Write(Encoding.ASCII.GetBytes($"\\u{(int)unit:x4}")); break;
        }
    }

    private static void WriteUnicode(IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return;
        try
        {
            Strict.GetBytes(text, output);
        }
        catch (EncoderFallbackException cause)
        {
            throw new JsonException("A string holds half a surrogate pair.", cause);
        }
    }
}
