using System.Globalization;
using System.Text;
using Lodestar.Engine.Processes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Docs;

/// <summary>Runs the examples of one page as one shell session: in an empty directory called <c>shop</c>, with a home of its
/// own, the built program as <c>lodestar</c> on the PATH, and nothing of the machine's own settings.</summary>
internal sealed class ConsoleSession : IDisposable
{
    private const string Mark = "\u001f";
    private readonly ScratchDirectory scratch = new();

    /// <summary>Runs the set-up, then every command, and gives what each said (both streams, as a terminal shows them) and its
    /// exit code.</summary>
    public async Task<IReadOnlyList<(string Said, int ExitCode)>> RunAsync(string setup, IReadOnlyList<string> commands)
    {
        foreach (var folder in new[] { "home/bin", "tmp", "bin", "shop" })
            Directory.CreateDirectory(scratch.PathOf(folder));
        File.CreateSymbolicLink(scratch.PathOf("bin", "lodestar"), LodestarProgram.Location);
        scratch.Write("home/.gitconfig", "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n");

        var script = new StringBuilder("exec 2>&1\n").Append(setup).Append('\n').Append($"printf '{Mark}%d{Mark}' $?\n");
        foreach (var command in commands)
            script.Append(command).Append($"\nprintf '{Mark}%d{Mark}' $?\n");
        var result = await ChildProcess.RunAsync(
            new ChildOrder("/bin/sh", [scratch.Write("tmp/session.sh", script.ToString())], scratch.PathOf("shop"), Environment()),
            new ChildLimits(TimeSpan.FromMinutes(3), 16 << 20, 1 << 20),
            CancellationToken.None);
        return Split(Encoding.UTF8.GetString(result.Output));
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();

    private static List<(string, int)> Split(string output)
    {
        var parts = output.Split(Mark);
        var answers = new List<(string, int)>();
        for (var at = 0; at + 1 < parts.Length; at += 2)
            answers.Add((parts[at], int.Parse(parts[at + 1], CultureInfo.InvariantCulture)));
        return answers;
    }

    private Dictionary<string, string> Environment()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{scratch.PathOf("home", "bin")}:{scratch.PathOf("bin")}:{System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin"}",
            ["HOME"] = scratch.PathOf("home"),
            ["TMPDIR"] = scratch.PathOf("tmp"),
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["TZ"] = "UTC",
            ["LC_ALL"] = "C.UTF-8",
        };
        if (System.Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } dotnet)
            environment["DOTNET_ROOT"] = dotnet;
        return environment;
    }
}
