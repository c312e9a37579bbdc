using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Docs;

/// <summary>A page of the documentation, as far as tests look at it: fenced blocks, headings, links and the hidden set-up.</summary>
/// <remarks>A page may begin its examples with one comment <c>&lt;!-- setup</c> … <c>--&gt;</c>: shell commands that make
/// what the examples take for granted.</remarks>
internal sealed partial class MarkdownPage
{
    private MarkdownPage(string path, string text)
    {
        Path = path;
        Setup = SetupComment().Match(text) is { Success: true } setup ? setup.Groups["script"].Value : "";
        Blocks = [.. Fence().Matches(text).Select(found => new MarkdownBlock(
            found.Groups["tag"].Value, found.Groups["body"].Value, text.AsSpan(0, found.Index).Count('\n') + 1))];
        var prose = InlineCode().Replace(Fence().Replace(text, ""), "");
        Links = [.. Link().Matches(prose).Select(found => found.Groups["target"].Value)];
        Anchors = [.. Heading().Matches(Fence().Replace(text, "")).Select(found => Anchor(found.Groups["title"].Value))];
    }

    /// <summary>Every page: those at the root and those of <c>docs/</c>.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        .. Directory.EnumerateFiles(SourceTree.Root, "*.md")
            .Concat(Directory.EnumerateFiles(SourceTree.PathOf("docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => System.IO.Path.GetRelativePath(SourceTree.Root, file))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Path from the root.</summary>
    public string Path { get; }

    /// <summary>Shell commands before the first example; empty when there are none.</summary>
    public string Setup { get; }

    /// <summary>Fenced blocks, in order.</summary>
    public ImmutableArray<MarkdownBlock> Blocks { get; }

    /// <summary>Targets of links outside of code.</summary>
    public ImmutableArray<string> Links { get; }

    /// <summary>What a link may name after <c>#</c>.</summary>
    public ImmutableHashSet<string> Anchors { get; }

    /// <summary>Reads a page.</summary>
    public static MarkdownPage Read(string path) => new(path, SourceTree.Read(path));

    /// <summary>The name the usual viewers give a heading.</summary>
    private static string Anchor(string title)
    {
        var anchor = new StringBuilder();
        foreach (var letter in title.Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(letter) || letter is '-' or '_')
                anchor.Append(letter);
            else if (letter == ' ')
                anchor.Append('-');
        }

        return anchor.ToString();
    }

    [GeneratedRegex(@"<!-- setup\n(?<script>.*?)^-->", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex SetupComment();

    [GeneratedRegex(@"^```(?<tag>[a-z]*)[^\n]*\n(?<body>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}

/// <summary>A fenced block.</summary>
/// <param name="Tag">Its language.</param>
/// <param name="Body">Its text.</param>
/// <param name="Line">Where it begins.</param>
internal sealed record MarkdownBlock(string Tag, string Body, int Line);
