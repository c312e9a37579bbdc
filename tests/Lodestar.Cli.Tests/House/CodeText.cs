using System.Text.RegularExpressions;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>Source text as the house tests read it.</summary>
internal static partial class CodeText
{
    /// <summary>The production files in which a pattern occurs outside comments.</summary>
    public static IReadOnlyList<string> FilesWith(string pattern) =>
        [.. SourceTree.CSharp("src").Where(file => Regex.IsMatch(WithoutComments(SourceTree.Read(file)), pattern))];

    /// <summary>The text without line comments, docstrings among them.</summary>
    public static string WithoutComments(string code) => LineComment().Replace(code, "");

    [GeneratedRegex(@"^\s*//.*$|(?<=[;{}),]\s*)//.*$", RegexOptions.Multiline)]
    private static partial Regex LineComment();
}
