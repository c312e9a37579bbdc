using System.Text.RegularExpressions;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary><c>docs/invariants.md</c> promises a test for every rule; the tests it names are there.</summary>
public sealed partial class InvariantDocsTests
{
    private const int Rules = 20;

    [Fact]
    public void Every_invariant_names_tests_that_exist()
    {
        var tests = SourceTree.CSharp("tests")
            .SelectMany(file => Test().Matches(SourceTree.Read(file)).Select(found => found.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        var rows = File.ReadLines(SourceTree.PathOf("docs", "invariants.md"))
            .Where(line => Row().IsMatch(line))
            .Select(line => (Line: line, Tests: Named().Matches(line).Select(found => found.Groups["name"].Value).ToArray()))
            .ToArray();

        Assert.Equal(Enumerable.Range(1, Rules), rows.Select(row => int.Parse(Row().Match(row.Line).Groups["number"].Value)));
        Assert.All(rows, row => Assert.NotEmpty(row.Tests));
        Assert.All(rows.SelectMany(row => row.Tests), name => Assert.Contains(name, tests));
    }

    [GeneratedRegex(@"^\s*public (async )?(Task|void|Property|bool) (?<name>[A-Z]\w*_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex(@"^\| (?<number>\d+) \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<name>[A-Z]\w*_\w+)`")]
    private static partial Regex Named();
}
