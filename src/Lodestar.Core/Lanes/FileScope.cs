using System.Collections.Immutable;

namespace Lodestar.Core.Lanes;

/// <summary>The files a task declares to touch, as glob patterns over paths from the repository root.</summary>
/// <remarks>
/// <c>*</c>, <c>?</c> and <c>[a-z]</c>, <c>[!a-z]</c> stay within one part of a path; <c>**</c> as a whole part stands for
/// any number of parts. A path without wildcards covers itself and, if it is a directory, all below it; so does a pattern
/// that ends in a slash. Letter case counts. An empty scope declares nothing: it covers every path, and overlaps no
/// other scope, because a task that declares nothing cannot be said to collide.
/// </remarks>
public sealed class FileScope
{
    /// <summary>The longest pattern; comparing two takes time in proportion to the product of their lengths.</summary>
    public const int MaxLength = 1000;

    private readonly ImmutableArray<GlobPattern> patterns;

    private FileScope(ImmutableArray<GlobPattern> patterns) => this.patterns = patterns;

    /// <summary>Builds the scope of some patterns.</summary>
    public static FileScope Of(ImmutableArray<string> patterns) => new([.. patterns.Select(GlobPattern.Parse)]);

    /// <summary>True when some path is covered by both; exact, and never for an empty scope.</summary>
    public static bool Overlaps(ImmutableArray<string> left, ImmutableArray<string> right) => Of(left).Overlaps(Of(right));

    /// <summary>True when some path is covered by both; exact, and never for an empty scope.</summary>
    public bool Overlaps(FileScope other) =>
        patterns.Any(pattern => other.patterns.Any(pattern.Intersects));

    /// <summary>True when a path may be touched under this scope; always for an empty one.</summary>
    /// <param name="path">Path from the repository root, separated by <c>/</c>.</param>
    public bool Allows(string path) => patterns.IsEmpty || Names(path);

    /// <summary>True when one of the patterns covers a path; never for an empty scope. For lists of protected paths.</summary>
    /// <param name="path">Path from the repository root, separated by <c>/</c>.</param>
    public bool Names(string path)
    {
        var exact = GlobPattern.Literal(path);
        return patterns.Any(exact.Intersects);
    }

    /// <summary>Says why a pattern can cover no file of a repository; null when nothing is wrong.</summary>
    public static string? Problem(string pattern)
    {
        if (string.IsNullOrWhiteSpace(pattern))
            return "A file pattern is empty.";
        if (pattern.Length > MaxLength)
            return $"A file pattern is longer than {MaxLength} characters.";
        if (pattern.Any(char.IsControl))
            return "A file pattern holds a control character.";
        if (pattern[0] is '/' or '\\' || (pattern.Length > 1 && pattern[1] == ':'))
            return $"File pattern \"{pattern}\" is not relative to the repository root.";
        return pattern.Replace('\\', '/').Split('/').Contains("..") ? $"File pattern \"{pattern}\" leads out of the repository." : null;
    }
}
