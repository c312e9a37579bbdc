using System.Text.RegularExpressions;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>What the pages about durable runs promise has a test, and leaves out nothing.</summary>
public sealed partial class ClaimDocsTests
{
    /// <summary>Those of the 44 that are about intake in plain words.</summary>
    private static readonly int[] NotOurs = [6, 7, 30];

    [Fact]
    public void Every_claim_names_tests_that_exist()
    {
        var tests = SourceTree.CSharp("tests")
            .SelectMany(file => Test().Matches(SourceTree.Read(file)).Select(found => found.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
        var rows = Claim().Matches(SourceTree.Read("docs/claims.md"));

        Assert.Equal(Enumerable.Range(1, 44).Except(NotOurs), rows.Select(row => int.Parse(row.Groups["number"].Value)));
        Assert.All(rows, row => Assert.Matches(Named(), row.Value));
        Assert.All(rows.SelectMany(row => Named().Matches(row.Value)), name => Assert.Contains(name.Groups["name"].Value, tests));
    }

    [Fact]
    public void Every_point_at_which_a_run_can_die_is_described()
    {
        var rows = Point().Matches(SourceTree.Read("docs/durability.md")).Select(row => row.Groups["label"].Value);

        Assert.Equal(CrashLabel.All.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\s*public (async )?(Task|void|Property|bool) (?<name>[A-Z]\w*_\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex(@"^\| B(?<number>\d+) \|.*$", RegexOptions.Multiline)]
    private static partial Regex Claim();

    [GeneratedRegex(@"`(?<name>[A-Z]\w*_\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\| `(?<label>[a-z-]+\.(before|after))` \|", RegexOptions.Multiline)]
    private static partial Regex Point();
}
