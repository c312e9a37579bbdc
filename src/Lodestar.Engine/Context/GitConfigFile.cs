namespace Lodestar.Engine.Context;

/// <summary>The two settings that say where a repository's primary worktree is, read from its configuration files.</summary>
internal static class GitConfigFile
{
    /// <summary>True when the repository has no primary worktree.</summary>
    internal static bool IsBare(string common) =>
        Value(common, "bare") is "true" or "yes" or "on" or "1" or "";

    /// <summary>The primary worktree where it is set apart, relative to the common directory; null otherwise.</summary>
    internal static string? Worktree(string common) => Value(common, "worktree");

    private static string? Value(string common, string key)
    {
        // With this extension the primary worktree's own settings move to a second file, which then wins.
        var config = Path.Combine(common, "config");
        var own = Find(config, "extensions", "worktreeconfig") is "true" or "yes" or "on" or "1" or ""
            ? Find(Path.Combine(common, "config.worktree"), "core", key)
            : null;
        return own ?? Find(config, "core", key);
    }

    /// <summary>The last value of a key in a section without a sub-section; "" for a key without value.</summary>
    private static string? Find(string file, string section, string key)
    {
        if (!File.Exists(file))
            return null;
        string? found = null;
        var inside = false;
        foreach (var raw in File.ReadLines(file))
        {
            var line = raw.Trim();
            if (line.StartsWith('['))
            {
                var end = line.IndexOf(']', StringComparison.Ordinal);
                inside = end > 0 && line[1..end].Trim().Equals(section, StringComparison.OrdinalIgnoreCase);
                line = end > 0 ? line[(end + 1)..].Trim() : "";
            }

            if (!inside || line.Length == 0 || line[0] is '#' or ';')
                continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? line : line[..equals]).Trim();
            if (name.Equals(key, StringComparison.OrdinalIgnoreCase))
                found = equals < 0 ? "" : line[(equals + 1)..].Trim().Trim('"');
        }

        return found;
    }
}
