using System.Collections.Immutable;
using System.Text;

namespace Lodestar.Core.Planes;

/// <summary>A brief as text, in the form an agent program reads best. What others wrote is escaped or indented, so that it can
/// neither end its own section nor begin another.</summary>
public static class BriefText
{
    /// <summary>The forms.</summary>
    public static ImmutableArray<string> Formats { get; } = ["generic", "claude", "copilot"];

    /// <summary>Writes a brief.</summary>
    /// <param name="brief">The brief.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    public static string Of(TaskBrief brief, string format) => format switch
    {
        "generic" => Generic(brief),
        "claude" => Tagged(brief),
        "copilot" => Markdown(brief),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a form of a brief."),
    };

    private static string Generic(TaskBrief brief)
    {
        var text = new StringBuilder();
        Section("TASK", [$"{brief.Task}: {OneLine(brief.Title)}", $"Priority: {brief.Priority}"]);
        Section("CONTEXT", [.. Lines(brief.Goal), .. brief.Intent.SelectMany(part => Lines($"{part.Name}\n{part.Text}"))]);
        Section("CRITERIA", brief.Criteria.Select(one => "- " + OneLine(one)));
        Section("PATHS", brief.Locks.Select(one => "- " + OneLine(one)));
        Section("DEPENDENCIES", brief.Dependencies.Select(one => $"- {one.Name}: {one.Text}"));
        Section("MESSAGES", brief.Messages.SelectMany(one => Lines($"{one.Name}\n{one.Text}")));
        Section("COMMANDS", Commands(brief));
        return text.ToString();

        void Section(string name, IEnumerable<string> lines)
        {
            string[] all = [.. lines];
            if (all.Length == 0)
                return;
            text.Append(text.Length == 0 ? "" : "\n").Append(name).Append(":\n");
            foreach (var line in all)
                text.Append(line.Length == 0 ? "" : "  ").Append(line).Append('\n');
        }
    }

    private static string Tagged(TaskBrief brief)
    {
        var text = new StringBuilder();
        text.Append($"<task id=\"{Escape(brief.Task.Value)}\" priority=\"{brief.Priority}\">{Escape(OneLine(brief.Title))}</task>\n");
        Block("context", [brief.Goal, .. brief.Intent.Select(part => $"{part.Name}\n{part.Text}")]);
        Items("acceptance_criteria", "criterion", brief.Criteria.Select(one => new BriefLine("", one)));
        Items("paths", "path", brief.Locks.Select(one => new BriefLine("", one)));
        Items("dependencies", "dependency", brief.Dependencies);
        Items("messages", "message", brief.Messages);
        Block("instructions", Commands(brief));
        return text.ToString();

        void Block(string tag, IEnumerable<string> parts) =>
            text.Append($"<{tag}>\n").Append(Escape(string.Join('\n', parts))).Append($"\n</{tag}>\n");

        void Items(string tag, string item, IEnumerable<BriefLine> lines)
        {
            string[] all = [.. lines.Select(line => line.Name.Length == 0
                ? $"  <{item}>{Escape(line.Text)}</{item}>\n"
                : $"  <{item} name=\"{Escape(line.Name)}\">{Escape(line.Text)}</{item}>\n")];
            if (all.Length > 0)
                text.Append($"<{tag}>\n").Append(string.Concat(all)).Append($"</{tag}>\n");
        }
    }

    private static string Markdown(TaskBrief brief)
    {
        var text = new StringBuilder();
        text.Append($"# {Plain(brief.Task.Value)}: {Plain(OneLine(brief.Title))}\n\nPriority: {brief.Priority}\n");
        Section("Context", [.. Quote(brief.Goal), .. brief.Intent.SelectMany(part => (string[])["", Plain(part.Name) + ":", "", .. Quote(part.Text)])]);
        Section("Acceptance criteria", brief.Criteria.Select(one => "- [ ] " + Plain(OneLine(one))));
        Section("Files", brief.Locks.Select(one => "- " + Code(one)));
        Section("Dependencies", brief.Dependencies.Select(one => $"- {Plain(one.Name)}: {Plain(one.Text)}"));
        Section("Unread messages", brief.Messages.SelectMany(one => (string[])[Plain(one.Name) + ":", "", .. Quote(one.Text), ""]));
        Section("Commands", ["```sh", .. Commands(brief), "```"]);
        return text.ToString();

        void Section(string name, IEnumerable<string> lines)
        {
            string[] all = [.. lines];
            if (all.Length > 0)
                text.Append($"\n## {name}\n\n").Append(string.Join('\n', all).TrimEnd('\n')).Append('\n');
        }
    }

    private static string[] Commands(TaskBrief brief) => [brief.Commands.Claim, brief.Commands.ReportProgress, brief.Commands.MarkDone];

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');

    private static string OneLine(string text) => string.Join(' ', Lines(text));

    private static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    private static IEnumerable<string> Quote(string text) => Lines(text).Select(line => ("> " + line).TrimEnd());

    /// <summary>Text that stands on a line of ours, with nothing in it that Markdown would take for its own.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (character is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '#' or '|')
                plain.Append('\\');
            plain.Append(character);
        }

        return plain.ToString();
    }

    /// <summary>A code span around any text: its fence is longer than every run of backquotes within.</summary>
    private static string Code(string text)
    {
        var longest = 0;
        for (int at = 0, run = 0; at < text.Length; at++)
        {
            run = text[at] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        return longest == 0 ? $"{fence}{OneLine(text)}{fence}" : $"{fence} {OneLine(text)} {fence}";
    }
}
