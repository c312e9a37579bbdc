using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Engine.Context;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.Engine.Yaml;

namespace Lodestar.Engine.Operations;

/// <summary>Makes a directory a project. Never touches a spec or a runtime that is there.</summary>
/// <param name="Directory">Absolute path of an existing directory.</param>
public sealed record InitProject(string Directory)
{
    /// <summary>The project's name; null takes the directory's.</summary>
    public string? Name { get; init; }

    /// <summary>Whether to write a prompt for writing a product document.</summary>
    public bool WithPrdPrompt { get; init; }

    /// <summary>Whether to go on although there is a project here or above; only generated files are written again.</summary>
    public bool Force { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <param name="world">Clock and ids.</param>
    /// <param name="cancellation">Ends the wait for the spec's lock.</param>
    public async Task<Outcome<InitializedProject>> ExecuteAsync(SessionWorld world, CancellationToken cancellation)
    {
        if (!System.IO.Directory.Exists(Directory))
            return new Refusal("path-missing", $"There is no directory {Directory}.", $"mkdir -p {ShellWord.Quote(Directory)}");
        if (!Force && Existing() is { } existing)
        {
            return new Refusal("already-initialized", $"{existing} is a project already.", "lodestar status")
            {
                Details = new() { ["path"] = existing },
                Next = [new("status", $"lodestar -C {ShellWord.Quote(existing)} status", "See where it stands")],
            };
        }

        try
        {
            return await WriteAsync(world, cancellation).ConfigureAwait(false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new EnvironmentException("init-unwritable", $"{Directory} cannot be written: {cause.Message}", null, cause);
        }
    }

    private async Task<Outcome<InitializedProject>> WriteAsync(SessionWorld world, CancellationToken cancellation)
    {
        var created = ImmutableArray.CreateBuilder<string>();
        var updated = ImmutableArray.CreateBuilder<string>();
        System.IO.Directory.CreateDirectory(Path.Combine(Directory, ContextResolver.StateDirectory));
        Generate($"{ContextResolver.StateDirectory}/.gitignore", _ => StateFiles.IgnoreText);
        var spec = new SpecFile(Directory);
        if (await spec.CreateAsync(FirstSpec(world), cancellation).ConfigureAwait(false))
            created.Add(spec.FullPath);
        Generate("AGENTS.md", AgentGuide.Merge);
        if (WithPrdPrompt)
            Generate("PRD-PROMPT.md", _ => PrdPrompt.Text);

        // A spec that was kept may be broken; that is no reason to fail here, and status and doctor say it.
        var project = spec.Load().Data?.Spec.Project;
        return Outcome<InitializedProject>.Done(
            new(true, Directory, project?.Name ?? "", project?.Id, false, WithPrdPrompt, created.ToImmutable(), updated.ToImmutable()),
            Next());

        void Generate(string path, Func<string?, string> make)
        {
            var full = Path.Combine(Directory, path);
            var old = File.Exists(full) ? File.ReadAllText(full) : null;
            var text = make(old);
            if (text == old)
                return;
            AtomicFile.WriteText(full, text);
            (old is null ? created : updated).Add(full);
        }
    }

    private string FirstSpec(SessionWorld world) =>
        $"""
        project:
          id: {world.Ids.Ulid(world.Clock.GetUtcNow())}
          name: {YamlWriting.Inline(Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Directory)))}
          default_branch: main
        tasks: {"{}"}

        """.ReplaceLineEndings("\n");

    private NextAction[] Next()
    {
        NextAction[] steps =
        [
            new("agent.join", "lodestar agent join", "Register as an agent"),
            new("task.create", "lodestar task create --title 'First task'", "Write down the first task"),
            new("status", "lodestar status", "See where the project stands"),
        ];
        return WithPrdPrompt ? [new("prd.generate", "cat PRD-PROMPT.md", "Read how to write the product document"), .. steps] : steps;
    }

    /// <summary>The project this directory is in already: the nearest one upward, not past a repository boundary.</summary>
    private string? Existing()
    {
        for (var at = Path.GetFullPath(Directory); at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, SpecFile.RelativePath)))
                return at;
            if (Path.Exists(Path.Combine(at, ".git")))
                return null;
        }

        return null;
    }
}

/// <summary>A project that is there now.</summary>
/// <param name="Initialized">Always true.</param>
/// <param name="Path">Its directory.</param>
/// <param name="ProjectName">Its name; empty when a spec that was kept cannot be read.</param>
/// <param name="ProjectId">Its identity; null when a spec that was kept has none.</param>
/// <param name="McpEnabled">Whether the configuration for MCP clients was asked for.</param>
/// <param name="PrdPromptCreated">Whether the prompt for a product document was asked for.</param>
/// <param name="FilesCreated">Files that were not there before, as absolute paths.</param>
/// <param name="FilesUpdated">Files that were there and got new generated content, as absolute paths.</param>
public sealed record InitializedProject(
    bool Initialized,
    string Path,
    string ProjectName,
    ProjectId? ProjectId,
    bool McpEnabled,
    bool PrdPromptCreated,
    ImmutableArray<string> FilesCreated,
    ImmutableArray<string> FilesUpdated);
