using System.Text;
using Lodestar.Core;

namespace Lodestar.Cli;

/// <summary>Text for people, built line by line. Everything that came from outside is made harmless here: a title or a
/// message can hold no escape sequence that moves the cursor.</summary>
internal sealed class Page(PageShape shape, DateTimeOffset now)
{
    private readonly StringBuilder content = new();

    /// <summary>When the page is read; durations are relative to it.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The page as bytes.</summary>
    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(content.ToString());

    /// <summary>Adds one line.</summary>
    public Page Line(string text = "", Ink ink = Ink.Plain)
    {
        Append(Cells.OneLine(text), ink);
        content.Append('\n');
        return this;
    }

    /// <summary>Adds a heading, with a blank line above unless it is the first thing.</summary>
    public Page Title(string text)
    {
        if (content.Length > 0)
            content.Append('\n');
        return Line(text, Ink.Bold);
    }

    /// <summary>Adds a named value, or nothing when there is none.</summary>
    public Page Field(string name, string? value, Ink ink = Ink.Plain)
    {
        if (string.IsNullOrEmpty(value))
            return this;
        Append(Cells.Pad(name + ":", 14), Ink.Dim);
        return Line(value, ink);
    }

    /// <summary>Adds a named list, or nothing when it is empty.</summary>
    public Page Field(string name, IEnumerable<string> values) => Field(name, string.Join(", ", values));

    /// <summary>Adds text of several lines, indented.</summary>
    public Page Block(string text, string indent = "  ")
    {
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
            content.Append(indent).Append(Cells.OneLine(line)).Append('\n');
        return this;
    }

    /// <summary>Adds a list.</summary>
    public Page Bullets(IEnumerable<string> items)
    {
        foreach (var item in items)
            content.Append("  - ").Append(Cells.OneLine(item)).Append('\n');
        return this;
    }

    /// <summary>Adds rows under headings. On a terminal the flexible columns are cut so that no line wraps; where even that is
    /// not enough each row becomes a few lines.</summary>
    public Page Table(IReadOnlyList<Column> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Select(row => row.Select(Cells.OneLine).ToArray()).ToArray();
        if (Cells.Widths(columns, lines, shape.Width) is not { } widths)
            return Stacked(columns, lines);
        Row(columns.Select(column => column.Title).ToArray(), widths, _ => Ink.Dim);
        foreach (var line in lines)
            Row(line, widths, index => columns[index].Ink?.Invoke(line[index]) ?? Ink.Plain);
        return this;
    }

    /// <summary>Adds text of files and programs: byte for byte where a program reads it, harmless on a terminal.</summary>
    public Page Foreign(string text) =>
        Raw(shape.Width is null ? text : string.Join('\n', text.Split('\n').Select(Cells.OneLine)));

    /// <summary>Adds finished text as it is: a graph, a script, a document of ours.</summary>
    public Page Raw(string text)
    {
        content.Append(text);
        return this;
    }

    /// <summary>Adds what the caller should know besides.</summary>
    public void Warnings(IReadOnlyList<Warning> warnings)
    {
        foreach (var warning in warnings)
            Labelled("Warning: ", Ink.Yellow, warning.Message);
    }

    /// <summary>Adds a refusal and its hint.</summary>
    public void Refusal(Refusal refusal)
    {
        Labelled("Error: ", Ink.Red, refusal.Message);
        if (refusal.Hint is { } hint)
            Labelled("Hint: ", Ink.Cyan, hint);
        if (refusal.Details["report"]?.GetValue<string>() is { } report)
            Block(report);
    }

    /// <summary>Adds the commands that lead on.</summary>
    public void Next(IReadOnlyList<NextAction> next)
    {
        if (next.Count == 0)
            return;
        Append("Next:\n", Ink.Dim);
        var width = next.Max(action => Cells.Width(action.Cmd));
        foreach (var action in next)
        {
            content.Append("  ");
            var alone = string.IsNullOrEmpty(action.Description);
            Append(alone ? Cells.OneLine(action.Cmd) : Cells.Pad(Cells.OneLine(action.Cmd), width), Ink.Cyan);
            if (!alone)
                Append("  " + Cells.OneLine(action.Description!), Ink.Dim);
            content.Append('\n');
        }
    }

    /// <summary>How long until a time, as people say it: <c>14m30s</c>, or <c>expired</c>.</summary>
    /// <remarks>A second that has begun counts: a lease of 15 minutes does not read 14m59s when it is granted.</remarks>
    public string Until(DateTimeOffset time) =>
        time <= Now ? "expired" : Span(TimeSpan.FromSeconds(Math.Ceiling((time - Now).TotalSeconds)));

    /// <summary>How long since a time: <c>3m ago</c>.</summary>
    public string Ago(DateTimeOffset time) => Span(Now - time) + " ago";

    /// <summary>From an hour on nobody counts seconds.</summary>
    private static string Span(TimeSpan span) =>
        Duration.Text(span.TotalHours < 1 ? span : TimeSpan.FromMinutes(Math.Floor(span.TotalMinutes)));

    private void Labelled(string label, Ink ink, string text)
    {
        Append(label, ink);
        Line(text);
    }

    private Page Stacked(IReadOnlyList<Column> columns, string[][] rows)
    {
        foreach (var row in rows)
        {
            Append(row[0], Ink.Bold);
            content.Append('\n');
            for (var index = 1; index < row.Length; index++)
            {
                if (row[index].Length == 0)
                    continue;
                Append($"  {columns[index].Title}: ", Ink.Dim);
                Append(row[index], columns[index].Ink?.Invoke(row[index]) ?? Ink.Plain);
                content.Append('\n');
            }
        }

        return this;
    }

    /// <summary>One line of a table, without blanks at its end.</summary>
    private void Row(string[] cells, int[] widths, Func<int, Ink> ink)
    {
        var last = Array.FindLastIndex(cells, cell => cell.Length > 0);
        for (var index = 0; index <= last; index++)
        {
            var cut = Cells.Cut(cells[index], widths[index]);
            Append(index == last ? cut : Cells.Pad(cut, widths[index] + Cells.Gap), ink(index));
        }

        content.Append('\n');
    }

    private void Append(string text, Ink ink)
    {
        if (!shape.Colour || ink == Ink.Plain || text.Length == 0)
        {
            content.Append(text);
            return;
        }

        content.Append("\e[").Append(Code(ink)).Append('m').Append(text).Append("\e[0m");
    }

    private static int Code(Ink ink) => ink switch
    {
        Ink.Bold => 1,
        Ink.Dim => 2,
        Ink.Red => 31,
        Ink.Green => 32,
        Ink.Yellow => 33,
        Ink.Cyan => 36,
        _ => throw new ArgumentOutOfRangeException(nameof(ink), ink, "This ink has no code."),
    };
}
