namespace Lodestar.Engine.Processes;

/// <summary>Removes a lock file whose owner is provably dead.</summary>
/// <remarks>Git writes no owner into its lock files. A git that owns one either has it open or stands in the worktree
/// it locks; when no process does either, nobody is left who could finish the work.</remarks>
internal static class OrphanedLock
{
    /// <summary>Removes the lock file if there is one and nobody can own it.</summary>
    /// <param name="file">The lock file.</param>
    /// <param name="folder">The folder an owner would work in.</param>
    /// <exception cref="EnvironmentException">Somebody may own it: <c>worktree-busy</c>.</exception>
    internal static void Remove(string file, string folder)
    {
        if (!File.Exists(file))
            return;
        if (!OperatingSystem.IsLinux() || ProcessTable.UsersOf(file, folder) is not [])
            throw new EnvironmentException(
                "worktree-busy", $"A process may still hold {file}.", "Wait for it to end, then repeat the command.");
        File.Delete(file);
    }
}
