using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class CheckHealthTests : IDisposable
{
    private readonly PlaneProject project = new("  F001: {title: First}");

    public void Dispose() => project.Dispose();

    [Fact]
    public async Task A_fresh_project_is_healthy_and_the_fix_writes_only_the_ignore_file()
    {
        var before = await CheckAsync();
        var fixedUp = await CheckAsync(fix: true);

        Assert.Null(before.Refusal);
        Assert.Equal("warn", before.Data!.Checks.Single(check => check.Name == ".gitignore").Status);
        Assert.Equal("pass", fixedUp.Data!.Checks.Single(check => check.Name == ".gitignore").Status);
        Assert.Equal(
            [".gitignore", "spec.yaml"],
            Directory.GetFileSystemEntries(Path.Combine(project.Root, ".lodestar")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_missing_dependency_and_a_damaged_store_fail_with_full_data()
    {
        project.Define("  F001: {title: First, depends_on: [F404]}");
        File.WriteAllText(project.Database, "this is not a database");

        var outcome = await CheckAsync();

        Assert.Equal("unhealthy", outcome.Refusal?.Code);
        Assert.Equal(
            ["dependencies", "runtime.sqlite"],
            outcome.Data!.Checks.Where(check => check.Status == "fail").Select(check => check.Name));
    }

    [Fact]
    public async Task A_runtime_file_that_git_tracks_is_a_failure()
    {
        using var repo = await TestRepo.CreateAsync();
        repo.Write(".lodestar/spec.yaml", "project: {name: demo}\ntasks: {}\n");
        repo.Write(".lodestar/runtime.sqlite", "");
        await repo.CommitAsync("everything");
        var world = new SessionWorld(project.Clock, new IdSource(), _ => null);
        using var session = EngineSession.Open(repo.Root, world).Data!;

        var outcome = await new CheckHealth(session).ExecuteAsync(CancellationToken.None);

        Assert.Equal("fail", outcome.Data!.Checks.Single(check => check.Name == "runtime-tracked").Status);
    }

    [Fact]
    public async Task Outside_a_project_the_repository_check_fails()
    {
        var outcome = await new CheckHealth(new Refusal("not-initialized", "Nothing here.", "lodestar init")).ExecuteAsync(CancellationToken.None);

        Assert.Equal(("unhealthy", "lodestar init"), (outcome.Refusal?.Code, outcome.Refusal?.Hint));
        Assert.Equal("repository", Assert.Single(outcome.Data!.Checks).Name);
    }

    private async Task<Outcome<HealthReport>> CheckAsync(bool fix = false)
    {
        using var session = project.Open();
        return await new CheckHealth(session, fix).ExecuteAsync(CancellationToken.None);
    }
}
