namespace Lodestar.Engine.Storage;

/// <summary>The one name of a file or folder that holds no symbolic link, as git writes it down.</summary>
public static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>Resolves every link in the path; parts that do not exist stay as they are.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        var rest = new Stack<string>(Parts(Path.GetFullPath(path)).Reverse());
        var root = Path.GetPathRoot(Path.GetFullPath(path))!;
        var resolved = root;
        for (var links = 0; rest.TryPop(out var part);)
        {
            var next = Path.GetFullPath(Path.Combine(resolved, part));
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException($"The symbolic links of {path} lead in a circle.");
            if (Path.IsPathRooted(target))
                resolved = root;
            foreach (var step in Parts(target).Reverse())
                rest.Push(step);
        }

        return resolved;
    }

    // Not an array: on net9.0 Reverse of an array would be the one that reverses it in place.
    private static IEnumerable<string> Parts(string path) =>
        path.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
}
