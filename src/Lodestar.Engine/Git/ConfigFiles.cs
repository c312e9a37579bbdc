namespace Lodestar.Engine.Git;

/// <summary>The files git reads its configuration from, as far as they are known without asking it.</summary>
/// <param name="common">The repository's common directory.</param>
internal sealed class ConfigFiles(string common)
{
    private (DateTime, long)[] seen = [];

    /// <summary>True when one of the files is not as it was at the last call; also at the first.</summary>
    internal bool HaveChanged()
    {
        var now = Paths().Select(path => new FileInfo(path)).Select(file => file.Exists ? (file.LastWriteTimeUtc, file.Length) : default).ToArray();
        var changed = !now.SequenceEqual(seen);
        seen = now;
        return changed;
    }

    private IEnumerable<string> Paths()
    {
        var home = Environment.GetEnvironmentVariable("HOME") ?? "/";
        var settings = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder : Path.Combine(home, ".config");
        yield return Path.Combine(common, "config");
        yield return Path.Combine(common, "config.worktree");
        yield return Path.Combine(home, ".gitconfig");
        yield return Path.Combine(settings, "git", "config");
        yield return "/etc/gitconfig";
    }
}
