using System.Text.RegularExpressions;

namespace Lodestar.Engine.Processes;

/// <summary>Takes secrets out of text before it is stored or passed on.</summary>
public sealed partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    // Shorter values ("1", "yes") are no secrets, and replacing them would destroy the text.
    private const int ShortestSecret = 4;

    private readonly string[] secrets;

    /// <summary>Creates a redactor.</summary>
    /// <param name="secrets">Values to remove wherever they stand; of one with several lines also each line.</param>
    public Redactor(IEnumerable<string> secrets) =>
        // The longest first: one secret may begin with another.
        this.secrets =
        [
            .. secrets
                .SelectMany(secret => (string[])[secret, .. secret.Split('\n', StringSplitOptions.TrimEntries)])
                .Where(secret => secret.Length >= ShortestSecret)
                .Distinct()
                .OrderByDescending(secret => secret.Length)
                .ThenBy(secret => secret, StringComparer.Ordinal),
        ];

    /// <summary>The text without secrets: the given values, and what is assigned to names that look like secrets.</summary>
    public string Clean(string text)
    {
        foreach (var secret in secrets)
            text = text.Replace(secret, Mark, StringComparison.Ordinal);
        return Assignment().Replace(text, $"$1$2{Mark}");
    }

    /// <summary>The same for a text that was cut off: a secret of which only the beginning is left goes too.</summary>
    public string CleanCut(string text)
    {
        var cleaned = Clean(text);
        foreach (var secret in secrets)
        {
            for (var length = Math.Min(secret.Length - 1, cleaned.Length); length >= ShortestSecret; length--)
            {
                if (cleaned.AsSpan().EndsWith(secret.AsSpan(0, length), StringComparison.Ordinal))
                    return cleaned[..^length] + Mark;
            }
        }

        return cleaned;
    }

    /// <summary>True when a variable of this name holds a secret, by its look.</summary>
    public static bool LooksSecret(string name) => SecretName().IsMatch(name);

    [GeneratedRegex(
        """\b(\w*(?:TOKEN|SECRET|PASSWORD|_KEY|APIKEY)\b)(["']?[ \t]*[=:][ \t]*["']?)(?!\[redacted\])[^\s"',;]{4,}""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?|_KEY|APIKEY)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
