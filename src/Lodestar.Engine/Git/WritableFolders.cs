namespace Lodestar.Engine.Git;

/// <summary>Gives a user back the right to empty folders of their own.</summary>
internal static class WritableFolders
{
    /// <summary>Makes every folder below (and including) the path writable for its owner; links are not followed.</summary>
    internal static void Restore(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | Owner);
        foreach (var folder in new DirectoryInfo(path).EnumerateDirectories())
        {
            if (folder.LinkTarget is null)
                Restore(folder.FullName);
        }
    }
}
