using System.Collections.Immutable;
using System.Text;
using Lodestar.Core.Spec;

namespace Lodestar.Core.Policy;

/// <summary>What of a document must stay: everything outside the sections that may change.</summary>
/// <remarks>Two versions of a document with one frame differ in those sections alone. The rule needs no search for what was
/// added: a heading smuggled into a section ends it, and a fence that swallows what follows takes headings away, so either
/// way the frame is another.</remarks>
public static class DocumentFrame
{
    /// <summary>The text without the bodies of the sections that may change; their heading lines stay.</summary>
    /// <param name="text">The document.</param>
    /// <param name="headings">Its headings in order; those inside of quotations and lists divide nothing.</param>
    /// <param name="sections">Headings of the sections that may change.</param>
    public static string Of(string text, IEnumerable<PrdHeading> headings, ImmutableArray<string> sections)
    {
        var dividing = headings.Where(heading => heading.Scope == 0).ToArray();
        var lines = text.Split('\n');
        var open = new bool[lines.Length + 1];
        for (var index = 0; index < dividing.Length; index++)
        {
            if (!sections.Any(section => Names(section, dividing[index])))
                continue;
            var end = dividing.Skip(index + 1).FirstOrDefault(next => next.Level <= dividing[index].Level)?.Line ?? lines.Length + 1;
            for (var line = dividing[index].Line + 1; line < end; line++)
                open[line - 1] = true;
        }

        // An underlined heading takes two lines, and the second says how deep it is.
        var frame = new StringBuilder();
        for (var line = 0; line < lines.Length; line++)
        {
            if (!open[line])
                frame.Append(lines[line]).Append('\n');
        }

        foreach (var heading in dividing.Where(heading => heading.Line <= lines.Length && !open[heading.Line - 1]))
            frame.Append(heading.Level).Append(' ').Append(heading.Title).Append('\n');
        return frame.ToString();
    }

    /// <summary>The sections a document has no heading for: a charter that names them allows nothing there.</summary>
    public static IEnumerable<string> Missing(IEnumerable<PrdHeading> headings, ImmutableArray<string> sections) =>
        sections.Where(section => !headings.Any(heading => heading.Scope == 0 && Names(section, heading)));

    private static bool Names(string section, PrdHeading heading)
    {
        var words = section.TrimStart('#');
        var level = section.Length - words.Length;
        return (level == 0 || level == heading.Level) && words.Trim() == heading.Title;
    }
}
