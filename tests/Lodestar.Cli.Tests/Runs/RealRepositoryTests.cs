using System.Text;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>A run over a real repository, this project's own, with agents that are ordinary shell commands. The recipe in
/// <c>docs/real-repository.md</c> is this test in words.</summary>
public sealed class RealRepositoryTests : IDisposable
{
    private const int Count = 14;

    /// <summary>Marks a source file, and every other time leaves the commit to the engine.</summary>
    private const string Agent = """
        set -eu
        task=$1
        file=$(sed -n "s/^$task //p" "$2")
        { echo "// Looked at for $task."; cat "$file"; } > "$file.new"
        mv "$file.new" "$file"
        case $task in
            *[02468]) git add -- "$file" && git commit -q -m "Look at $file" ;;
        esac

        """;

    /// <summary>A marked file is marked once, in its first line, and still holds code.</summary>
    private const string Check = """
        for file in $(git grep -l '^// Looked at for '); do
            test "$(grep -c '^// Looked at for ' "$file")" = 1 && head -n 1 "$file" | grep -q '^// Looked at' && grep -q '^namespace ' "$file" || exit 1
        done
        """;

    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;
    private readonly UserGit git;
    private readonly string repo;

    public RealRepositoryTests()
    {
        program = new LodestarProgram(scratch);
        repo = scratch.PathOf("project");
        git = new UserGit(scratch, repo);
    }

    [CheckoutFact]
    public async Task A_run_over_a_real_repository_leaves_the_users_dirty_checkout_alone_until_it_is_integrated()
    {
        var files = SourceTree.CSharp("src/Lodestar.Core").Take(Count).ToArray();
        await CloneAsync(files);
        await MakeBusyAsync();
        var before = Fingerprint();

        var run = await program.RunAsync(
            repo, "run", "--json", "--lanes", "4", "--agent-cmd", $"sh {scratch.PathOf("agent.sh")} {{task_id}} {scratch.PathOf("files.txt")}", "--check", Check);

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(Count, run.Data["totals"]!["integrated"]!.GetValue<int>());
        Assert.Equal(before, Fingerprint());
        Assert.False(File.Exists(scratch.PathOf("home", "checked-out")), "A hook of the user ran for the engine.");

        var integrated = await program.RunAsync(repo, "run", "integrate", "--json");
        Assert.True(integrated.ExitCode == 0, integrated.ToString());
        Assert.All(files, file => Assert.StartsWith("// Looked at for T", File.ReadAllText(Path.Combine(repo, file)), StringComparison.Ordinal));
        Assert.Equal("mine\n", File.ReadAllText(Path.Combine(repo, "LICENSE")));
        Assert.Equal("M  AGENTS.md\n M LICENSE\n?? notes.txt", await git.RunAsync("status", "--porcelain"));
        Assert.Equal("stash@{0}: On main: for later", await git.RunAsync("stash", "list"));
    }

    public void Dispose() => scratch.Dispose();

    /// <summary>The clone, its tasks committed on main.</summary>
    private async Task CloneAsync(string[] files)
    {
        scratch.Write("home/.gitconfig", "[user]\n\tname = Ada\n\temail = ada@example.test\n");
        Directory.CreateDirectory(repo);
        await git.RunAsync("clone", "-q", "--no-local", "--no-tags", SourceTree.Root, ".");
        await git.RunAsync("checkout", "-q", "-B", "main");
        var ids = files.Select((file, index) => (Id: $"T{index + 10}", File: file)).ToArray();
        var spec = new StringBuilder("project: {name: project, default_branch: main}\ntasks:\n");
        foreach (var (id, file) in ids)
            spec.Append($"  {id}: {{title: Look at {Path.GetFileName(file)}, locks: [{file}]}}\n");
        scratch.Write("project/.lodestar/spec.yaml", spec.ToString());
        scratch.Write("project/.lodestar/charter.yaml", "policy: {max_attempts: 2}\n");
        scratch.Write("files.txt", string.Concat(ids.Select(one => $"{one.Id} {one.File}\n")));
        scratch.Write("agent.sh", Agent);
        var init = await program.RunAsync(repo, "init", "--force", "--json");
        Assert.True(init.ExitCode == 0, init.ToString());
        await git.CommitAllAsync("Write down the tasks");
    }

    /// <summary>The checkout of somebody in the middle of something: stash, staged, changed and new files, hooks.</summary>
    private async Task MakeBusyAsync()
    {
        scratch.Write("project/README-draft.txt", "draft\n");
        await git.RunAsync("add", "README-draft.txt");
        await git.RunAsync("stash", "push", "-q", "-m", "for later");
        File.AppendAllText(Path.Combine(repo, "AGENTS.md"), "\nStaged.\n");
        await git.RunAsync("add", "AGENTS.md");
        scratch.Write("project/LICENSE", "mine\n");
        scratch.Write("project/notes.txt", "not to be lost\n");
        var hook = scratch.Write("project/.git/hooks/post-checkout", "#!/bin/sh\ntouch \"$HOME/checked-out\"\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Seen once as it is, the index keeps its bytes.
        await git.RunAsync("update-index", "-q", "--refresh", "--really-refresh");
    }

    /// <summary>Every file of the checkout, and of git what is the user's: index, branch, stash, hooks, settings.</summary>
    private string Fingerprint()
    {
        var own = new[] { ".git/index", ".git/HEAD", ".git/refs/heads/main", ".git/refs/stash", ".git/logs/refs/stash", ".git/logs/HEAD", ".git/config" }
            .Concat(Below(".git/hooks"))
            .Concat(Below(".").Where(file => !file.StartsWith(".git/", StringComparison.Ordinal) && !IsOurs(file)));
        return string.Join('\n', own.Order(StringComparer.Ordinal).Select(file => $"{file} {Digest(Path.Combine(repo, file))}"));
    }

    private static bool IsOurs(string file) =>
        file.StartsWith(".lodestar/", StringComparison.Ordinal) && file is not (".lodestar/spec.yaml" or ".lodestar/charter.yaml" or ".lodestar/.gitignore");

    private IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(Path.Combine(repo, folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(repo, file));

    private static string Digest(string file) =>
        File.Exists(file) ? Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))) : "absent";
}
