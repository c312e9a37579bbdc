namespace Lodestar.Engine.Yaml;

/// <summary>Labels, statuses, times and ids stand in many tasks: what was seen lately is not made once more.</summary>
internal sealed class RecentTexts
{
    private const int Longest = 40;
    private const int Telling = 6;

    private readonly string?[] known = new string?[1024];

    /// <summary>The text of some characters.</summary>
    internal string Of(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Longest)
            return text.ToString();
        var mix = (uint)text.Length * 31;
        foreach (var character in text[^Math.Min(text.Length, Telling)..])
            mix = (mix * 31) + character;
        ref var seen = ref known[mix % (uint)known.Length];
        return seen is not null && text.SequenceEqual(seen) ? seen : seen = text.ToString();
    }
}
