using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Context;

/// <summary>Finds the primary worktree of a repository from any of its worktrees, by reading Git's own files.</summary>
/// <remarks>No git process: every command pays for this, and planes work without git installed. The parent of the common
/// directory is not always the primary worktree (submodules, bare repositories, moved Git directories), so what cannot be
/// read for sure is refused.</remarks>
internal static class GitDirectories
{
    /// <summary>Where a directory's repository begins.</summary>
    /// <param name="directory">A directory that <see cref="IsBoundary"/> holds for.</param>
    internal static Outcome<RepositoryPlace> Read(string directory)
    {
        var dotGit = Path.Combine(directory, ".git");
        if (Directory.Exists(dotGit))
            return Primary(RealPath.Of(dotGit), directory);
        if (!File.Exists(dotGit))
            return Bare(directory);

        if (Pointer(dotGit) is not { } gitDirectory)
            return Broken(directory, $"{dotGit} does not name an existing Git directory");
        var commonFile = Path.Combine(gitDirectory, "commondir");
        if (!File.Exists(commonFile))
        {
            // A submodule, or a checkout whose Git directory was put elsewhere: a repository of its own.
            return Primary(gitDirectory, directory);
        }

        var common = Path.Combine(gitDirectory, FirstLine(commonFile));
        if (!Directory.Exists(common))
            return Broken(directory, $"{commonFile} does not name an existing directory");
        if (!PointsBack(gitDirectory, dotGit))
            return Broken(directory, $"{gitDirectory} belongs to a worktree somewhere else");
        return Linked(RealPath.Of(common), directory);
    }

    /// <summary>True where a repository begins: looking further up would leave it.</summary>
    internal static bool IsBoundary(string directory)
    {
        var dotGit = Path.Combine(directory, ".git");
        return Directory.Exists(dotGit) || File.Exists(dotGit) || IsBare(directory);
    }

    /// <summary>The short name of the branch a worktree is on; null when detached or not readable without Git.</summary>
    internal static string? Branch(string worktree)
    {
        var dotGit = Path.Combine(worktree, ".git");
        var gitDirectory = Directory.Exists(dotGit) ? dotGit : File.Exists(dotGit) ? Pointer(dotGit) : null;
        var head = gitDirectory is null ? null : Path.Combine(gitDirectory, "HEAD");
        const string Prefix = "ref: refs/heads/";
        if (head is null || !File.Exists(head) || FirstLine(head) is not { } line)
            return null;

        // Repositories with the newer store of references keep ".invalid" here, for programs that only read this file.
        return line.StartsWith(Prefix, StringComparison.Ordinal) && line != Prefix + ".invalid" ? line[Prefix.Length..] : null;
    }

    private static bool IsBare(string directory) =>
        Path.GetFileName(directory) != ".git"
        && File.Exists(Path.Combine(directory, "HEAD"))
        && Directory.Exists(Path.Combine(directory, "objects"))
        && Directory.Exists(Path.Combine(directory, "refs"));

    private static Outcome<RepositoryPlace> Primary(string common, string worktree) =>
        GitConfigFile.IsBare(common) ? Bare(common) : new RepositoryPlace(common, worktree, worktree);

    private static Outcome<RepositoryPlace> Linked(string common, string worktree)
    {
        if (GitConfigFile.IsBare(common))
            return Bare(common);
        var primary = GitConfigFile.Worktree(common) is { } configured
            ? Path.GetFullPath(configured, common)
            : Path.GetFileName(common) == ".git" ? Path.GetDirectoryName(common)! : null;
        if (primary is null || !Directory.Exists(primary))
        {
            return new Refusal(
                "primary-worktree-unknown",
                $"The primary worktree of {common} cannot be told from {worktree}.",
                "Run the command from the primary worktree.");
        }

        return new RepositoryPlace(common, RealPath.Of(primary), worktree);
    }

    /// <summary>The directory a <c>.git</c> file names, or null when there is none.</summary>
    private static string? Pointer(string dotGit)
    {
        const string Prefix = "gitdir:";
        var line = FirstLine(dotGit);
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var target = Path.GetFullPath(line[Prefix.Length..].Trim(), Path.GetDirectoryName(dotGit)!);
        return Directory.Exists(target) ? RealPath.Of(target) : null;
    }

    /// <summary>A worktree that was copied shares its Git directory with the original, and Git serves only one of them.</summary>
    private static bool PointsBack(string gitDirectory, string dotGit)
    {
        var back = Path.Combine(gitDirectory, "gitdir");
        if (!File.Exists(back))
            return false;
        var named = Path.GetFullPath(FirstLine(back), gitDirectory);
        return File.Exists(named) && RealPath.Of(named) == RealPath.Of(dotGit);
    }

    private static string FirstLine(string file) => File.ReadLines(file).FirstOrDefault("").Trim();

    private static Refusal Bare(string directory) => new(
        "repository-bare",
        $"The repository {directory} is bare: it has no primary worktree to hold the project's state.",
        "Work in a clone that has one.");

    private static Refusal Broken(string directory, string fact) => new(
        "worktree-broken",
        $"The Git worktree {directory} is broken: {fact}.",
        "Run git worktree repair in the primary worktree.");
}
