using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.House;

/// <summary>Files and methods grow only on purpose. What is larger than the limit is listed with its size; the list may only
/// shrink: split the thing, or argue for the entry in review.</summary>
public sealed class GrowthTests
{
    private const int FileLimit = 320;
    private const int MethodLimit = 60;

    private static readonly Dictionary<string, int> LargeFiles = new(StringComparer.Ordinal)
    {
        ["src/Lodestar.Engine/Yaml/PlainYamlReader.Scalars.cs"] = 330,
    };

    private static readonly Dictionary<string, int> LongMethods = new(StringComparer.Ordinal)
    {
        ["Lodestar.Core:RunFold.Apply"] = 86, // One case for every fact of a run: nothing to split by.
    };

    [Fact]
    public void Files_stay_readable() => Holds(
        LargeFiles,
        FileLimit,
        SourceTree.CSharp("src").Select(file => (file, File.ReadLines(SourceTree.PathOf(file)).Count())));

    [Theory]
    [InlineData("Lodestar.Core")]
    [InlineData("Lodestar.Engine")]
    [InlineData("Lodestar.Mcp")]
    [InlineData("lodestar")]
    public void Methods_stay_readable(string assembly) => Holds(
        LongMethods.Where(entry => entry.Key.StartsWith(assembly + ":", StringComparison.Ordinal)).ToDictionary(),
        MethodLimit,
        Methods(assembly));

    private static void Holds(Dictionary<string, int> listed, int limit, IEnumerable<(string Name, int Lines)> measured)
    {
        var sizes = measured.GroupBy(one => one.Name).ToDictionary(group => group.Key, group => group.Max(one => one.Lines), StringComparer.Ordinal);
        var grown = sizes
            .Where(one => one.Value > listed.GetValueOrDefault(one.Key, limit))
            .Select(one => $"{one.Key} has {one.Value} lines, over {listed.GetValueOrDefault(one.Key, limit)}");
        var shrunk = listed
            .Where(entry => sizes.GetValueOrDefault(entry.Key) is var now && (now < entry.Value * 9 / 10 || now <= limit * 9 / 10))
            .Select(entry => $"{entry.Key} is listed with {entry.Value} lines and has {sizes.GetValueOrDefault(entry.Key)}: lower the entry or drop it");

        var problems = grown.Concat(shrunk).Order(StringComparer.Ordinal).ToArray();
        Assert.True(problems.Length == 0, string.Join('\n', problems));
    }

    /// <summary>The length of every method, from the first to the last line the compiler recorded for it.</summary>
    private static IEnumerable<(string Name, int Lines)> Methods(string assembly)
    {
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".pdb")));
        using var image = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var lines = symbols.GetMetadataReader();
        var names = image.GetMetadataReader();
        foreach (var handle in lines.MethodDebugInformation)
        {
            var method = lines.GetMethodDebugInformation(handle);
            if (method.Document.IsNil)
                continue;
            var file = lines.GetString(lines.GetDocument(method.Document).Name).Replace('\\', '/');
            var points = method.GetSequencePoints().Where(point => !point.IsHidden).ToArray();
            if (points.Length == 0 || file.Contains("/obj/", StringComparison.Ordinal) || file.EndsWith(".g.cs", StringComparison.Ordinal))
                continue;
            var name = Name(names, handle.ToDefinitionHandle());
            // A constructor spans the initialisers of its fields, wherever they stand.
            if (name.EndsWith("ctor", StringComparison.Ordinal))
                continue;
            yield return (
                $"{assembly}:{name}",
                points.Max(point => point.EndLine) - points.Min(point => point.StartLine) + 1);
        }
    }

    private static string Name(MetadataReader names, MethodDefinitionHandle handle)
    {
        var method = names.GetMethodDefinition(handle);
        return $"{names.GetString(names.GetTypeDefinition(method.GetDeclaringType()).Name)}.{names.GetString(method.Name)}";
    }
}
