using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Context;

/// <summary>The only code that turns a directory into an <see cref="ActionContext"/>.</summary>
/// <remarks>The answer is the same from the primary worktree, a directory inside it, a lane, and through symbolic links:
/// state is never read from a linked worktree's own checkout.</remarks>
public static class ContextResolver
{
    /// <summary>The directory that makes a directory a project.</summary>
    public const string StateDirectory = ".lodestar";

    private const string NotInitialized = "not-initialized";

    /// <summary>Resolves the project acted on from a directory.</summary>
    /// <param name="directory">An existing directory.</param>
    /// <param name="caller">What the environment says.</param>
    public static Outcome<ActionContext> Resolve(string directory, CallerEnvironment caller)
    {
        if (!Directory.Exists(directory))
            return new Refusal("directory-unknown", $"There is no directory {directory}.", "Name an existing directory.");
        var working = RealPath.Of(directory);
        var boundary = Boundary(working);
        var read = boundary is null ? null : GitDirectories.Read(boundary);
        if (read?.Refusal is { } refusal)
            return refusal;
        var repository = read?.Data;

        foreach (var candidate in Upward(working, boundary))
        {
            var mapped = repository is null
                ? candidate
                : Path.GetFullPath(Path.GetRelativePath(repository.Worktree, candidate), repository.PrimaryWorktree);
            if (Directory.Exists(Path.Combine(mapped, StateDirectory)))
                return Found(mapped, repository, working, caller);
        }

        return Missing(working, repository);
    }

    /// <summary>The repository a directory is in, or why it cannot be told; null where there is none.</summary>
    internal static Outcome<RepositoryPlace>? RepositoryOf(string directory) =>
        Boundary(RealPath.Of(directory)) is { } boundary ? GitDirectories.Read(boundary) : null;

    private static Outcome<ActionContext> Found(
        string root, RepositoryPlace? repository, string working, CallerEnvironment caller)
    {
        var state = Path.Combine(root, StateDirectory);
        if (LeadsOut(state, repository?.PrimaryWorktree ?? root))
        {
            return new Refusal(
                "state-linked",
                $"{state} is a symbolic link that leads out of the project.",
                "Make it a directory of the project.");
        }

        foreach (var name in new[] { "spec.yaml", "runtime.sqlite" })
        {
            var file = Path.Combine(state, name);
            if (new FileInfo(file).LinkTarget is not null && LeadsOut(file, repository?.PrimaryWorktree ?? root))
                return new Refusal("state-linked", $"{file} is a symbolic link that leads out of the project.", "Make it a file of the project.");
        }

        var branch = repository is null ? null : GitDirectories.Branch(repository.Worktree);
        var attempt = branch is null ? null : AttemptBranchName.TryParse(branch);
        var workspace = WorkspaceOf(root, repository, attempt);
        return new ActionContext(
            new PrimaryRoot(root),
            new SpecReadPath(Path.Combine(state, "spec.yaml")),
            new RuntimeWritePath(Path.Combine(state, "runtime.sqlite")),
            new PromptSource(state),
            workspace,
            repository,
            working)
        {
            BaseBranch = repository is null ? null : GitDirectories.Branch(repository.PrimaryWorktree),
            Destination = branch is null ? null : new DestinationRef(RefName.Branch(branch)),
            Lane = LaneOf(workspace, attempt, caller),
        };
    }

    /// <summary>A project without Git ends at the file system's root; with Git at the worktree's.</summary>
    private static string? Boundary(string directory) => Upward(directory, null).FirstOrDefault(GitDirectories.IsBoundary);

    private static IEnumerable<string> Upward(string directory, string? last)
    {
        for (var at = directory; at is not null; at = Path.GetDirectoryName(at))
        {
            yield return at;
            if (at == last)
                yield break;
        }
    }

    /// <summary>A linked worktree is a lane when it lies where lanes do, or (their place can be configured) is on the
    /// branch of an attempt. The run branch itself is no sign: people check it out to look at it.</summary>
    private static Workspace WorkspaceOf(string root, RepositoryPlace? repository, AttemptBranchName? attempt)
    {
        if (repository is null || repository.Worktree == repository.PrimaryWorktree)
            return new(WorkspaceKind.Main, repository?.Worktree ?? root);
        var lane = LaneRoot.Holds(repository) || attempt is { Task: not null };
        return new(lane ? WorkspaceKind.Lane : WorkspaceKind.Outside, repository.Worktree);
    }

    /// <summary>The branch of a lane names its run and task; the environment only speaks where there is no such branch.</summary>
    private static LaneCaller? LaneOf(Workspace workspace, AttemptBranchName? attempt, CallerEnvironment caller)
    {
        if (workspace.Kind != WorkspaceKind.Lane)
            return caller.Run is null ? null : new(caller.Lane, caller.Run, caller.Task);
        return new(Path.GetFileName(workspace.Path), attempt?.Run ?? caller.Run, attempt?.Task ?? caller.Task);
    }

    private static bool LeadsOut(string state, string root)
    {
        var real = RealPath.Of(state);
        return real != state && !real.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static Refusal Missing(string working, RepositoryPlace? repository) =>
        repository is null || repository.Worktree == repository.PrimaryWorktree
            ? new(NotInitialized, $"There is no Lodestar project in {working} or above.", "lodestar init")
            {
                Next = [new("init", "lodestar init", "Make this directory a project")],
            }
            : new(
                NotInitialized,
                $"There is no Lodestar project in {repository.PrimaryWorktree}, the primary worktree of {working}.",
                $"lodestar -C {ShellWord.Quote(repository.PrimaryWorktree)} init");
}
