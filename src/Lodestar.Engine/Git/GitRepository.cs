using System.Globalization;
using System.Text;
using Lodestar.Core.Context;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Git;

/// <summary>A Git repository through git itself.</summary>
public sealed class GitRepository : IRepository, IAsyncDisposable
{
    private const int ManyChanges = 500;

    private readonly GitClient git;
    private readonly string directory;
    private readonly string common;
    private readonly ObjectFormat format;
    private readonly ObjectReader objects;
    private readonly References references;
    private readonly CommitHistory history;
    private readonly TreeComparer trees;
    private readonly Worktrees worktrees;
    private readonly WorktreeCommits commits;
    private readonly MergeBench bench;
    private Task<GitIdentity>? identity;

    private GitRepository(GitClient git, string directory, string common, ObjectFormat format, string engineDirectory)
    {
        this.git = git;
        this.directory = directory;
        this.common = common;
        this.format = format;
        objects = new ObjectReader(git, directory);
        references = new References(git, directory, common, format);
        history = new CommitHistory(git, directory, objects);
        trees = new TreeComparer(git, directory);
        worktrees = new Worktrees(git, directory, common, format);
        commits = new WorktreeCommits(worktrees, this);
        bench = new MergeBench(git, worktrees, this, common, Path.Combine(engineDirectory, "merge"));
    }

    /// <summary>The directory all worktrees of the repository share, with symbolic links resolved.</summary>
    public string CommonDirectory => common;

    /// <summary>Opens the repository a directory belongs to.</summary>
    /// <param name="git">Git.</param>
    /// <param name="directory">Any directory of the primary worktree; commands about the whole repository run there.</param>
    /// <param name="engineDirectory">A folder outside every worktree of the user, for the worktree merges run in.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="EnvironmentException">Git is too old, or the directory is in no repository.</exception>
    public static async Task<GitRepository> OpenAsync(
        GitClient git, string directory, string engineDirectory, CancellationToken cancellation)
    {
        await git.VersionAsync(cancellation);
        var reply = await git.RunAsync(
            new GitCall(directory, "rev-parse", "--path-format=absolute", "--show-object-format", "--git-common-dir"),
            cancellation);
        // The format is one word; the path may hold a newline.
        var end = reply.Text.IndexOf('\n');
        var format = reply.Text[..end] == "sha256" ? ObjectFormat.Sha256 : ObjectFormat.Sha1;
        return new GitRepository(git, directory, RealPath.Of(reply.Text[(end + 1)..]), format, engineDirectory);
    }

    /// <inheritdoc/>
    public async Task<CommitId?> ResolveAsync(string reference, CancellationToken cancellation) =>
        await objects.InfoAsync(reference + "^{commit}", cancellation) is { } info ? new CommitId(info.Id) : null;

