using System.Text;
using System.Text.Json.Nodes;
using Lodestar.Engine.Processes;

namespace Lodestar.TestKit;

/// <summary>Runs the real <c>lodestar</c> as a process, in an environment that holds nothing of the machine's own: its own
/// home, scratch folder and git settings, and no terminal.</summary>
/// <remarks>The program is the one built with the tests, or the one <c>LODESTAR_TEST_PROGRAM</c> names (an ahead-of-time build).</remarks>
public sealed class LodestarProgram
{
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
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
            environment["DOTNET_ROOT"] = dotnet;
    }

    /// <summary>Where the program is.</summary>
    public static string Location { get; } =
        Environment.GetEnvironmentVariable("LODESTAR_TEST_PROGRAM") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(AppContext.BaseDirectory, "lodestar");

    /// <summary>Sets a variable for all further runs.</summary>
    public void Set(string name, string value) => environment[name] = value;

    /// <summary>Runs one command and waits for its end.</summary>
    public async Task<ProgramRun> RunAsync(string directory, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(
            new ChildOrder(Location, arguments, directory, environment),
            new ChildLimits(Patience, OutputBytes: 16 << 20, ErrorBytes: 1 << 20),
            CancellationToken.None);
        return new ProgramRun(
            arguments, result.Exit.Code ?? -1, Encoding.UTF8.GetString(result.Output), Encoding.UTF8.GetString(result.Error));
    }
}

/// <summary>One finished run of the program.</summary>
/// <param name="Arguments">What was typed.</param>
/// <param name="ExitCode">How it ended.</param>
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

    /// <inheritdoc/>
    public override string ToString() => $"lodestar {string.Join(' ', Arguments)}\nexit {ExitCode}\n{Output}\n{Error}";
}
