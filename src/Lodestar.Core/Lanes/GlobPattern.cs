using System.Collections.Immutable;
using System.Text;

namespace Lodestar.Core.Lanes;

/// <summary>One compiled pattern: the parts of a path, each a row of character sets; a null stands for "any number of".</summary>
internal sealed class GlobPattern
{
    private static readonly ImmutableArray<CharacterSet?> AnyPart = [CharacterSet.Any, null];

    /// <summary>The parts; a default array stands for any number of parts.</summary>
    private readonly ImmutableArray<ImmutableArray<CharacterSet?>> parts;

    /// <summary>The names every covered path begins with: the parts before the first wildcard.</summary>
    private readonly ImmutableArray<string> lead;

    private GlobPattern(ImmutableArray<ImmutableArray<CharacterSet?>> parts, ImmutableArray<string> lead)
    {
        this.parts = parts;
        this.lead = lead;
    }

    /// <summary>Compiles a pattern as people write it.</summary>
    internal static GlobPattern Parse(string pattern)
    {
        var names = Names(pattern);
        var parts = ImmutableArray.CreateBuilder<ImmutableArray<CharacterSet?>>(names.Length + 1);
        foreach (var name in names)
            parts.Add(name == "**" ? default : ParsePart(name));

        // A plain path may be a directory, and one with a slash at the end is; both cover what is below.
        ImmutableArray<string> lead = [.. names.TakeWhile(name => name.AsSpan().IndexOfAny("*?[") < 0)];
        var isPlain = lead.Length == names.Length;
        if (isPlain)
            parts.Add(default);
        else if (pattern[^1] is '/' or '\\' || parts[^1].IsDefault)
            AddBelow(parts);
        return new(parts.ToImmutable(), lead);
    }

    /// <summary>The pattern that covers exactly one path.</summary>
    internal static GlobPattern Literal(string path)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return new([.. names.Select(LiteralPart)], [.. names]);
    }

    /// <summary>True when some path is covered by both.</summary>
    internal bool Intersects(GlobPattern other) =>
        LeadsAgree(other) && Shares(
            parts,
            other.parts,
            static part => part.IsDefault,
            static part => part.All(static set => set is null || set.Intersects(set)),
            static (left, right) => Shares(
                left, right, static set => set is null, static set => set!.Intersects(set), static (one, two) => one!.Intersects(two!)));

    // Most scopes differ in their folder; a plan of a thousand tasks asks half a million times.
    private bool LeadsAgree(GlobPattern other)
    {
        var common = Math.Min(lead.Length, other.lead.Length);
        return lead.AsSpan(0, common).SequenceEqual(other.lead.AsSpan(0, common));
    }

    /// <summary>What ends in <c>**</c> covers the inside of a directory, not a file of the directory's name.</summary>
    private static void AddBelow(ImmutableArray<ImmutableArray<CharacterSet?>>.Builder parts)
    {
        if (!parts[^1].IsDefault)
            parts.Add(default);
        parts.Add(AnyPart);
    }

    private static string[] Names(string pattern) =>
        [.. pattern.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(name => name != ".")];

    private static ImmutableArray<CharacterSet?> LiteralPart(string name) =>
        [.. name.EnumerateRunes().Select(rune => (CharacterSet?)CharacterSet.Of(rune))];

    private static ImmutableArray<CharacterSet?> ParsePart(string name)
    {
        var sets = ImmutableArray.CreateBuilder<CharacterSet?>(name.Length);
        var runes = name.EnumerateRunes().ToArray();
        for (var at = 0; at < runes.Length; at++)
        {
            switch (runes[at].Value)
            {
                case '*':
                    if (sets.Count == 0 || sets[^1] is not null)
                        sets.Add(null);
                    break;
                case '?':
                    sets.Add(CharacterSet.Any);
                    break;
                case '[' when CharacterSet.TryParse(runes, ref at) is { } set:
                    sets.Add(set);
                    break;
                default:
                    sets.Add(CharacterSet.Of(runes[at]));
                    break;
            }
        }

        return sets.ToImmutable();
    }

    /// <summary>Says whether two rows of symbols, each a set or "any number of anything", have a common word: a walk over
    /// all pairs of rests, shortest first.</summary>
    /// <param name="left">One row.</param>
    /// <param name="right">The other.</param>
    /// <param name="isRepeat">Whether a symbol is "any number of anything".</param>
    /// <param name="isPossible">Whether a set holds anything at all; asked for every pair, so it must not compare.</param>
    /// <param name="intersect">Whether two sets have a common member.</param>
    private static bool Shares<T>(
        ImmutableArray<T> left, ImmutableArray<T> right, Func<T, bool> isRepeat, Func<T, bool> isPossible, Func<T, T, bool> intersect)
    {
        var width = right.Length + 1;
        var shares = new bool[(left.Length + 1) * width];
        for (var one = left.Length; one >= 0; one--)
        {
            for (var two = right.Length; two >= 0; two--)
                shares[(one * width) + two] = At(one, two);
        }

        return shares[0];

        bool At(int one, int two)
        {
            if (one == left.Length && two == right.Length)
                return true;
            if (one < left.Length && isRepeat(left[one]))
                return Rest(one + 1, two) || (two < right.Length && (isRepeat(right[two]) || isPossible(right[two])) && Rest(one, two + 1));
            if (two < right.Length && isRepeat(right[two]))
                return Rest(one, two + 1) || (one < left.Length && isPossible(left[one]) && Rest(one + 1, two));
            return one < left.Length && two < right.Length && intersect(left[one], right[two]) && Rest(one + 1, two + 1);
        }

        bool Rest(int one, int two) => shares[(one * width) + two];
    }
}
