namespace Lodestar.Engine.Spec;

/// <summary>One stretch of a text and what comes in its place.</summary>
/// <param name="Start">Where the stretch begins.</param>
/// <param name="End">Just behind it; the same as its start where something is put in.</param>
/// <param name="By">The new text.</param>
internal readonly record struct TextEdit(int Start, int End, string By)
{
    /// <summary>The text with all edits made, each in the place it was meant for; null when two of them meet.</summary>
    internal static string? Apply(string text, IEnumerable<TextEdit> edits)
    {
        TextEdit[] ordered = [.. edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End)];
        var (at, length) = (0, text.Length);
        foreach (var edit in ordered)
        {
            if (edit.Start < at)
                return null;
            at = edit.End;
            length += edit.By.Length - (edit.End - edit.Start);
        }

        return string.Create(length, (text, ordered), static (result, given) => Write(result, given.text, given.ordered));
    }

    private static void Write(Span<char> result, ReadOnlySpan<char> text, TextEdit[] ordered)
    {
        var at = 0;
        foreach (var edit in ordered)
        {
            text[at..edit.Start].CopyTo(result);
            result = result[(edit.Start - at)..];
            edit.By.CopyTo(result);
            result = result[edit.By.Length..];
            at = edit.End;
        }

        text[at..].CopyTo(result);
    }
}
