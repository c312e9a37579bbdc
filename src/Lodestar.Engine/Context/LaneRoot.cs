using Lodestar.Core.Context;

namespace Lodestar.Engine.Context;

/// <summary>Where lane worktrees live: beside the repository, so that nothing a tool looks up in parent directories can
/// leak the user's files into a lane.</summary>
public static class LaneRoot
{
    /// <summary>The directory for lanes when nothing else is configured.</summary>
    public static string Default(string primaryWorktree) => Path.Combine(
        Path.GetDirectoryName(primaryWorktree) ?? primaryWorktree, $".{Path.GetFileName(primaryWorktree)}.lodestar");

    /// <summary>True when the worktree acted in lies where lanes do.</summary>
    internal static bool Holds(RepositoryPlace repository) =>
        repository.Worktree.StartsWith(Default(repository.PrimaryWorktree) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
