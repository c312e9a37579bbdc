using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Demo;

/// <summary>The files of the demonstration project, as they stand in <c>Demo/Project</c>.</summary>
internal static class DemoFiles
{
    private const string Prefix = "demo/";

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes them into a directory; what begins with <c>#!</c> can be run.</summary>
    internal static void WriteTo(string directory)
    {
        var assembly = typeof(DemoFiles).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var resource = assembly.GetManifestResourceStream(name)!;
            using var content = new MemoryStream();
            resource.CopyTo(content);
            var path = Path.Combine(directory, name[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new OutputFile(path, FileMode.Create, FileShare.None);
            file.Write(content.ToArray());
            if (!OperatingSystem.IsWindows() && content.ToArray().AsSpan().StartsWith("#!"u8))
                File.SetUnixFileMode(path, Executable);
        }
    }
}
