using System.Text;

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
        var result = new StringBuilder();
        var at = 0;
        foreach (var edit in edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End))
        {
            if (edit.Start < at)
                return null;
            result.Append(text, at, edit.Start - at).Append(edit.By);
            at = edit.End;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }
}
