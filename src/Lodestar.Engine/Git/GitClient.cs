using System.Collections;
using Lodestar.Engine.Processes;

namespace Lodestar.Engine.Git;

/// <summary>The only class that starts git. Every command, wherever it comes from, is built by one function.</summary>
public sealed class GitClient
{
    /// <summary>The oldest git that works: the first whose <c>merge-tree --write-tree</c> merges without a checkout.</summary>
    public static readonly Version Minimum = new(2, 38);

    private const int OutputLimit = 256 * 1024 * 1024;
    private const int ErrorLimit = 64 * 1024;
    private const int NotASignal = 129;

    private readonly Dictionary<string, string> environment;
    private Task<Version>? version;

    private GitClient(string program, Dictionary<string, string> environment)
    {
        Program = program;
        this.environment = environment;
    }

    /// <summary>Absolute path of git.</summary>
    public string Program { get; }

    /// <summary>Finds git on the PATH of the given environment.</summary>
    /// <param name="inherited">The environment of the command; its GIT_* variables are left out.</param>
    /// <exception cref="EnvironmentException">There is no git.</exception>
    public static GitClient Find(IReadOnlyDictionary<string, string> inherited)
    {
        var program = Programs.Find("git", inherited.GetValueOrDefault("PATH")) ?? throw new EnvironmentException(
            "git-missing",
            "There is no git on the PATH.",
            $"Install git {Minimum} or newer; relative PATH entries are not searched.");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in inherited)
        {
            // A caller's GIT_DIR or GIT_INDEX_FILE (we may run inside a hook) would point git at another repository.
            if (!name.StartsWith("GIT_", StringComparison.Ordinal))
                environment[name] = value;
        }

        environment["LC_ALL"] = "C";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        return new GitClient(program, environment);
    }

    /// <summary>Finds git for this process.</summary>
    /// <exception cref="EnvironmentException">There is no git.</exception>
    public static GitClient Find() => Find(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!, StringComparer.Ordinal));

    /// <summary>The version of git, asked once; refused when it is older than <see cref="Minimum"/>.</summary>
    /// <exception cref="EnvironmentException">Git is too old.</exception>
    public async Task<Version> VersionAsync(CancellationToken cancellation)
    {
        version ??= AskVersionAsync(cancellation);
        var found = await version;
        return found >= Minimum ? found : throw new EnvironmentException(
            "git-too-old", $"Git {found} at {Program} is too old.", $"Install git {Minimum} or newer.");
    }

    /// <summary>Runs a git command.</summary>
    /// <exception cref="GitFailedException">The exit code is not one of the call's answers.</exception>
    /// <exception cref="GitUnknownException">Git was killed or did not end in time.</exception>
    public async Task<GitReply> RunAsync(GitCall call, CancellationToken cancellation)
    {
        var verb = call.Arguments[0];
        ChildResult result;
        try
        {
            result = await ChildProcess.RunAsync(
                Order(call), new ChildLimits(call.Limit, OutputLimit, ErrorLimit), cancellation);
        }
        catch (ChildTimedOutException)
        {
            throw new GitUnknownException(verb, $"did not end within {call.Limit.TotalMinutes:0.#} minutes");
        }
        catch (ChildNotStartedException cause)
        {
            throw new EnvironmentException("git-failed", cause.Message, cause: cause);
        }

        var error = GitPorcelain.Text(result.Error).Trim();
        // Git itself exits with 129 when it is called wrongly, and then says so; a hang-up says nothing.
        var code = result.Exit.Code ?? (result.Exit.Signal == LinuxHangUp && error.Length > 0 ? NotASignal : null);
        if (code is null)
            throw new GitUnknownException(verb, $"was ended by signal {result.Exit.Signal}");
        if (!call.Answers.Contains(code.Value))
            throw new GitFailedException(verb, code.Value, error.Length > 0 ? error : "it gave no reason");
        if (result.Truncated)
            throw new GitFailedException(verb, code.Value, $"its answer is longer than {OutputLimit} bytes or was cut off");
        return new GitReply(code.Value, result.Output, error);
    }

    /// <summary>Starts a git command that goes on answering; the caller feeds and reads it.</summary>
    internal ChildProcess Start(GitCall call) => ChildProcess.Start(Order(call));

    private const int LinuxHangUp = 1;

    private ChildOrder Order(GitCall call)
    {
        var variables = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in call.Environment)
            variables[name] = value;

        var settings = new List<KeyValuePair<string, string>>
        {
            // Promises hold for power loss too: objects, references and the index are on disk before git says so.
            new("core.fsync", "all"),
            // No background work of ours in the user's repository, and no daemon that outlives the command.
            new("gc.auto", "0"),
            new("maintenance.auto", "false"),
            new("core.fsmonitor", "false"),
        };
        if (!call.RunHooks)
            settings.Add(new("core.hooksPath", "/dev/null"));
        settings.AddRange(call.Config);
        LaneGitEnvironment.AddConfig(variables, settings);

        return new ChildOrder(Program, call.Arguments, call.Directory, variables) { Input = call.Input };
    }

    private async Task<Version> AskVersionAsync(CancellationToken cancellation)
    {
        var reply = await RunAsync(new GitCall(Path.GetTempPath(), "version"), cancellation);
        return GitPorcelain.Version(reply.Text)
            ?? throw new EnvironmentException("git-too-old", $"\"{reply.Text}\" is not a version of git.");
    }
}
