using System.Collections.Immutable;
using System.Text.Json;
using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Git;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Runs;
using Lodestar.TestKit;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Tests.Runs;

public class RunPlanningTests
{
    private static readonly RunRequest WithAgent = new() { AgentCommand = "/bin/sh {briefing_file}" };

    [Fact]
    public async Task A_plan_names_base_tree_order_and_sources()
    {
        using var repo = await TestRepo.CreateAsync();
        var head = await repo.GitAsync("rev-parse", "HEAD");

        var planned = await PlanAsync(repo, WithAgent with { Policy = new() { Lanes = 2 }, Checks = ["make test"] });

        Assert.Null(planned.Refusal);
        var plan = planned.Data!;
        Assert.Equal(("main", head), (plan.BaseBranch, plan.BaseCommit.Value));
        Assert.Equal(["B", "A", "C"], plan.Tasks.Select(task => task.Id.Value));
        Assert.Equal(["B A", "C"], plan.Waves.Select(wave => string.Join(' ', wave)));
        Assert.Equal(new(2, SettingSource.Flag), plan.Policy.Lanes);
        Assert.Equal(new(7, SettingSource.Environment), plan.Policy.MaxAttempts);
        Assert.Equal([PipelineStep.Implement, PipelineStep.Check, PipelineStep.Merge], plan.Pipeline.AsEnumerable());
        Assert.Empty(planned.Warnings);
    }

    [Fact]
    public async Task Planning_twice_gives_the_same_bytes_and_leaves_no_trace_in_the_tree()
    {
        using var repo = await TestRepo.CreateAsync();

        var first = await PlanAsync(repo, WithAgent);
        var again = await PlanAsync(repo, WithAgent);

        Assert.Equal(Text(first.Data!), Text(again.Data!));
        Assert.Equal("", await repo.GitAsync("status", "--porcelain"));
    }

    [Fact]
    public async Task Uncommitted_files_are_listed_and_not_part_of_the_run()
    {
        using var repo = await TestRepo.CreateAsync();
        var clean = await PlanAsync(repo, WithAgent);
        repo.Write("README.md", "changed\n");
        repo.Write("new", "x");

        var planned = await PlanAsync(repo, WithAgent);

        Assert.Equal(["README.md", "new"], planned.Data!.Dirty.AsEnumerable());
        Assert.Equal(clean.Data!.SnapshotId, planned.Data.SnapshotId);
        Assert.Contains("tree-dirty: 2 uncommitted files are not part of the run.", planned.Warnings.Select(warning => warning.ToString()));
        Assert.Contains("no-checks", planned.Warnings.Select(warning => warning.Code));
    }

    [Fact]
    public async Task Another_branch_can_be_the_base()
    {
        using var repo = await TestRepo.CreateAsync();
        var first = await repo.GitAsync("rev-parse", "HEAD");
        await repo.GitAsync("branch", "release");
        await repo.CommitAsync("second");

        var planned = await PlanAsync(repo, WithAgent with { Base = "release" });

        Assert.Equal(("release", first), (planned.Data!.BaseBranch, planned.Data.BaseCommit.Value));
    }

    [Fact]
    public async Task A_detached_head_needs_a_named_base()
    {
        using var repo = await TestRepo.CreateAsync();
        await repo.GitAsync("checkout", "-q", "--detach");

        Assert.Equal("head-detached", (await PlanAsync(repo, WithAgent)).Refusal?.Code);
        Assert.Null((await PlanAsync(repo, WithAgent with { Base = "main" })).Refusal);
        Assert.Equal("branch-unknown", (await PlanAsync(repo, WithAgent with { Base = "nowhere" })).Refusal?.Code);
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused()
    {
        using var repo = await TestRepo.CreateAsync();
        await repo.GitAsync("checkout", "-q", "--orphan", "fresh");
        await repo.GitAsync("branch", "-q", "-D", "main");

        Assert.Equal("repository-empty", (await PlanAsync(repo, WithAgent)).Refusal?.Code);
    }

    [Fact]
    public async Task Without_a_builder_the_refusal_comes_before_the_repository_is_read()
    {
        using var repo = await TestRepo.CreateAsync();

        Assert.Equal("builder-missing", (await PlanAsync(repo, new())).Refusal?.Code);
        Assert.False(Directory.Exists(repo.Beside("cache")));
    }

    [Fact]
    public async Task A_bare_repository_or_none_is_refused()
    {
        using var repo = await TestRepo.CreateAsync();
        await repo.GitAsync("clone", "-q", "--bare", ".", repo.Beside("bare"));
        Directory.CreateDirectory(repo.Beside("plain"));

        var bare = await new PrimaryCheckout(repo.Git, repo.Beside("bare")).LookAsync(CancellationToken.None);
        var plain = await new PrimaryCheckout(repo.Git, repo.Beside("plain")).LookAsync(CancellationToken.None);

        Assert.Equal("repository-bare", bare.Refusal?.Code);
        Assert.Equal("git-required", plain.Refusal?.Code);
    }

    private static string Text(PlanData data) => JsonSerializer.Serialize(data, PlanDataJson.Default.PlanData);

    private static async Task<Outcome<PlanData>> PlanAsync(TestRepo repo, RunRequest request)
    {
        await using var repository = await GitRepository.OpenAsync(
            repo.Git, repo.Root, repo.Beside("engine"), CancellationToken.None);
        var sources = new PlanSources(
            new("01JZ0000000000000000000000"),
            new(new(null, "p", "main"), [], [Task("A"), Task("B"), Task("C", "B")]),
            task => task.Status ?? TaskStatus.Ready,
            Charter.BuiltIn,
            LocalSettings.None,
            name => name == "LODESTAR_MAX_ATTEMPTS" ? "7" : null,
            repository,
            new PrimaryCheckout(repo.Git, repo.Root).LookAsync,
            new SnapshotCapture(repo.Git, repo.Root, repo.Beside("cache")).IdentifyAsync,
            new AgentCommandLine(repo.Root, null));
        var prepared = await RunPlanning.PrepareAsync(sources, request, CancellationToken.None);
        return prepared.Data is { } run ? Outcome<PlanData>.Done(PlanData.Of(run), prepared.Next, prepared.Warnings) : prepared.Refusal!;
    }

    private static TaskDefinition Task(string id, params string[] needs) =>
        new(new(id), id, "", [], [.. needs.Select(need => new TaskId(need))], [], [], 100, null);
}
