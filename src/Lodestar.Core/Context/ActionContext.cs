namespace Lodestar.Core.Context;

/// <summary>Who acts, where, and on what authority: resolved once per operation, by one component.</summary>
/// <remarks>Its places are types of their own and none converts to another: a path to read from can not end up where
/// something is written.</remarks>
/// <param name="Root">The directory that holds <c>.lodestar</c>, in the primary worktree whatever the directory acted from.</param>
/// <param name="Spec">Where definitions are read.</param>
/// <param name="Runtime">Where execution state is written.</param>
/// <param name="Prompt">Where governance and prompts are read.</param>
/// <param name="Workspace">The place files are worked on.</param>
/// <param name="Repository">The Git repository; null without Git.</param>
/// <param name="WorkingDirectory">The directory acted from, symbolic links resolved.</param>
public sealed record ActionContext(
    PrimaryRoot Root,
    SpecReadPath Spec,
    RuntimeWritePath Runtime,
    PromptSource Prompt,
    Workspace Workspace,
    RepositoryPlace? Repository,
    string WorkingDirectory)
{
    /// <summary>The branch checked out in the primary worktree; null when detached or without Git.</summary>
    public string? BaseBranch { get; init; }

    /// <summary>The reference commits made here end up in; null when detached or without Git.</summary>
    public DestinationRef? Destination { get; init; }

    /// <summary>The run and task this caller works for; null outside a run.</summary>
    public LaneCaller? Lane { get; init; }
}

/// <summary>The directory that holds <c>.lodestar</c>, absolute, symbolic links resolved.</summary>
public readonly record struct PrimaryRoot(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The file definitions are read from.</summary>
public readonly record struct SpecReadPath(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The database execution state is written to.</summary>
public readonly record struct RuntimeWritePath(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The directory governance and prompts are read from.</summary>
public readonly record struct PromptSource(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The full name of the reference commits end up in.</summary>
public readonly record struct DestinationRef(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>The checkout acted in.</summary>
/// <param name="Kind">What it is to us.</param>
/// <param name="Path">Its root: the only place a caller here may change files.</param>
public readonly record struct Workspace(WorkspaceKind Kind, string Path);

/// <summary>What a checkout is to us.</summary>
public enum WorkspaceKind
{
    /// <summary>The primary worktree, or a project without Git.</summary>
    Main,

    /// <summary>A lane worktree: engine-owned.</summary>
    Lane,

    /// <summary>Another worktree of the same repository, made by people.</summary>
    Outside,
}

/// <summary>A Git repository by its directories, as its own files tell them.</summary>
/// <param name="CommonDirectory">What all worktrees share: objects, references, configuration.</param>
/// <param name="PrimaryWorktree">Root of the primary worktree.</param>
/// <param name="Worktree">Root of the worktree acted in; the primary one or a linked one.</param>
public sealed record RepositoryPlace(string CommonDirectory, string PrimaryWorktree, string Worktree);

/// <summary>A caller that is part of a run: its agent, whatever the environment says.</summary>
/// <param name="Lane">Name of the lane's directory, or what the environment calls it; null when neither is known.</param>
/// <param name="Run">The run; null when the lane is idle.</param>
/// <param name="Task">The task; null when the lane is idle.</param>
public sealed record LaneCaller(string? Lane, RunId? Run, TaskId? Task);
