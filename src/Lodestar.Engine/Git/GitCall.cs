namespace Lodestar.Engine.Git;

/// <summary>One git command.</summary>
/// <param name="Directory">Where it runs: a worktree or a Git directory, absolute.</param>
/// <param name="Arguments">The verb and its arguments.</param>
public sealed record GitCall(string Directory, params IReadOnlyList<string> Arguments)
{
    /// <summary>Bytes for standard input.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>Settings for this command only, stronger than every file. Passed by the environment, so that any name and value works.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Config { get; init; } = [];

    /// <summary>GIT_* variables and others for this command only.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Exit codes that are answers; any other is a <see cref="GitFailedException"/>.</summary>
    public IReadOnlyList<int> Answers { get; init; } = [0];

    /// <summary>Longest time the command may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The repository's own hooks run. Only integration asks for that.</summary>
    public bool RunHooks { get; init; }
}

/// <summary>What a git command answered.</summary>
/// <param name="ExitCode">One of the call's answers.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error, shortened.</param>
public sealed record GitReply(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Standard output as text without its last newline.</summary>
    public string Text => GitPorcelain.Text(Output).TrimEnd('\n');
}
