using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Git;

namespace Lodestar.Engine.Context;

/// <summary>Knows a project by where its history began.</summary>
/// <remarks>Of several roots the one counts that first parents lead to: merging a foreign history must not change who we are. A
/// shallow clone knows its history only from some commit on, and that one counts.</remarks>
internal static class ProjectHistory
{
    private const int NoCommitYet = 128;

    /// <summary>The identity of a project; null without Git or a commit.</summary>
    internal static ProjectId? Identity(ActionContext context)
    {
        if (context.Repository is not { } repository)
            return null;
        try
        {
            var call = new GitCall(repository.PrimaryWorktree, "rev-list", "--first-parent", "--max-parents=0", "HEAD", "--")
            {
                Answers = [0, NoCommitYet],
            };

            // Asked until the store has kept the answer, from inside its first transaction, which cannot wait otherwise.
            var reply = GitClient.Find().RunAsync(call, CancellationToken.None).GetAwaiter().GetResult();
            var root = reply.Text.Split('\n')[0];
            return reply.ExitCode != 0 || root.Length == 0
                ? null
                : ProjectId.OfHistory(root, Path.GetRelativePath(repository.PrimaryWorktree, context.Root.Value));
        }
        catch (EnvironmentException cause) when (cause.Code == "git-missing")
        {
            return null;
        }
    }
}
