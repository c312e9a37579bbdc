namespace Lodestar.Engine.Processes;

/// <summary>Finds programs by name, once, as absolute paths.</summary>
/// <remarks>Only absolute PATH entries count: with an empty or relative entry (and with a bare name given to the
/// operating system) a hostile repository could bring its own <c>git</c>.</remarks>
public static class Programs
{
    /// <summary>The absolute path of a program; null when no absolute PATH entry holds an executable of that name.</summary>
    /// <param name="name">A bare file name, without a directory.</param>
    /// <param name="path">The value of PATH.</param>
    public static string? Find(string name, string? path)
    {
        if (name.Length == 0 || name.Contains('/') || (OperatingSystem.IsWindows() && name.Contains('\\')))
            return null;

        foreach (var entry in (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Path.IsPathFullyQualified(entry))
                continue;
            foreach (var suffix in Suffixes)
            {
                var candidate = Path.Combine(entry, name + suffix);
                if (IsExecutable(candidate))
                    return candidate;
            }
        }

        return null;
    }

    /// <summary>True when the path names a file this user may run.</summary>
    public static bool IsExecutable(string path)
    {
        if (!File.Exists(path))
            return false;
        const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & AnyExecute) != 0;
    }

    private static IReadOnlyList<string> Suffixes => OperatingSystem.IsWindows() ? [".exe", ".cmd"] : [""];
}
