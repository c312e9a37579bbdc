using System.Collections.Immutable;
using System.Text;

namespace Lodestar.Core.Lanes;

/// <summary>The characters one place of a pattern stands for, as ascending ranges. A slash is in none.</summary>
internal sealed class CharacterSet
{
    private const int Last = 0x10FFFF;
    private readonly ImmutableArray<(int From, int To)> ranges;

    private CharacterSet(ImmutableArray<(int From, int To)> ranges) => this.ranges = ranges;

    /// <summary>Every character of a file name.</summary>
    internal static CharacterSet Any { get; } = new([(0, '/' - 1), ('/' + 1, Last)]);

    internal static CharacterSet Of(Rune rune) => new([(rune.Value, rune.Value)]);

    /// <summary>Reads a class such as <c>[a-z_]</c> or <c>[!0-9]</c>.</summary>
    /// <param name="pattern">The part of the pattern.</param>
    /// <param name="at">Place of the opening bracket; afterwards, of the closing one.</param>
    /// <returns>Null when the bracket is never closed: then it is an ordinary character.</returns>
    internal static CharacterSet? TryParse(Rune[] pattern, ref int at)
    {
        var first = at + 1;
        var negated = first < pattern.Length && pattern[first].Value is '!' or '^';
        if (negated)
            first++;

        // A closing bracket right at the start is meant as a character.
        var end = Array.IndexOf(pattern, new Rune(']'), Math.Min(first + 1, pattern.Length));
        if (end < 0)
            return null;

        var given = new List<(int From, int To)>();
        for (var place = first; place < end; place++)
        {
            var from = pattern[place].Value;
            var to = from;
            if (place + 2 < end && pattern[place + 1].Value == '-')
            {
                to = pattern[place + 2].Value;
                place += 2;
            }

            if (from <= to)
                given.Add((from, to));
        }

        at = end;
        return new(negated ? Complement(given) : WithoutSlash(given));
    }

    internal bool Intersects(CharacterSet other)
    {
        foreach (var (from, to) in ranges)
        {
            foreach (var range in other.ranges)
            {
                if (from <= range.To && range.From <= to)
                    return true;
            }
        }

        return false;
    }

    private static ImmutableArray<(int From, int To)> Complement(List<(int From, int To)> given)
    {
        var left = new List<(int From, int To)>();
        var next = 0;
        foreach (var (from, to) in given.Append(('/', '/')).Order())
        {
            if (from > next)
                left.Add((next, from - 1));
            next = Math.Max(next, to + 1);
        }

        if (next <= Last)
            left.Add((next, Last));
        return [.. left];
    }

    private static ImmutableArray<(int From, int To)> WithoutSlash(List<(int From, int To)> given)
    {
        var kept = new List<(int From, int To)>();
        foreach (var (from, to) in given)
        {
            if (from < '/')
                kept.Add((from, Math.Min(to, '/' - 1)));
            if (to > '/')
                kept.Add((Math.Max(from, '/' + 1), to));
        }

        return [.. kept];
    }
}
