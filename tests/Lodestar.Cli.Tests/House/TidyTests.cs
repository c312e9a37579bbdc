using System.Text;
using System.Text.RegularExpressions;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>Taste as a test.</summary>
public sealed class TidyTests
{
    /// <summary>Written apart, so that this file does not find itself.</summary>
    private static readonly string Leftovers = string.Join('|', @"\bTO" + "DO", @"\bFIX" + "ME", @"\bHA" + "CK\\b", "NotImplemented" + "Exception", @"#reg" + "ion");

    [Fact]
    public void Nothing_is_left_for_later() => None(
        AllCode().SelectMany(file => Regex.Matches(SourceTree.Read(file), Leftovers).Select(found => $"{file}: {found.Value}")));

    [Fact]
    public void Nothing_waits_for_time_to_pass() => None(
        SourceTree.CSharp("tests").Where(file => !file.StartsWith("tests/FakeAgent/", StringComparison.Ordinal)).Where(file => Regex.IsMatch(CodeText.WithoutComments(SourceTree.Read(file)), @"\bThread\.Sle" + @"ep\(|\bTask\.Del" + @"ay\((?!Timeout\.Infinite)")));

    [Fact]
    public void Files_are_named_by_role() => None(
        SourceTree.CSharp("src").Where(file => Regex.IsMatch(Path.GetFileName(file), "(Utils?|Manager|Helpers?|Common)\\.cs$")));

    [Fact]
    public async Task White_space_is_as_the_formatter_leaves_it()
    {
        var dotnet = Programs.Find("dotnet", Environment.GetEnvironmentVariable("PATH"));
        Assert.True(dotnet is not null, "dotnet is not on PATH.");
        var result = await ChildProcess.RunAsync(
            new ChildOrder(
                dotnet,
                ["format", "whitespace", "--folder", SourceTree.Root, "--exclude", "artifacts", "--verify-no-changes", "--verbosity", "minimal"],
                SourceTree.Root,
                OwnEnvironment()),
            new ChildLimits(TimeSpan.FromMinutes(5), 1 << 20, 1 << 20),
            CancellationToken.None);

        Assert.True(
            result.Exit.Code == 0,
            $"Run: dotnet format whitespace --folder . --exclude artifacts\n{Encoding.UTF8.GetString(result.Output)}{Encoding.UTF8.GetString(result.Error)}");
    }

    [CheckoutFact]
    public async Task No_tracked_file_names_this_machine()
    {
        var git = Programs.Find("git", Environment.GetEnvironmentVariable("PATH"));
        Assert.True(git is not null, "git is not on PATH.");
        var result = await ChildProcess.RunAsync(
            new ChildOrder(git, ["grep", "-lIF", SourceTree.Root + "/"], SourceTree.Root, OwnEnvironment()),
            new ChildLimits(TimeSpan.FromMinutes(1), 1 << 20, 1 << 20),
            CancellationToken.None);

        Assert.Equal("", Encoding.UTF8.GetString(result.Output));
    }

    private static void None(IEnumerable<string> found) => Assert.True(!found.Any(), string.Join('\n', found));

    private static IEnumerable<string> AllCode() => SourceTree.CSharp("src").Concat(SourceTree.CSharp("tests"));

    private static Dictionary<string, string> OwnEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
}
