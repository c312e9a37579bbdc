using System.Globalization;
using System.Text;

namespace Lodestar.Engine.Yaml;

/// <content>Scalars: plain and quoted ones with folding, and blocks.</content>
internal sealed partial class PlainYamlReader
{
    private static bool CanBeginPlain(ReadOnlySpan<char> content, bool inFlow)
    {
        // Parsers differ on text that begins with ? or :, so that is left to the other reader.
        if (",[]{}#&*!|>'\"%@`?:".Contains(content[0]))
            return false;
        if (content[0] != '-')
            return true;
        return content.Length > 1 && content[1] is not (' ' or '\t') && !(inFlow && ",[]{}".Contains(content[1]));
    }

    private YamlScalar ReadPlain(int parentIndent)
    {
        var start = position;
        var piece = PlainPiece(start, first: true, out var commented);
        var end = start + piece.Length;
        StringBuilder? folded = null;
        CutLine(nextLine);
        for (var blanks = 0; !AtEnd && !commented; CutLine(nextLine))
        {
            SkipSpaces();
            if (position == lineEnd)
            {
                blanks++;
                continue;
            }

            if (Column <= parentIndent || AtLineEnd())
                break;
            if (Column == 0 && IsDocumentMark())
                throw Declined;
            var more = PlainPiece(position, first: false, out commented);
            folded ??= new StringBuilder().Append(piece);
            Fold(folded, blanks).Append(more);
            end = position + more.Length;
            blanks = 0;
        }

        var value = folded?.ToString() ?? ValueText(piece);
        if (!AtEnd)
        {
            position = lineStart;
            SeekContent();
        }

        return nodes.Scalar(start, end, value, YamlStyle.Plain);
    }

    /// <summary>The part of the current line that belongs to a plain scalar.</summary>
    private ReadOnlySpan<char> PlainPiece(int start, bool first, out bool commented)
    {
        var line = text.AsSpan(start, lineEnd - start);
        var comment = line.IndexOf(" #", StringComparison.Ordinal);
        commented = comment >= 0;
        var piece = (commented ? line[..comment] : line).TrimEnd(' ');
        if ((first && !CanBeginPlain(piece, inFlow: false)) || piece.Contains('\t') || piece[^1] == ':'
            || piece.Contains(": ", StringComparison.Ordinal))
        {
            throw Declined;
        }

        return piece;
    }

    private static StringBuilder Fold(StringBuilder value, int blankLines) =>
        blankLines == 0 ? value.Append(' ') : value.Append('\n', blankLines);

    private YamlScalar ReadQuoted(int parentIndent) => ReadQuoted(parentIndent, oneLine: false) ?? throw Declined;

    /// <summary>Reads a quoted scalar and steps behind its closing quote.</summary>
    /// <returns>Null when it may span one line only and does not end there.</returns>
    private YamlScalar? ReadQuoted(int parentIndent, bool oneLine)
    {
        var start = position;
        var quote = text[position++];
        var style = quote == '"' ? YamlStyle.DoubleQuoted : YamlStyle.SingleQuoted;
        var simple = text.AsSpan(position, lineEnd - position).IndexOfAny(quote, '\\');
        if (simple >= 0 && text[position + simple] == quote && !IsDoubledQuote(position + simple))
        {
            var value = ValueText(text.AsSpan(position, simple));
            position += simple + 1;
            return nodes.Scalar(start, position, value, style);
        }

        // Length up to which blanks are meant: those before a line break fall away unless they were escaped.
        var content = new StringBuilder();
        var kept = 0;
        while (true)
        {
            if (position >= lineEnd)
            {
                if (oneLine)
                    return null;
                content.Length = kept;
                NextQuotedLine(content, parentIndent);
                kept = content.Length;
            }
            else if (text[position] == quote && !IsDoubledQuote(position))
            {
                position++;
                return nodes.Scalar(start, position, content.ToString(), style);
            }
            else if (quote == '"' && text[position] == '\\')
            {
                if (oneLine && position + 1 == lineEnd)
                    return null;
                ReadEscape(content, parentIndent);
                kept = content.Length;
            }
            else
            {
                var character = text[position];
                position += character == quote ? 2 : 1;
                content.Append(character);
                if (character is not (' ' or '\t'))
                    kept = content.Length;
            }
        }
    }

    private bool IsDoubledQuote(int at) => text[at] == '\'' && at + 1 < lineEnd && text[at + 1] == '\'';

    private void NextQuotedLine(StringBuilder content, int parentIndent)
    {
        var blanks = 0;
        for (CutLine(nextLine); ; CutLine(nextLine), blanks++)
        {
            if (AtEnd)
                throw Declined;
            SkipSpaces();
            if (position < lineEnd)
                break;
        }

        if (Column <= parentIndent || (Column == 0 && IsDocumentMark()))
            throw Declined;
        Fold(content, blanks);
    }

