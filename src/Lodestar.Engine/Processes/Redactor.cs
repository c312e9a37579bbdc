using System.Text;
using System.Text.RegularExpressions;
using Lodestar.Core.Policy;

namespace Lodestar.Engine.Processes;

/// <summary>Takes secrets out of text before it is stored or passed on.</summary>
public sealed partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    /// <summary>How much of a text that was cut off may be the beginning of what a pattern would have matched.</summary>
    public const int CutLength = 1024;

    // Shorter values ("1", "yes") are no secrets, and replacing them would destroy the text.
    private const int ShortestSecret = 4;

    // To find all matches can take the square of the text's length, to find one cannot.
    private const int MostMatches = 1000;

    private readonly string[] secrets;
    private readonly Regex[] patterns;

    /// <summary>Creates a redactor.</summary>
    /// <param name="secrets">Values to remove wherever they stand; of one with several lines also each line.</param>
    /// <param name="patterns">What they match is removed too (<see cref="RedactionPattern"/>).</param>
    public Redactor(IEnumerable<string> secrets, IEnumerable<string> patterns)
    {
        this.secrets =
        [
            .. secrets
                .SelectMany(secret => (string[])[secret, .. secret.Split('\n', StringSplitOptions.TrimEntries)])
                .Where(secret => secret.Length >= ShortestSecret)
                .Distinct(),
        ];
        this.patterns = [.. patterns.Distinct().Select(RedactionPattern.Compile)];
    }

    /// <summary>The text without secrets: the given values, what is assigned to names that look like secrets, and what a
    /// pattern matches.</summary>
    public string Clean(string text) => Marked(text, Secrets(text));

    /// <summary>The same for a text that was cut off: a secret of which only the beginning is left goes too. What a pattern
    /// would have matched nobody can tell, so with patterns the last <see cref="CutLength"/> characters go.</summary>
    public string CleanCut(string text)
    {
        var found = Secrets(text);
        foreach (var secret in secrets)
        {
            for (var length = Math.Min(secret.Length - 1, text.Length); length >= ShortestSecret; length--)
            {
                if (!text.AsSpan().EndsWith(secret.AsSpan(0, length), StringComparison.Ordinal))
                    continue;
                found.Add((text.Length - length, text.Length));
                break;
            }
        }

        if (patterns.Length > 0 && text.Length > 0)
            found.Add((Math.Max(0, text.Length - CutLength), text.Length));
        return Marked(text, found);
    }

    /// <summary>True when a variable of this name holds a secret, by its look.</summary>
    public static bool LooksSecret(string name) => SecretName().IsMatch(name);

    /// <summary>Where the secrets of a text are. All are looked for in the text as it came: what one rule takes out must not
    /// hide the rest of a longer secret from another.</summary>
    private List<(int Start, int End)> Secrets(string text)
    {
        var found = new List<(int Start, int End)>();
        foreach (var secret in secrets)
        {
            for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(secret, at + 1, StringComparison.Ordinal))
                found.Add((at, at + secret.Length));
        }

        foreach (var value in Assignment().Matches(text).Select(match => match.Groups["value"]))
            found.Add((value.Index, value.Index + value.Length));
        foreach (var pattern in patterns)
        {
            var count = 0;
            for (var match = pattern.Match(text); match.Success; match = match.NextMatch())
            {
                var isLast = ++count == MostMatches;
                if (match.Length > 0 || isLast)
                    found.Add((match.Index, isLast ? text.Length : match.Index + match.Length));
                if (isLast)
                    break;
            }
        }

        return found;
    }

    private static string Marked(string text, List<(int Start, int End)> found)
    {
        if (found.Count == 0)
            return text;
        found.Sort();
        var marked = new StringBuilder();
        var end = 0;
        foreach (var next in found)
        {
            // One that overlaps the one before, or follows it at once, shares its mark.
            if (next.Start > end || marked.Length == 0)
                marked.Append(text, end, next.Start - end).Append(Mark);
            end = Math.Max(end, next.End);
        }

        return marked.Append(text, end, text.Length - end).ToString();
    }

    [GeneratedRegex(
        """\b\w*(?:TOKEN|SECRET|PASSWORD|_KEY|APIKEY)\b["']?[ \t]*[=:][ \t]*["']?(?!\[redacted\])(?<value>[^\s"',;]{4,})""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?|_KEY|APIKEY)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
