using System.Text;

namespace Lodestar.Engine.Agents;

/// <summary>Splits a command line into words as a POSIX shell does, without expanding anything.</summary>
public static class ShellWords
{
    /// <summary>The words; quotes and backslashes are taken away as a shell takes them.</summary>
    /// <exception cref="FormatException">A quote is not closed, or a backslash ends the text.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var index = 0; index < text.Length; index++)
        {
            var letter = text[index];
            switch (letter)
            {
                case ' ' or '\t' or '\n':
                    if (word is not null)
                        words.Add(word.ToString());
                    word = null;
                    break;
                case '\'':
                    index = TakeSingleQuoted(text, index, word ??= new());
                    break;
                case '"':
                    index = TakeDoubleQuoted(text, index, word ??= new());
                    break;
                case '\\':
                    if (index + 1 == text.Length)
                        throw new FormatException("The command ends in a backslash.");
                    // A backslash before a line end joins the lines.
                    if (text[++index] != '\n')
                        (word ??= new()).Append(text[index]);
                    break;
                default:
                    (word ??= new()).Append(letter);
                    break;
            }
        }

        if (word is not null)
            words.Add(word.ToString());
        return words;
    }

    private static int TakeSingleQuoted(string text, int start, StringBuilder word)
    {
        var end = text.IndexOf('\'', start + 1);
        if (end < 0)
            throw new FormatException("The command has a single quote that is not closed.");
        word.Append(text, start + 1, end - start - 1);
        return end;
    }

    private static int TakeDoubleQuoted(string text, int start, StringBuilder word)
    {
        for (var index = start + 1; index < text.Length; index++)
        {
            if (text[index] == '"')
                return index;
            // Inside double quotes a backslash is special before these alone.
            if (text[index] == '\\' && index + 1 < text.Length && text[index + 1] is '$' or '`' or '"' or '\\' or '\n')
            {
                if (text[++index] != '\n')
                    word.Append(text[index]);
                continue;
            }

            word.Append(text[index]);
        }

        throw new FormatException("The command has a double quote that is not closed.");
    }
}
