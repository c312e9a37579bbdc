using System.Text.Json.Nodes;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit;

/// <summary>Runs the real <c>lodestar</c> as a process, in an environment that holds nothing of the machine's own: its own
/// home, scratch folder and git settings, and no terminal.</summary>
/// <remarks>The program is the one built with the tests, or the one <c>LODESTAR_TEST_PROGRAM</c> names (an ahead-of-time build).</remarks>
public sealed class LodestarProgram
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly SortedDictionary<string, string> environment = new(StringComparer.Ordinal);

    /// <summary>Prepares an environment below a scratch directory.</summary>
    public LodestarProgram(ScratchDirectory scratch)
    {
        foreach (var folder in new[] { "home", "tmp" })
            Directory.CreateDirectory(scratch.PathOf(folder));
        environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        environment["HOME"] = scratch.PathOf("home");
        environment["TMPDIR"] = scratch.PathOf("tmp");
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["TZ"] = "UTC";
        // These processes live too short to earn back what measuring them for optimisation costs.
        environment["DOTNET_TieredPGO"] = "0";
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
            environment["DOTNET_ROOT"] = dotnet;
    }

    /// <summary>The build that <c>LODESTAR_TEST_PROGRAM</c> names; null when it names none.</summary>
    public static string? Named { get; } =
        Environment.GetEnvironmentVariable("LODESTAR_TEST_PROGRAM") is { Length: > 0 } named ? Path.GetFullPath(named) : null;

    /// <summary>Where the program is.</summary>
    public static string Location { get; } = Named ?? Path.Combine(AppContext.BaseDirectory, "lodestar");

    /// <summary>Sets a variable for all further runs.</summary>
    public void Set(string name, string value) => environment[name] = value;

    /// <summary>Runs one command and waits for its end.</summary>
    public async Task<ProgramRun> RunAsync(string directory, params string[] arguments)
    {
        await using var started = Start(directory, NoVariables, arguments);
        return await started.EndAsync(Patience);
    }

    /// <summary>Starts one command that can write no file beyond a size, in blocks of 512 bytes.</summary>
    public StartedProgram StartLimited(string directory, int blocks, params string[] arguments)
    {
        // The runtime maps its code through a file of its own unless told not to, and that would be too large as well.
        // The signal that comes with the failed write is ignored, as the runtime has it anyway: the write itself fails.
        return StartThrough(directory, $"trap '' XFSZ; ulimit -f {blocks}; DOTNET_EnableWriteXorExecute=0 exec \"$@\"", arguments);
    }

    /// <summary>Starts one command as a shell script does it that has program and arguments in <c>"$@"</c>.</summary>
    public StartedProgram StartThrough(string directory, string script, params string[] arguments) => new(
        ChildProcess.Start(new ChildOrder("/bin/sh", ["-c", script, "sh", Location, .. arguments], directory, environment)), arguments);

    /// <summary>Starts one command, for tests that do something to it while it goes on.</summary>
    /// <param name="directory">Where it is started.</param>
    /// <param name="variables">Variables of this command alone.</param>
    /// <param name="arguments">What was typed.</param>
    public StartedProgram Start(
        string directory, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var own = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
            own[name] = value;
        // A shell that starts the tests in the background has Ctrl-C ignored by everything below it; the program is to
        // have it as from a terminal.
        return new StartedProgram(
            ChildProcess.Start(new ChildOrder("/usr/bin/env", ["--default-signal=INT", Location, .. arguments], directory, own)),
            arguments);
    }
}

/// <summary>One finished run of the program.</summary>
/// <param name="Arguments">What was typed.</param>
/// <param name="ExitCode">How it ended; 128 and the signal's number when a signal ended it, as a shell has it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ProgramRun(IReadOnlyList<string> Arguments, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output as one JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    /// <summary>The <c>data</c> of the envelope.</summary>
    public JsonObject Data => Json["data"]!.AsObject();

    /// <summary>The refusal's code, or null.</summary>
    public string? Code => Json["error"]?["code"]?.GetValue<string>();

    /// <summary>This, when it did what was asked.</summary>
    /// <exception cref="InvalidOperationException">It did not.</exception>
    public ProgramRun MustSucceed() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    /// <inheritdoc/>
    public override string ToString() => $"lodestar {string.Join(' ', Arguments)}\nexit {ExitCode}\n{Output}\n{Error}";
}
