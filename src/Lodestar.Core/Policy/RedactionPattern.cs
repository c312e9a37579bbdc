using System.Text.RegularExpressions;

namespace Lodestar.Core.Policy;

/// <summary>A regular expression of the key <c>redact</c>: what it matches in the output of a program is never stored.</summary>
/// <remarks>Matching takes time in proportion to the text, whatever the pattern and whoever wrote the text: no
/// backtracking, therefore neither look-around nor back references. <c>^</c> and <c>$</c> are those of a line.</remarks>
public static class RedactionPattern
{
    /// <summary>The longest pattern.</summary>
    public const int MaxLength = 1000;

    /// <summary>The most patterns of one file.</summary>
    public const int MaxCount = 64;

    private const string Sample = "a 1";

    /// <summary>Says why a pattern cannot be used; null when nothing is wrong.</summary>
    public static string? Problem(string pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
            return "A pattern of redact is empty.";
        if (pattern.Length > MaxLength)
            return $"A pattern of redact is longer than {MaxLength} characters.";
        try
        {
            var compiled = Compile(pattern);
            // What matches nothing at all takes nothing out, and is surely not what was meant.
            return compiled.IsMatch("") || compiled.Match(Sample) is { Success: true, Length: 0 }
                ? $"\"{pattern}\" matches where there is no text."
                : null;
        }
        catch (ArgumentException cause)
        {
            return $"\"{pattern}\" is no regular expression: {cause.Message}";
        }
        catch (NotSupportedException)
        {
            return $"\"{pattern}\" uses look-around, back references or counts that are too large; a pattern of redact may not.";
        }
    }

    /// <summary>The expression of a pattern that has no problem.</summary>
    public static Regex Compile(string pattern) =>
        new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Multiline);
}
