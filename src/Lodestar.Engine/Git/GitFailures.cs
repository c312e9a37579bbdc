namespace Lodestar.Engine.Git;

/// <summary>Git said no where it should not have: a broken repository, a full disk, a permission.</summary>
public sealed class GitFailedException(string verb, int code, string message)
    : EnvironmentException("git-failed", $"git {verb} failed ({code}): {message}")
{
    /// <summary>Git's exit code.</summary>
    public int ExitCode { get; } = code;

    /// <summary>What git wrote to standard error, shortened.</summary>
    public string Said { get; } = message;
}

/// <summary>A git command was killed or did not end in time. What it did is unknown: look at the repository before
/// doing anything again, and never take this for a failure.</summary>
public sealed class GitUnknownException(string verb, string how)
    : EnvironmentException("git-interrupted", $"git {verb} {how}; whether it took effect is unknown.", "Repeat the command.");
