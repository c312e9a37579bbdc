using Lodestar.Cli.Tests.Crashes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Hostile;

/// <summary>Repositories, specs and machines that are not as they should be: a stable code, the right exit code, no run.</summary>
public sealed class BadInputTests
{
    private const string Builder = "echo x > a.txt";

    [Fact]
    public async Task A_folder_that_is_no_repository_is_refused()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        Directory.Delete(Path.Combine(project.Repo.Root, ".git"), recursive: true);

        await RefusedAsync(project, 1, "git-required");
    }

    [Fact]
    public async Task A_bare_repository_is_refused()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        await project.Repo.GitAsync("clone", "-q", "--bare", ".", project.Repo.Beside("bare.git"));

        var refused = await project.Program.RunAsync(project.Repo.Beside("bare.git"), "run", "--json");

        Assert.True(refused.ExitCode == 1 && refused.Code is "repository-bare" or "not-initialized", refused.ToString());
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        await project.Repo.GitAsync("update-ref", "-d", "refs/heads/main");

        var refused = await project.LodestarAsync("run", "--json");

        Assert.True((refused.ExitCode, refused.Code) == (1, "repository-empty"), refused.ToString());
    }

    [Fact]
    public async Task A_detached_head_needs_a_base_branch()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        await project.Repo.GitAsync("checkout", "-q", "--detach");

        await RefusedAsync(project, 1, "head-detached");
        await FinishedRun.HoldAsync(project, await project.LodestarAsync("run", "--base", "main", "--json"), ["F001"]);
    }

    [Fact]
    public async Task A_machine_without_git_is_a_broken_environment()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        project.Program.Set("PATH", project.Repo.Beside("nowhere"));

        await RefusedAsync(project, 3, "git-missing");
    }

    [Fact]
    public async Task A_git_that_is_too_old_is_a_broken_environment()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        project.Script("git", "echo git version 2.20.1");
        project.Program.Set("PATH", project.Repo.Beside("agents") + ":/usr/bin:/bin");

        await RefusedAsync(project, 3, "git-too-old");
    }

    [Theory]
    [InlineData("spec-invalid", "tasks:\n  F001: {title: \"half wri")]
    [InlineData("spec-invalid", "tasks:\n  F001: {title: A}\n  F001: {title: B}\n")]
    [InlineData("spec-invalid", "tasks:\n  - {id: F001, title: A}\n  - {id: F001, title: B}\n")]
    [InlineData("dependency-cycle", "tasks:\n  F001: {title: A, depends_on: [F002]}\n  F002: {title: B, depends_on: [F001]}\n")]
    [InlineData("dependency-unknown", "tasks:\n  F001: {title: A, depends_on: [F009]}\n")]
    [InlineData("task-ids-collide", "tasks:\n  F001: {title: A}\n  f001: {title: B}\n")]
    public async Task A_spec_that_makes_no_sense_is_refused(string code, string spec)
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        project.Repo.Write(".lodestar/spec.yaml", "project: {name: demo}\n" + spec);

        await RefusedAsync(project, 1, code);
    }

    [Fact]
    public async Task A_spec_that_cannot_be_read_is_refused_or_a_broken_environment()
    {
        using var project = await RunProject.WithBuilderAsync(Builder);
        File.Delete(Path.Combine(project.Repo.Root, ".lodestar", "spec.yaml"));
        Directory.CreateDirectory(Path.Combine(project.Repo.Root, ".lodestar", "spec.yaml"));

        var refused = await project.LodestarAsync("run", "--json");

        Assert.True(refused.ExitCode is 1 or 3 && refused.Code is not null, refused.ToString());
    }

    [Theory]
    [InlineData("../../etc/x")]
    [InlineData("a/b")]
    [InlineData("aufgabe-ü")]
    [InlineData("%2e%2e")]
    [InlineData("-rf")]
    [InlineData("a..b.lock")]
    [InlineData("x y;touch z")]
    public async Task A_task_id_that_looks_like_a_path_is_only_a_name(string id)
    {
        using var project = await RunProject.WithBuilderAsync(Builder, $"  \"{id}\": {{title: Odd}}");
        var outside = Directory.GetFileSystemEntries(project.Repo.Scratch.Root).Order().ToArray();

        await FinishedRun.HoldAsync(project, await project.LodestarAsync("run", "--json"), [id]);
        Assert.Equal(
            outside.Append(project.Repo.Beside(".repo.lodestar")).Order(),
            Directory.GetFileSystemEntries(project.Repo.Scratch.Root).Order());
    }

    [Theory]
    [InlineData("no-such-program")]
    [InlineData("/no/such/program")]
    [InlineData("./README.md")]
    public async Task An_agent_that_cannot_be_run_is_refused_before_anything_begins(string command)
    {
        using var project = await RunProject.WithBuilderAsync(Builder);

        await RefusedAsync(project, 1, "agent-not-found", "--agent-cmd", command);
    }

    /// <summary>The file-size limit stands for a full disk: the write that goes beyond it fails, in the store or beside it.</summary>
    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    [InlineData(640)]
    [InlineData(800)]
    public async Task A_disk_that_fills_up_while_recording_stops_the_run_and_loses_nothing(int blocks)
    {
        using var project = await RunProject.WithBuilderAsync(Builder, "  F001: {title: First}\n  F002: {title: Second}");
        (await project.LodestarAsync("status", "--json")).MustSucceed();

        var full = await project.LimitedAsync(blocks, "run", "--json");
        Assert.True(full.ExitCode == 3, full.ToString());
        Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));

        var entered = (await project.LodestarAsync("run", "list", "--json")).MustSucceed().Data["runs"]!.AsArray().Count > 0;
        var last = await project.LodestarAsync(entered ? "resume" : "run", "--json");
        await FinishedRun.HoldAsync(project, last, ["F001", "F002"]);
    }

    private static async Task RefusedAsync(RunProject project, int exit, string code, params string[] options)
    {
        var mine = Directory.Exists(Path.Combine(project.Repo.Root, ".git")) ? await UserThings.LookAsync(project.Repo) : "";

        var refused = await project.LodestarAsync(["run", "--json", .. options]);

        Assert.True((refused.ExitCode, refused.Code) == (exit, code), refused.ToString());
        Assert.False(Directory.Exists(Path.Combine(project.Repo.Root, ".lodestar", "runs")), "A refused run left a folder.");
        if (mine.Length > 0)
            Assert.Equal(mine, await UserThings.LookAsync(project.Repo));
    }
}
