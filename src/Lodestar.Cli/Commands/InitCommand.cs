using System.CommandLine;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary><c>lodestar init</c>.</summary>
internal static class InitCommand
{
    /// <summary>Declares the verb.</summary>
    public static Verb Create()
    {
        var path = new Argument<string>("path") { Description = "The directory; the present one when not given.", Arity = ArgumentArity.ZeroOrOne };
        var name = Inputs.Text("--name", "The project's name; the directory's when not given.", "-n");
        var mcp = Inputs.Flag("--mcp", "Also name the MCP server in .mcp.json and .vscode/mcp.json; other servers there stay.");
        var prd = Inputs.Flag("--prd", "Also write PRD-PROMPT.md, a prompt for writing a product document.");
        var force = Inputs.Flag("--force", "Go on although there is a project here or above: only generated files are written again.", "-f");
        return new Verb<InitializedProject>("init", "Makes a directory a project.")
        {
            Accepts = [path, name, mcp, prd, force],
            About = Explanation.Changes(
                "Writes .lodestar/spec.yaml when there is none, .lodestar/.gitignore, and a section of AGENTS.md. Keeps spec and runtime, always.",
                "lodestar init",
                "lodestar init services/api --name api",
                "lodestar init --force --mcp"),
            Data = static () => PlaneJson.Default.InitializedProject,
            Text = Text,
            Run = (given, cancellation) => new InitProject(Path.GetFullPath(given.Get(path) ?? ".", given.Context.Directory))
            {
                Name = given.Get(name),
                WithMcp = given.Get(mcp),
                WithPrdPrompt = given.Get(prd),
                Force = given.Get(force),
            }.ExecuteAsync(given.Context.World, cancellation),
        };
    }

    private static void Text(Page page, InitializedProject project)
    {
        page.Line($"{project.ProjectName} is a project in {project.Path}", Ink.Bold);
        if (project.FilesCreated.Length > 0)
            page.Title("Created").Bullets(Below(project, project.FilesCreated));
        if (project.FilesUpdated.Length > 0)
            page.Title("Updated").Bullets(Below(project, project.FilesUpdated));
    }

    /// <summary>The directory has just been named; people need it only once.</summary>
    private static IEnumerable<string> Below(InitializedProject project, IEnumerable<string> files) =>
        files.Select(file => Path.GetRelativePath(project.Path, file));
}
