using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>This repository is a project of its own tool: its spec and charter are held to what we ask of others.</summary>
public sealed class OwnProjectTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;
    private readonly string repo;

    public OwnProjectTests()
    {
        program = new LodestarProgram(scratch);
        repo = scratch.PathOf("lodestar");
        foreach (var file in new[] { "spec.yaml", "charter.yaml", ".gitignore" })
            scratch.Write($"lodestar/.lodestar/{file}", SourceTree.Read($".lodestar/{file}"));
    }

    [Fact]
    public async Task Our_own_spec_and_charter_are_sound_and_can_be_planned()
    {
        var git = new UserGit(scratch, repo);
        await git.RunAsync("init", "-q", "-b", "main");
        await git.CommitAllAsync("The project");

        var doctor = await program.RunAsync(repo, "doctor", "--json");
        var plan = await program.RunAsync(repo, "plan", "--json");

        Assert.True(doctor.ExitCode == 0, doctor.ToString());
        Assert.DoesNotContain(doctor.Data["checks"]!.AsArray(), check => check!["status"]!.GetValue<string>() is "fail" or "warn");
        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.Equal("./test", plan.Data["checks"]![0]!["run"]!.GetValue<string>());
        Assert.Empty(plan.Data["left_out_tasks"]!.AsArray());
        Assert.Equal("", await git.RunAsync("status", "--porcelain"));
    }

    public void Dispose() => scratch.Dispose();
}
