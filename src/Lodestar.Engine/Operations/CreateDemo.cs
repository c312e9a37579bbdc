using Lodestar.Core;
using Lodestar.Engine.Demo;
using Lodestar.Engine.Git;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Makes a small real project to try things on: a repository with code, tests, ten tasks, a charter, and scripted
/// agents in the place of real ones.</summary>
/// <param name="Directory">Absolute path of the repository; it is made.</param>
public sealed record CreateDemo(string Directory)
{
    /// <summary>Makes the repository with everything in one commit on <c>main</c>.</summary>
    /// <param name="world">Clock and ids.</param>
    /// <param name="variables">The environment git is found and run in.</param>
    /// <param name="cancellation">Ends the wait for git.</param>
    public async Task<Outcome<InitializedProject>> ExecuteAsync(
        SessionWorld world, IReadOnlyDictionary<string, string> variables, CancellationToken cancellation)
    {
        if (File.Exists(Directory) || (System.IO.Directory.Exists(Directory) && System.IO.Directory.EnumerateFileSystemEntries(Directory).Any()))
            return new Refusal("demo-path-taken", $"{Directory} is not empty, and the demonstration touches nothing of yours.", "lodestar demo");

        var git = GitClient.Find(variables);
        await git.VersionAsync(cancellation);
        try
        {
            System.IO.Directory.CreateDirectory(Directory);
            DemoFiles.WriteTo(Directory);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of("demo-unwritable", Directory, cause, "lodestar demo --path DIR");
        }

        await git.RunAsync(new GitCall(Directory, "init", "-q", "-b", "main"), cancellation);
        // The spec came with the files; what is left to do are the generated ones.
        var project = await new InitProject(Directory) { Force = true }.ExecuteAsync(world, cancellation);
        if (project.Refusal is { } refusal)
            return refusal;
        await git.RunAsync(new GitCall(Directory, "add", "-A"), cancellation);
        await git.RunAsync(
            new GitCall(Directory, "commit", "-q", "-m", "A small project and ten tasks")
            {
                Config = [new("user.name", "Lodestar demo"), new("user.email", "demo@lodestar.invalid"), new("commit.gpgsign", "false")],
            },
            cancellation);
        return project;
    }
}
