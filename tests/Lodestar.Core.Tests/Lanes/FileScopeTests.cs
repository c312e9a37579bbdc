using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Lodestar.Core.Lanes;

namespace Lodestar.Core.Tests.Lanes;

public sealed class FileScopeTests
{
    [Theory]
    [InlineData("*.md", "src/**", false)]
    [InlineData("src/a*", "src/b*", false)]
    [InlineData("src/a*", "src/*b", true)]
    [InlineData("src/auth", "src/auth/login.cs", true)]
    [InlineData("src/auth/", "src/auth/**", true)]
    [InlineData("src/auth", "src/authority.cs", false)]
    [InlineData("**/*.cs", "src/**/test?.cs", true)]
    [InlineData("**/*.cs", "docs/**/*.md", false)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/b/**/c", "a/c", true)]
    [InlineData("a/**/b/**/c", "a/c*", false)]
    [InlineData("src/[a-c]x", "src/[d-f]x", false)]
    [InlineData("src/[a-c]x", "src/[!a-b]x", true)]
    [InlineData("./src\\auth\\x", "src/auth/x", true)]
    [InlineData("src/**", "src", true)]
    [InlineData("SRC/**", "src/**", false)]
    [InlineData("src/[", "src/?", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("**", "a/b", true)]
    public void Two_patterns_overlap_exactly_when_a_path_is_covered_by_both(string left, string right, bool overlap)
    {
        Assert.Equal(overlap, FileScope.Overlaps([left], [right]));
        Assert.Equal(overlap, FileScope.Overlaps([right], [left]));
    }

    [Theory]
    [InlineData("src/**", "src/a/b.cs", true)]
    [InlineData("src/**", "src", false)]
    [InlineData("src", "src/a/b.cs", true)]
    [InlineData("src/*", "src/a/b.cs", false)]
    [InlineData("src/*/", "src/a/b.cs", true)]
    [InlineData(".lodestar/**", ".lodestar/spec.yaml", true)]
    public void A_path_is_covered_by_the_pattern_that_means_it(string pattern, string path, bool covered) =>
        Assert.Equal(covered, FileScope.Of([pattern]).Names(path));

    [Fact]
    public void An_empty_scope_allows_everything_and_keeps_nobody_out()
    {
        Assert.True(FileScope.Of([]).Allows("src/a.cs"));
        Assert.False(FileScope.Of([]).Names("src/a.cs"));
        Assert.False(FileScope.Overlaps([], ["**"]));
    }

    [Fact]
    public void Overlap_is_what_trying_every_short_path_finds() =>
        Prop.ForAll(Patterns.ToArbitrary(), Patterns.ToArbitrary(), (left, right) =>
            FileScope.Overlaps([left], [right]) == Paths.Any(path => Covers(left, path) && Covers(right, path)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("C:\\x")]
    public void A_pattern_outside_the_repository_is_told(string pattern) => Assert.NotNull(FileScope.Problem(pattern));

    private static Gen<string> Patterns =>
        from count in Gen.Choose(1, 3)
        from parts in Gen.Elements("a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]", "[!a]", "?b").ListOf(count)
        from slash in Gen.Elements("", "", "/")
        select string.Join('/', parts) + slash;

    /// <summary>All paths of up to five parts over few names: enough to tell any two of the patterns above apart.</summary>
    private static readonly ImmutableArray<string> Paths = AllPaths();

    private static ImmutableArray<string> AllPaths()
    {
        string[] names = ["a", "b", "ab", "c"];
        IEnumerable<string> longest = names;
        var all = new List<string>(names);
        // Two patterns of three parts, one beginning with "**" and both covering what is below, first meet at six.
        for (var parts = 2; parts <= 6; parts++)
        {
            longest = [.. longest.SelectMany(path => names.Select(name => path + "/" + name))];
            all.AddRange(longest);
        }

        return [.. all];
    }

    /// <summary>The definition, written down as naively as possible.</summary>
    private static bool Covers(string pattern, string path)
    {
        var names = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var parts = path.Split('/');
        if (pattern.IndexOfAny(['*', '?', '[']) < 0)
            return Parts(names, parts) || Enumerable.Range(1, parts.Length).Any(length => Parts(names, parts[..length]));
        if (pattern.EndsWith('/'))
            return Enumerable.Range(0, parts.Length).Any(length => Parts(names, parts[..length]));
        return names[^1] == "**"
            ? Enumerable.Range(0, parts.Length).Any(length => Parts(names[..^1], parts[..length]))
            : Parts(names, parts);
    }

    private static bool Parts(string[] names, string[] parts)
    {
        if (names.Length == 0)
            return parts.Length == 0;
        if (names[0] == "**")
            return Enumerable.Range(0, parts.Length + 1).Any(skipped => Parts(names[1..], parts[skipped..]));
        return parts.Length > 0 && Name(names[0], parts[0]) && Parts(names[1..], parts[1..]);
    }

    private static bool Name(string name, string part) => System.Text.RegularExpressions.Regex.IsMatch(
        part, "^" + name.Replace("[!", "[^").Replace("*", ".*").Replace("?", ".") + "$");
}