    /// <inheritdoc/>
    public Task<TreeId> TreeAsync(CommitId commit, CancellationToken cancellation) => TreeOfAsync(commit.Value, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> RefsAsync(
        IReadOnlyList<string> prefixes, CancellationToken cancellation) => references.ReadAsync(prefixes, cancellation);

    /// <inheritdoc/>
    public Task<bool> UpdateRefsAsync(IReadOnlyList<RefChange> changes, CancellationToken cancellation) =>
        references.UpdateAsync(changes, cancellation);

    /// <inheritdoc/>
    public async Task<string> WriteBlobAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        (await RunAsync(["hash-object", "-w", "--no-filters", "--stdin"], content, cancellation)).Text;

    /// <inheritdoc/>
    public Task<byte[]?> ReadBlobAsync(string objectName, CancellationToken cancellation) =>
        objects.ContentAsync(objectName, cancellation);

    /// <inheritdoc/>
    public Task<bool> ContainsAsync(CommitId ancestor, CommitId descendant, CancellationToken cancellation) =>
        history.ContainsAsync(ancestor, descendant, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<CommitId>> CommitsAsync(CommitId since, CommitId head, CancellationToken cancellation) =>
        history.BetweenAsync(since, head, cancellation);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PathChange>> ChangesAsync(string from, string to, CancellationToken cancellation) =>
        await trees.CompareAsync(await TreeOfAsync(from, cancellation), await TreeOfAsync(to, cancellation), cancellation);

    /// <summary>The difference between two commits as a patch.</summary>
    /// <returns>The patch, cut at the limit, and whether that is the whole.</returns>
    public async Task<(string Patch, bool IsWhole)> DiffAsync(
        CommitId from, CommitId until, int limit, CancellationToken cancellation)
    {
        var reply = await RunAsync(
            ["diff-tree", "-r", "-p", "--stat", "-M", "--no-ext-diff", "--no-textconv", from.Value, until.Value, "--"], cancellation);
        var text = GitPorcelain.Text(reply.Output);
        return text.Length <= limit ? (text, true) : (text[..limit], false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ConflictMarkersAsync(CommitId from, CommitId to, CancellationToken cancellation)
    {
        if (!await HasMarkersAsync(await ChangesAsync(from.Value, to.Value, cancellation), cancellation))
            return [];
        string[] diff = ["diff-tree", "-r", "--no-renames", "--no-textconv", "--no-ext-diff", "-G", "^(<{7}|>{7}) "];
        var named = await RunAsync([.. diff, "-z", "--name-only", from.Value, to.Value, "--"], cancellation);
        var found = new List<string>();
        foreach (var path in GitPorcelain.Fields(named.Output))
        {
            var patch = await RunAsync(
                [.. diff, "-p", "-U0", "--no-color", from.Value, to.Value, "--", $":(top,literal){path}"], cancellation);
            found.AddRange(GitPorcelain.AddedMarkers(patch.Output).Select(line => $"{path}:{line}"));
            if (found.Count >= 20)
                break;
        }

        return [.. found.Take(20)];
    }

    /// <inheritdoc/>
    public Task<MergeTree> MergeTreeAsync(CommitId ours, CommitId theirs, CancellationToken cancellation) =>
        bench.MergeAsync(ours, theirs, cancellation);

    /// <inheritdoc/>
    public async Task<CommitId> CommitTreeAsync(CommitDraft draft, CancellationToken cancellation)
    {
        var reply = await RunAsync(["hash-object", "-t", "commit", "-w", "--stdin"], CommitObject.Bytes(draft), cancellation);
        var expected = CommitIdOf(draft);
        return reply.Text == expected.Value ? expected : throw new InvalidOperationException(
            $"Git named the commit {reply.Text}, and we {expected}.");
    }

    /// <inheritdoc/>
    public CommitId CommitIdOf(CommitDraft draft) => CommitObject.Id(draft, format);

    /// <inheritdoc/>
    public Task<GitIdentity> IdentityAsync(CancellationToken cancellation) => identity ??= AskIdentityAsync(cancellation);

    /// <inheritdoc/>
    public Task CheckoutAsync(string path, string? branch, CommitId commit, CancellationToken cancellation) =>
        worktrees.CheckoutAsync(path, branch, commit, cancellation);

    /// <inheritdoc/>
    public Task<WorktreeView?> InspectAsync(string path, CancellationToken cancellation) =>
        worktrees.InspectAsync(path, cancellation);

    /// <inheritdoc/>
    public Task<CommitId> CommitAsync(
        CommitTarget target, IReadOnlyList<string> paths, string message, GitIdentity author, CancellationToken cancellation) =>
        commits.CommitAsync(target, paths, message, author, cancellation);

    /// <inheritdoc/>
    public Task<CommitId?> SaveAsync(string path, string reference, CancellationToken cancellation) =>
        commits.SaveAsync(path, reference, cancellation);

    /// <inheritdoc/>
    public Task RemoveWorktreeAsync(string path, CancellationToken cancellation) => worktrees.RemoveAsync(path, cancellation);

    /// <inheritdoc/>
    public Task RemoveMergeWorktreeAsync(CancellationToken cancellation) => bench.RemoveAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await objects.DisposeAsync();
        await references.DisposeAsync();
        await trees.DisposeAsync();
        await bench.DisposeAsync();
    }

    /// <summary>The committer date of a commit, in Unix seconds.</summary>
    internal async Task<long> DateAsync(CommitId commit, CancellationToken cancellation)
    {
        var content = await objects.ContentAsync(commit.Value, cancellation)
            ?? throw new EnvironmentException("git-failed", $"The repository has no commit {commit}.");
        var line = GitPorcelain.Text(content).Split('\n').First(one => one.StartsWith("committer ", StringComparison.Ordinal));
        return long.Parse(line.Split(' ')[^2], CultureInfo.InvariantCulture);
    }

    /// <summary>True when new content holds a marker at all: seldom, and only then git is asked whether it was added.</summary>
    private async Task<bool> HasMarkersAsync(IReadOnlyList<PathChange> changes, CancellationToken cancellation)
    {
        if (changes.Count > ManyChanges)
            return true;
        foreach (var blob in changes.Select(change => change.Blob).OfType<string>())
        {
            if (await objects.ContentAsync(blob, cancellation) is { } content
                && (content.AsSpan().IndexOf("<<<<<<< "u8) >= 0 || content.AsSpan().IndexOf(">>>>>>> "u8) >= 0))
                return true;
        }

        return false;
    }

    private async Task<TreeId> TreeOfAsync(string commitOrTree, CancellationToken cancellation) =>
        await objects.InfoAsync(commitOrTree + "^{tree}", cancellation) is { } info
            ? new TreeId(info.Id)
            : throw new EnvironmentException("git-failed", $"The repository has no commit or tree {commitOrTree}.");

    private Task<GitReply> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        git.RunAsync(new GitCall(directory, arguments), cancellation);

    private Task<GitReply> RunAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellation) =>
        git.RunAsync(new GitCall(directory, arguments) { Input = input }, cancellation);

    private async Task<GitIdentity> AskIdentityAsync(CancellationToken cancellation)
    {
        var reply = await git.RunAsync(
            new GitCall(directory, "var", "GIT_COMMITTER_IDENT")
            {
                // Not a name guessed from the machine's account and host.
                Config = [new("user.useConfigOnly", "true")],
                Answers = [0, 1, 128],
            },
            cancellation);
        var (open, close) = (reply.Text.LastIndexOf('<'), reply.Text.LastIndexOf('>'));
        return reply.ExitCode == 0 && open > 0 && close > open
            ? new GitIdentity(reply.Text[..open].Trim(), reply.Text[(open + 1)..close])
            : GitIdentity.Fallback;
    }
}
