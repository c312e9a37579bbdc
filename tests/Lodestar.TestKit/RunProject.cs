using Lodestar.Engine.Storage;

namespace Lodestar.TestKit;

/// <summary>A project in a real repository whose runs are driven by the real program, with agents that are shell scripts.</summary>
public sealed class RunProject : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private RunProject(TestRepo repo)
    {
        Repo = repo;
        Program = new LodestarProgram(repo.Scratch);
        // Power is not cut in these tests, and flushing to disk makes them slow.
        repo.GitAsync("config", "--global", "core.fsync", "none").GetAwaiter().GetResult();
    }

    /// <summary>The repository.</summary>
    public TestRepo Repo { get; }

    /// <summary>The program, with a home of its own.</summary>
    public LodestarProgram Program { get; }

    /// <summary>Makes a project and commits it.</summary>
    /// <param name="tasks">YAML of the <c>tasks</c> mapping's members, indented by two.</param>
    /// <param name="charter">The charter; <c>@</c> stands for the folder of the agents' scripts.</param>
    public static async Task<RunProject> CreateAsync(string tasks, string charter)
    {
        var project = new RunProject(await TestRepo.CreateAsync());
        project.Repo.Write(
            ".lodestar/spec.yaml", $"project:\n  id: 01JZ0000000000000000000000\n  name: demo\n  default_branch: main\ntasks:\n{tasks}\n");
        project.Repo.Write(".lodestar/charter.yaml", charter.Replace("@", project.Repo.Beside("agents"), StringComparison.Ordinal));
        project.Repo.Write(".lodestar/.gitignore", StateFiles.IgnoreText);
        await project.Repo.CommitAsync("project");
        return project;
    }

    /// <summary>A project with one builder, written as a shell script.</summary>
    public static async Task<RunProject> WithBuilderAsync(string builder, string tasks = "  F001: {title: First}", string policy = "")
    {
        var project = await CreateAsync(
            tasks, $"policy: {{lanes: 2, max_attempts: 1{policy}}}\nprofiles:\n  builder: {{adapter: exec, command: [\"@/builder\"]}}\n");
        project.Script("builder", builder);
        return project;
    }

    /// <summary>Writes a program of the agents' folder.</summary>
    /// <returns>Its path.</returns>
    public string Script(string name, string text)
    {
        var path = Repo.Scratch.Write($"agents/{name}", $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Runs one command in the repository.</summary>
    public Task<ProgramRun> LodestarAsync(params string[] arguments) => Program.RunAsync(Repo.Root, arguments);

    /// <summary>Starts one command in the repository.</summary>
    public StartedProgram Start(params string[] arguments) => Program.Start(Repo.Root, new Dictionary<string, string>(), arguments);

    /// <summary>Runs one command that is to die at a labelled point; it runs to its end when it never gets there.</summary>
    public async Task<ProgramRun> CrashAsync(string at, params string[] arguments)
    {
        await using var started = Program.Start(
            Repo.Root, new Dictionary<string, string> { ["LODESTAR_CRASH_AT"] = at }, arguments);
        return await started.EndAsync(Patience);
    }

    /// <summary>Runs one command that can write no file beyond a size, in blocks of 512 bytes.</summary>
    public async Task<ProgramRun> LimitedAsync(int blocks, params string[] arguments)
    {
        await using var started = Program.StartLimited(Repo.Root, blocks, arguments);
        return await started.EndAsync(Patience);
    }

    /// <summary>The id of the only run there is.</summary>
    public async Task<string> RunIdAsync()
    {
        var list = (await LodestarAsync("run", "list", "--json")).MustSucceed();
        return list.Data["runs"]!.AsArray().Single()!["run_id"]!.GetValue<string>();
    }

    /// <summary>What is recorded of the runs, line by line as the ledger has it.</summary>
    public async Task<IReadOnlyList<string>> LedgerAsync(string run) =>
        (await LodestarAsync("run", "log", run, "--ndjson")).MustSucceed().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A path in the folder of a run.</summary>
    public string RunPath(string run, params string[] parts) => Path.Combine([Repo.Root, ".lodestar", "runs", run, .. parts]);

    /// <inheritdoc/>
    public void Dispose() => Repo.Dispose();
}
