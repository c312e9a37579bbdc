using System.Text;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit;

/// <summary>Git as the user of a repository types it: with a name, and with the repository's hooks.</summary>
/// <param name="scratch">Holds the home folder.</param>
/// <param name="directory">The repository.</param>
public sealed class UserGit(ScratchDirectory scratch, string directory)
{
    /// <summary>Runs git and gives what it printed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var client = GitClient.Find(new Dictionary<string, string>
        {
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = scratch.PathOf("home"),
        });
        var call = new GitCall(directory, arguments)
        {
            RunHooks = true,
            Config = [new("user.name", "Ada"), new("user.email", "ada@example.test"), new("core.fsync", "none")],
        };
        return Encoding.UTF8.GetString((await client.RunAsync(call, CancellationToken.None)).Output).TrimEnd('\n');
    }

    /// <summary>Commits everything.</summary>
    public async Task CommitAllAsync(string message)
    {
        await RunAsync("add", "-A");
        await RunAsync("commit", "-q", "-m", message);
    }
}
