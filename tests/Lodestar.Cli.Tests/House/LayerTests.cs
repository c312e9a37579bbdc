using System.Xml.Linq;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>The house stands as drawn: <c>Cli -> Mcp -> Engine -> Core</c>, nothing points back, and Core stands on nothing.</summary>
public sealed class LayerTests
{
    [Theory]
    [InlineData("Lodestar.Core")]
    [InlineData("Lodestar.Engine", "Lodestar.Core")]
    [InlineData("Lodestar.Mcp", "Lodestar.Engine")]
    [InlineData("Lodestar.Cli", "Lodestar.Mcp")]
    public void A_project_refers_only_to_the_layer_below(string project, params string[] below) =>
        Assert.Equal(below, References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)));

    [Fact]
    public void Core_uses_no_packages() => Assert.Empty(References("Lodestar.Core", "PackageReference"));

    [Theory]
    [InlineData("Lodestar.Core")]
    [InlineData("Lodestar.Engine")]
    [InlineData("Lodestar.Mcp")]
    [InlineData("Lodestar.Cli")]
    public void Packages_are_pinned_by_a_lock_file(string project) =>
        Assert.True(File.Exists(SourceTree.PathOf("src", project, "packages.net10.0.lock.json")));

    [Fact]
    public void Every_project_under_src_is_drawn_here() =>
        Assert.Equal(
            ["Lodestar.Cli", "Lodestar.Core", "Lodestar.Engine", "Lodestar.Mcp"],
            Directory.EnumerateFiles(SourceTree.PathOf("src"), "*.csproj", SearchOption.AllDirectories)
                .Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(SourceTree.PathOf("src", project, project + ".csproj"))
            .Descendants(kind).Select(reference => reference.Attribute("Include")!.Value);
}
