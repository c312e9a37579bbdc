using System.Collections.Immutable;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Context;
using Lodestar.Engine.Setup;
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

    /// <summary>Whether to tell MCP clients of the server here.</summary>
    public bool WithMcp { get; init; }

    /// <summary>Whether to go on although there is a project here or above; only generated files are written again.</summary>
    public bool Force { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <param name="world">Clock and ids.</param>
    /// <param name="cancellation">Ends the wait for the spec's lock.</param>
    public async Task<Outcome<InitializedProject>> ExecuteAsync(SessionWorld world, CancellationToken cancellation)
    {
        if (!System.IO.Directory.Exists(Directory))
            return new Refusal("path-missing", $"There is no directory {Directory}.", $"mkdir -p {ShellWord.Quote(Directory)}");
        var repository = ContextResolver.RepositoryOf(Directory);
        if (repository?.Refusal is { } broken)
            return broken;
        var existing = Existing();
        if (!Force && existing is not null)
            return AlreadyThere(existing);
        if (repository?.Data is { } place && existing is null && Unfindable(place) is { } unfindable)
            return unfindable;

        try
        {
            var files = Files();
            var branch = repository?.Data is { } here ? GitDirectories.Branch(here.Worktree) : null;
            return files.Refusal is { } refusal
                ? refusal
                : await WriteAsync(files.Data!, FirstSpec(world, branch ?? "main"), cancellation).ConfigureAwait(false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw WriteFailure.Of("init-unwritable", Directory, cause);
        }
    }

    /// <summary>Everything that will be written, made before the first byte is: a refusal leaves all as it was.</summary>
    private Outcome<List<GeneratedFile>> Files()
    {
        var files = new List<GeneratedFile>();
        var refusal = Add(".lodestar/.gitignore", _ => Encoding.UTF8.GetBytes(StateFiles.IgnoreText))
            ?? LeadsOut(SpecFile.RelativePath)
            ?? Add(AgentGuide.Path, old => AgentGuide.Merge(old, WithMcp))
            ?? (WithPrdPrompt ? Add(PrdPrompt.Path, old => old is null || Force ? PrdPrompt.Bytes() : old) : null);
        foreach (var client in WithMcp ? McpClientConfig.All : [])
            refusal ??= Add(client.Path, old => client.Merge(old, Force));
        return refusal is not null ? refusal : files;

        Refusal? Add(string path, Func<byte[]?, Outcome<byte[]>> make)
        {
            if (LeadsOut(path) is { } linked)
                return linked;
            var full = Path.Combine(Directory, path);
            var old = File.Exists(full) ? File.ReadAllBytes(full) : null;
            var made = make(old);
            if (made.Data is { } content && !content.AsSpan().SequenceEqual(old ?? []))
                files.Add(new(full, content, IsNew: old is null));
            return made.Refusal;
        }
    }

    /// <summary>A repository from elsewhere must not make us write to any file its links name.</summary>
    private Refusal? LeadsOut(string path)
    {
        var root = RealPath.Of(Directory);
        return RealPath.Of(Path.Combine(root, path)).StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? null
            : new Refusal(
                "file-linked", $"{path} is reached by a symbolic link that leads out of {Directory}.", $"Put {path} into the project's directory.")
            {
                Details = new() { ["file"] = path },
            };
    }

    /// <summary>The spec comes last: until it is there the directory is no project, and init can be run again.</summary>
    private async Task<Outcome<InitializedProject>> WriteAsync(List<GeneratedFile> files, string firstSpec, CancellationToken cancellation)
    {
        foreach (var file in files)
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file.FullPath)!);
            AtomicFile.Write(file.FullPath, file.Content);
        }

        var spec = new SpecFile(Directory);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(spec.FullPath)!);
        var created = files.Where(file => file.IsNew).Select(file => file.FullPath).ToList();
        if (await spec.CreateAsync(firstSpec, cancellation).ConfigureAwait(false))
            created.Insert(0, spec.FullPath);

        // A spec that was kept may be broken; that is no reason to fail here, and status and doctor say it.
        var project = spec.Load().Data?.Spec.Project;
        return Outcome<InitializedProject>.Done(
            new(
                true,
                Directory,
                project?.Name ?? "",
                project?.Id,
                WithMcp,
                WithPrdPrompt,
                [.. created],
                [.. files.Where(file => !file.IsNew).Select(file => file.FullPath)]),
            Next());
    }

    private string FirstSpec(SessionWorld world, string branch) =>
        $"""
        project:
          id: {world.Ids.Ulid(world.Clock.GetUtcNow())}
          name: {YamlWriting.Inline(Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Directory)))}
          default_branch: {YamlWriting.Inline(branch)}
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

    private static Refusal AlreadyThere(string existing) => new("already-initialized", $"{existing} is a project already.", "lodestar status")
    {
        Details = new() { ["path"] = existing },
        Next = [new("status", $"lodestar -C {ShellWord.Quote(existing)} status", "See where it stands")],
    };

    /// <summary>Every command looks for the project in the primary worktree: one made in a linked worktree would be found by none.</summary>
    private Refusal? Unfindable(RepositoryPlace place)
    {
        if (place.Worktree == place.PrimaryWorktree)
            return null;
        if (ContextResolver.Resolve(Directory, CallerEnvironment.Empty).Data is { } found)
            return AlreadyThere(found.Root.Value);
        var primary = place.PrimaryWorktree;
        return new Refusal(
            "worktree-linked",
            $"{Directory} is in a linked worktree; the project of a repository lives in its primary worktree, {primary}.",
            $"lodestar -C {ShellWord.Quote(primary)} init");
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

/// <summary>A file as it will be.</summary>
internal sealed record GeneratedFile(string FullPath, byte[] Content, bool IsNew);

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
