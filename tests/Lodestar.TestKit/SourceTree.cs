namespace Lodestar.TestKit;

/// <summary>The checkout the tests were built from.</summary>
public static class SourceTree
{
    /// <summary>Its root: the nearest folder upward that holds the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>An absolute path in the checkout.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Our own C# files below a folder, as paths relative to the root, in a fixed order.</summary>
    public static IReadOnlyList<string> CSharp(string folder) =>
    [
        .. Directory.EnumerateFiles(PathOf(folder), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of a file.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Lodestar.slnx")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"No checkout of Lodestar holds {AppContext.BaseDirectory}.");
    }
}
