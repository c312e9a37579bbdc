using Lodestar.Core.Context;

namespace Lodestar.Engine.Git;

/// <summary>Which commits lead to which.</summary>
/// <param name="git">Git.</param>
/// <param name="directory">Any directory of the repository.</param>
/// <param name="objects">Reads commits.</param>
internal sealed class CommitHistory(GitClient git, string directory, ObjectReader objects)
{
    private const int StraightLimit = 16;

    /// <summary>See <see cref="IRepository.ContainsAsync"/>.</summary>
    internal async Task<bool> ContainsAsync(CommitId ancestor, CommitId descendant, CancellationToken cancellation)
    {
        if (await StraightAsync(ancestor, descendant, cancellation) is not null)
            return true;
        var reply = await git.RunAsync(
            new GitCall(directory, "merge-base", "--is-ancestor", ancestor.Value, descendant.Value) { Answers = [0, 1] },
            cancellation);
        return reply.ExitCode == 0;
    }

    /// <summary>See <see cref="IRepository.CommitsAsync"/>.</summary>
    internal async Task<IReadOnlyList<CommitId>> BetweenAsync(CommitId since, CommitId head, CancellationToken cancellation)
    {
        if (await StraightAsync(since, head, cancellation) is { } straight)
            return straight;
        var reply = await git.RunAsync(
            new GitCall(directory, "rev-list", "--reverse", "--topo-order", $"{since}..{head}", "--"), cancellation);
        return [.. reply.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new CommitId(line))];
    }

    /// <summary>The commits from one to another when each has one parent and there are few: what an agent usually makes,
    /// and no git need be started to see it. Null when it is not so.</summary>
    private async Task<IReadOnlyList<CommitId>?> StraightAsync(CommitId since, CommitId head, CancellationToken cancellation)
    {
        var commits = new List<CommitId>();
        for (var at = head; at != since; at = (await ParentsAsync(at, cancellation))[0])
        {
            if (commits.Count == StraightLimit || (await ParentsAsync(at, cancellation)).Count != 1)
                return null;
            commits.Add(at);
        }

        commits.Reverse();
        return commits;
    }

    private async Task<IReadOnlyList<CommitId>> ParentsAsync(CommitId commit, CancellationToken cancellation) =>
        await objects.ContentAsync(commit.Value, cancellation) is { } content
            ? [.. GitPorcelain.Text(content).Split('\n')
                .TakeWhile(line => line.Length > 0)
                .Where(line => line.StartsWith("parent ", StringComparison.Ordinal))
                .Select(line => new CommitId(line[7..]))]
            : [];
}
