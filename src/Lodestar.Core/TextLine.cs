namespace Lodestar.Core;

/// <summary>Text of others where one line is expected.</summary>
public static class TextLine
{
    /// <summary>The text on one line: control characters and line ends become blanks, runs of blanks one, and none stands at an end.
    /// In a commit message it can then begin no trailer of ours, and Git cuts it at no NUL.</summary>
    public static string Of(string text) => string.Join(
        ' ',
        string.Concat(text.Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? ' ' : character))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
