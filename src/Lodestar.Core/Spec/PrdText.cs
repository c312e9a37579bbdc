using System.Text;

namespace Lodestar.Core.Spec;

/// <summary>Finds sections of a product document by their headings.</summary>
public static class PrdText
{
    /// <summary>The text with every line break as one newline, so that a digest does not depend on the checkout.</summary>
    public static string Normalized(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    /// <summary>Finds the section an anchor names: a heading marked <c>{#anchor}</c>, else the first whose words are, or begin
    /// with, those of the anchor. The section runs to the next heading of its level or above.</summary>
    /// <param name="text">Normalized Markdown.</param>
    /// <param name="anchor">With or without its leading <c>#</c>.</param>
    /// <returns>First and last line, from 1; null when no heading fits.</returns>
    public static (int First, int Last)? Find(string text, string anchor)
    {
        var name = anchor.TrimStart('#');
        var lines = text.Split('\n');
        var headings = Headings(lines);
        var found = headings.FindIndex(heading => heading.Title.Contains($"{{#{name}}}", StringComparison.OrdinalIgnoreCase));
        if (found < 0 && name.Length > 0)
            found = headings.FindIndex(heading => Slug(heading.Title) == Slug(name));
        if (found < 0 && name.Length > 0)
            found = headings.FindIndex(heading => Slug(heading.Title).StartsWith(Slug(name) + "-", StringComparison.Ordinal));
        if (found < 0)
            return null;
        var next = headings.FindIndex(found + 1, heading => heading.Level <= headings[found].Level);
        return (headings[found].Line, next < 0 ? lines.Length : headings[next].Line - 1);
    }

    private static List<(int Line, int Level, string Title)> Headings(string[] lines)
    {
        var headings = new List<(int Line, int Level, string Title)>();
        var fence = "";
        for (var at = 0; at < lines.Length; at++)
        {
            var line = lines[at].TrimStart(' ');
            if (fence.Length == 0 && (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal)))
                fence = line[..3];
            else if (fence.Length > 0 && line.StartsWith(fence, StringComparison.Ordinal))
                fence = "";
            var level = line.TakeWhile(character => character == '#').Count();
            if (fence.Length == 0 && level is > 0 and <= 6 && line.Length > level && line[level] == ' ')
                headings.Add((at + 1, level, line[level..].Trim()));
        }

        return headings;
    }

    private static string Slug(string title)
    {
        var slug = new StringBuilder();
        foreach (var character in title.ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(character) || character == '_')
                slug.Append(character);
            else if (character is ' ' or '-' && slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }

        return slug.ToString().TrimEnd('-');
    }
}
