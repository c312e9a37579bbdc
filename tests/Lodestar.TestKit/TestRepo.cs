using System.Text;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.TestKit;

/// <summary>A throw-away repository on real git, untouched by the user's own settings.</summary>
public sealed class TestRepo : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    private TestRepo(string folder) => Root = scratch.PathOf(folder);

    /// <summary>Absolute path of the primary worktree.</summary>
    public string Root { get; }

    /// <summary>The directory that holds the repository, its neighbours and a home.</summary>
    public ScratchDirectory Scratch => scratch;

    /// <summary>A folder beside the repository, inside the same scratch directory.</summary>
    public string Beside(params string[] parts) => scratch.PathOf(parts);

    /// <summary>Git as the engine uses it, with a home of its own.</summary>
    public GitClient Git => GitClient.Find(Environment);

    /// <summary>The environment commands in this repository get.</summary>
    public IReadOnlyDictionary<string, string> Environment => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        ["HOME"] = scratch.PathOf("home"),
        ["XDG_CONFIG_HOME"] = scratch.PathOf("home", ".config"),
    };

    /// <summary>Makes a repository with one commit on <c>main</c> that holds <c>README.md</c>.</summary>
    /// <param name="folder">Name of its folder.</param>
    /// <param name="objectFormat"><c>sha1</c> or <c>sha256</c>.</param>
    public static async Task<TestRepo> CreateAsync(string folder = "repo", string objectFormat = "sha1")
    {
        var repo = new TestRepo(folder);
        Directory.CreateDirectory(repo.Root);
        Directory.CreateDirectory(repo.scratch.PathOf("home"));
        File.WriteAllText(
            repo.scratch.PathOf("home", ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.test\n");
        await repo.GitAsync("init", "-q", "-b", "main", $"--object-format={objectFormat}");
        repo.Write("README.md", "hello\n");
        await repo.CommitAsync("first");
        return repo;
    }

    /// <summary>Writes a file in the primary worktree.</summary>
    public string Write(string path, string content)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    /// <summary>Commits everything in the primary worktree.</summary>
    public async Task<CommitId> CommitAsync(string message)
    {
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "--allow-empty", "-m", message);
        return new CommitId(await GitAsync("rev-parse", "HEAD"));
    }

    /// <summary>Runs git in the primary worktree and gives what it printed.</summary>
    public Task<string> GitAsync(params string[] arguments) => GitInAsync(Root, arguments);

    /// <summary>Runs git in a directory and gives what it printed.</summary>
    public async Task<string> GitInAsync(string directory, params string[] arguments)
    {
        // Durability is not what these tests are about, and flushing makes them slow.
        var call = new GitCall(directory, arguments) { Config = [new("core.fsync", "none")] };
        var reply = await Git.RunAsync(call, CancellationToken.None);
        return Encoding.UTF8.GetString(reply.Output).TrimEnd('\n');
    }

    /// <inheritdoc/>
    public void Dispose() => scratch.Dispose();
}
