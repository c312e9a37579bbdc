namespace Lodestar.TestKit;

/// <summary>A directory of its own for one test, removed with everything in it at the end.</summary>
public sealed class ScratchDirectory : IDisposable
{
    /// <summary>Creates the directory.</summary>
    public ScratchDirectory() => Root = Directory.CreateTempSubdirectory("lodestar-test-").FullName;

    /// <summary>Absolute path.</summary>
    public string Root { get; }

    /// <summary>A path inside the directory.</summary>
    public string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Writes a file, with the folders it needs, and gives its path.</summary>
    public string Write(string path, string content)
    {
        var full = PathOf(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
