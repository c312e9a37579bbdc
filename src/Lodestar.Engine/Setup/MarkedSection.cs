using System.Text;
using Lodestar.Core;

namespace Lodestar.Engine.Setup;

/// <summary>A part of somebody else's text file that is ours: it stands between two marks, and nothing outside of them is
/// ever changed, whatever its encoding or line ends.</summary>
internal static class MarkedSection
{
    /// <summary>The mark our part begins with.</summary>
    internal const string Begin = "<!-- lodestar:begin -->";

    /// <summary>The mark our part ends with.</summary>
    internal const string End = "<!-- lodestar:end -->";

    /// <summary>The part of a file that is ours, marks left out; null when it has none.</summary>
    internal static string? In(byte[]? file)
    {
        var text = Text(file ?? []);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = begin < 0 ? -1 : text.IndexOf(End, begin, StringComparison.Ordinal);
        return end < 0 ? null : text[(begin + Begin.Length)..end];
    }

    /// <summary>The file with our part renewed, or appended where it has none.</summary>
    /// <param name="path">The file's name as people know it.</param>
    /// <param name="old">Its bytes; null when there is no file.</param>
    /// <param name="title">The first line of a new file.</param>
    /// <param name="section">Our part: ASCII, lines ending in a line feed.</param>
    /// <returns>The new bytes, or a refusal: half a pair of marks does not say what is ours.</returns>
    internal static Outcome<byte[]> Merge(string path, byte[]? old, string title, string section)
    {
        var marked = $"{Begin}\n{section.TrimEnd('\n')}\n{End}";
        if (old is null)
            return Bytes($"{title}\n\n{marked}\n");
        var text = Text(old);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            return new Refusal(
                "text-expected", $"{path} is no text file in a one-byte encoding or UTF-8.", $"Save {path} as UTF-8 and run lodestar init again.");
        }

        if (text.Contains("\r\n", StringComparison.Ordinal))
            marked = marked.ReplaceLineEndings("\r\n");
        var begins = Places(text, Begin);
        var ends = Places(text, End);
        return (begins, ends) switch
        {
            ([], []) => Bytes(Appended(text, marked)),
            ([var begin], [var end]) when begin < end => Bytes(text[..begin] + marked + text[(end + End.Length)..]),
            _ => Broken(path, text, begins, ends),
        };
    }

    private static Refusal Broken(string path, string text, List<int> begins, List<int> ends)
    {
        var lines = begins.Concat(ends).Order().Select(at => text.AsSpan(0, at).Count('\n') + 1).ToArray();
        return new(
            "marks-broken",
            $"{path} does not hold the marks of Lodestar's section once each, the begin before the end; they are in line {string.Join(" and ", lines)}.",
            $"Leave one {Begin} above one {End} in {path}, or neither, and run lodestar init again.")
        {
            Details = new() { ["file"] = path, ["lines"] = new System.Text.Json.Nodes.JsonArray([.. lines]) },
        };
    }

    private static string Appended(string text, string marked)
    {
        var newLine = marked.Contains('\r', StringComparison.Ordinal) ? "\r\n" : "\n";
        var gap = text.Length == 0 ? "" : text.EndsWith('\n') ? newLine : newLine + newLine;
        return text + gap + marked + newLine;
    }

    private static List<int> Places(string text, string mark)
    {
        var places = new List<int>();
        for (var at = text.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(mark, at + mark.Length, StringComparison.Ordinal))
            places.Add(at);
        return places;
    }

    /// <summary>One character for each byte, so that bytes that are not ours come back as they were.</summary>
    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