    private void ReadEscape(StringBuilder content, int parentIndent)
    {
        position++;
        if (position >= lineEnd)
        {
            CutLine(nextLine);
            SkipSpaces();
            if (AtEnd || position >= lineEnd || Column <= parentIndent)
                throw Declined;
            return;
        }

        var code = text[position++];
        var digits = code switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            AppendCodePoint(content, digits);
            return;
        }

        content.Append(code switch
        {
            '0' => '\0',
            'a' => '\a',
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'v' => '\v',
            'f' => '\f',
            'r' => '\r',
            'e' => '\e',
            ' ' or '"' or '/' or '\\' => code,
            'N' => '\u0085',
            '_' => '\u00a0',
            'L' => '\u2028',
            'P' => '\u2029',
            _ => throw Declined,
        });
    }

    private void AppendCodePoint(StringBuilder content, int digits)
    {
        if (position + digits > lineEnd
            || !int.TryParse(text.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, null, out var point))
        {
            throw Declined;
        }

        position += digits;

        // Half of a surrogate pair may be written alone; two of them make one character.
        if (digits == 4)
            content.Append((char)point);
        else if (Rune.IsValid(point))
            content.Append(new Rune(point).ToString());
        else
            throw Declined;
    }

    private YamlScalar ReadBlockScalar(int parentIndent)
    {
        var start = position;
        var literal = text[position++] == '|';
        var (chomp, indent) = ReadBlockHeader(Math.Max(parentIndent, 0));
        var end = position;
        FinishBlockHeader();
        var lines = new List<(int Start, int Length)>();
        var kept = 0;
        for (CutLine(nextLine); !AtEnd; CutLine(nextLine))
        {
            while (position < lineEnd && text[position] == ' ')
                position++;
            var blank = position == lineEnd;
            if (!blank)
            {
                indent ??= Column;
                if (Column < indent || indent <= parentIndent)
                    break;
            }

            lines.Add(blank && (indent is null || Column <= indent) ? (lineEnd, 0) : (lineStart + indent!.Value, lineEnd - lineStart - indent.Value));
            if (!blank)
            {
                kept = lines.Count;
                end = lineEnd;
            }
        }

        EndBlock(lines, kept, parentIndent);
        var value = literal ? JoinLiteral(lines, kept) : JoinFolded(lines, kept);
        if (kept > 0 && chomp != '-')
            value += '\n';
        if (chomp == '+')
            value += new string('\n', lines.Count - kept);
        return nodes.Scalar(start, end, value, literal ? YamlStyle.Literal : YamlStyle.Folded);
    }

    private (char Chomp, int? Indent) ReadBlockHeader(int parentIndent)
    {
        var chomp = ' ';
        int? indent = null;
        for (; position < lineEnd && text[position] != ' '; position++)
        {
            if (text[position] is '+' or '-' && chomp == ' ')
                chomp = text[position];
            else if (text[position] is >= '1' and <= '9' && indent is null)
                indent = parentIndent + (text[position] - '0');
            else
                throw Declined;
        }

        return (chomp, indent);
    }

    private void FinishBlockHeader()
    {
        SkipSpaces();
        if (!AtLineEnd())
            throw Declined;
    }

    /// <summary>Rare endings on which parsers differ are left to the other reader.</summary>
    private void EndBlock(List<(int Start, int Length)> lines, int kept, int parentIndent)
    {
        if (kept == 0 || parentIndent < 0 || (AtEnd && text[^1] != '\n'))
            throw Declined;
        for (var at = kept; at < lines.Count; at++)
        {
            if (lines[at].Length > 0)
                throw Declined;
        }

        if (AtEnd)
            return;
        if (position < lineEnd && text[position] == '\t')
            throw Declined;
        if (Column > parentIndent && text[position] != '#')
            throw Declined;
        position = lineStart;
        SeekContent();
    }

    private string JoinLiteral(List<(int Start, int Length)> lines, int kept)
    {
        var value = new StringBuilder();
        for (var at = 0; at < kept; at++)
        {
            if (at > 0)
                value.Append('\n');
            value.Append(text, lines[at].Start, lines[at].Length);
        }

        return value.ToString();
    }

    private string JoinFolded(List<(int Start, int Length)> lines, int kept)
    {
        var value = new StringBuilder();
        var blanks = 0;
        for (var at = 0; at < kept; at++)
        {
            var (start, length) = lines[at];
            if (length == 0)
            {
                blanks++;
                continue;
            }

            // Lines indented further keep their breaks; that is left to the other reader.
            if (text[start] is ' ' or '\t')
                throw Declined;
            if (value.Length == 0)
                value.Append('\n', blanks);
            else
                Fold(value, blanks);
            value.Append(text, start, length);
            blanks = 0;
        }

        return value.ToString();
    }
}
