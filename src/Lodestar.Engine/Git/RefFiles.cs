using System.Text;

namespace Lodestar.Engine.Git;

/// <summary>Reads references from their files, where the repository keeps them so: one file each, and the packed rest.</summary>
/// <remarks>Loose files are read before the packed ones, as git does: a reference that is being packed meanwhile is in at
/// least one of the places.</remarks>
/// <param name="common">The repository's common directory.</param>
internal sealed class RefFiles(string common)
{
    private const int MaxDepth = 10;

    /// <summary>The references under some prefixes.</summary>
    /// <returns>Null when they cannot be read so: another storage, a symbolic reference, a name that is not UTF-8.</returns>
    internal IReadOnlyDictionary<string, string>? Read(IReadOnlyList<string> prefixes)
    {
        if (Directory.Exists(Path.Combine(common, "reftable")))
            return null;
        try
        {
            var refs = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var prefix in prefixes.Select(one => one.TrimEnd('/')))
            {
                if (!ReadLoose(prefix, refs, 0))
                    return null;
            }

            ReadPacked(prefixes, refs);
            return refs;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            // A file that came or went while we looked: git itself knows how to look again.
            return null;
        }
    }

    private bool ReadLoose(string name, SortedDictionary<string, string> refs, int depth)
    {
        var path = Path.Combine(common, name);
        if (Directory.Exists(path))
            return depth < MaxDepth && Directory.EnumerateFileSystemEntries(path)
                .Select(Path.GetFileName)
                .Where(entry => !entry!.EndsWith(".lock", StringComparison.Ordinal))
                .All(entry => ReadLoose($"{name}/{entry}", refs, depth + 1));
        if (!File.Exists(path))
            return true;
        var text = File.ReadAllText(path).Trim();
        if (text.Length is not (40 or 64) || text.AsSpan().IndexOfAnyExcept("0123456789abcdef") >= 0)
            return false;
        refs[name] = text;
        return true;
    }

    private void ReadPacked(IReadOnlyList<string> prefixes, SortedDictionary<string, string> refs)
    {
        var path = Path.Combine(common, "packed-refs");
        if (!File.Exists(path))
            return;
        foreach (var line in File.ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: true)))
        {
            if (line.Length == 0 || line[0] is '#' or '^')
                continue;
            var space = line.IndexOf(' ');
            var name = line[(space + 1)..];
            if (prefixes.Any(prefix => IsUnder(name, prefix.TrimEnd('/'))))
                refs.TryAdd(name, line[..space]);
        }
    }

    private static bool IsUnder(string name, string prefix) =>
        name == prefix || (name.StartsWith(prefix, StringComparison.Ordinal) && name[prefix.Length] == '/');
}
