using Lodestar.Core.Context;
using Lodestar.Engine.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Looks at git itself, and at what it tracks of ours.</summary>
internal static class GitChecks
{
    internal static async Task<IReadOnlyList<HealthCheck>> RunAsync(ActionContext context, CancellationToken cancellation)
    {
        if (context.Repository is null)
            return [HealthCheck.Info("git", "The project is not in a Git repository; runs need one.")];
        try
        {
            var git = GitClient.Find();
            var version = await git.VersionAsync(cancellation).ConfigureAwait(false);
            return
            [
                HealthCheck.Pass("git", $"Git {version} is {git.Program}."),
                await TrackedAsync(git, context, cancellation).ConfigureAwait(false),
            ];
        }
        catch (EnvironmentException broken)
        {
            return [HealthCheck.Fail("git", broken.Message, broken.Hint)];
        }
    }

    private static async Task<HealthCheck> TrackedAsync(GitClient git, ActionContext context, CancellationToken cancellation)
    {
        var ignored = StateFiles.All.Where(file => !file.Committed).Select(file => $"{ContextResolver.StateDirectory}/{file.Path}");
        var reply = await git.RunAsync(new GitCall(context.Root.Value, ["ls-files", "-z", "--", .. ignored]), cancellation)
            .ConfigureAwait(false);
        var tracked = reply.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return tracked.Length == 0
            ? HealthCheck.Pass("runtime-tracked", "Git tracks no runtime file.")
            : HealthCheck.Fail(
                "runtime-tracked", $"Git tracks {string.Join(", ", tracked.Take(5))}.", $"git rm --cached -r -- {string.Join(' ', tracked.Take(5))}");
    }
}
