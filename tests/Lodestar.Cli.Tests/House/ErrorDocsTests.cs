using System.Text.RegularExpressions;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>Scripts match on codes, so every code the sources can give stands in <c>docs/errors.md</c>, and no other.</summary>
public sealed partial class ErrorDocsTests
{
    /// <summary>A step of the pipeline, told with a reason; it only looks like a code.</summary>
    private const string Step = "maintain-spec";

    [Fact]
    public void Every_code_in_the_sources_is_documented()
    {
        var missing = InSources().Where(entry => !Documented().Contains(entry.Key)).Select(entry => $"{entry.Key} ({entry.Value})").ToArray();

        Assert.True(missing.Length == 0, $"docs/errors.md says nothing about:\n{string.Join('\n', missing)}");
    }

    [Fact]
    public void Every_documented_code_is_in_the_sources() =>
        Assert.All(Documented(), code => Assert.Contains(
            SourceTree.CSharp("src"), file => SourceTree.Read(file).Contains($"\"{code}\"", StringComparison.Ordinal)));

    private static SortedDictionary<string, string> InSources()
    {
        var codes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in SourceTree.CSharp("src"))
        {
            foreach (Match found in Code().Matches(CodeText.WithoutComments(SourceTree.Read(file))))
                codes.TryAdd(found.Groups["code"].Value, file);
        }

        codes.Remove(Step);
        return codes;
    }

    private static HashSet<string> Documented() =>
        [.. Row().Matches(SourceTree.Read("docs/errors.md")).Select(found => found.Groups["code"].Value)];

    /// <summary>A refusal, a broken environment or a warning, made with its code and sentence.</summary>
    [GeneratedRegex(@"\b(?:new|Refusal|EnvironmentException|Warning)\(\s*""(?<code>[a-z]+(?:-[a-z]+)+)"",\s*\$?""[A-Z{\\]")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\| `(?<code>[a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
