using Lodestar.Core;
using Lodestar.Core.Runs;

namespace Lodestar.Engine.Supervision;

/// <summary>The machine's side of a lane: where its worktree is, what is copied into it, and what its programs see.</summary>
public interface ILaneGround
{
    /// <summary>Absolute path of a lane's worktree.</summary>
    string PathOf(RunId run, int lane);

    /// <summary>Copies the charter's ignored files (such as .env) from the primary worktree into a lane.</summary>
    Task CopyIntoAsync(string worktree, IReadOnlyList<string> patterns, CancellationToken cancellation);

    /// <summary>The environment of a program in a lane: a minimal base, the named variables, and ours.</summary>
    IReadOnlyDictionary<string, string> EnvironmentFor(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, string> own);

    /// <summary>Values of named variables that must never be stored.</summary>
    IReadOnlyList<string> SecretsOf(IReadOnlyList<string> names);

    /// <summary>The program and arguments that start an agent, with its placeholders filled in.</summary>
    IReadOnlyList<string> CommandOf(PlannedProfile profile, TurnWords words);

    /// <summary>A fingerprint of the user's own checkout (HEAD, index and changed files), to notice that a turn wrote there.</summary>
    Task<string> PrimaryFingerprintAsync(CancellationToken cancellation);
}

/// <summary>What may be named in an agent's command.</summary>
public sealed record TurnWords(string BriefingFile, string Prompt, TaskId Task, string Workspace);
