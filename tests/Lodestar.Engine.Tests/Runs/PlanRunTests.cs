using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Runs;

public class PlanRunTests
{
    private const string Spec =
        """
        project:
          id: 01JZ0000000000000000000000
          name: demo
        tasks:
          F001:
            title: First
            locks: ["src/auth/**"]
          F002:
            title: Second
            locks: ["src/**"]
          F003:
            title: Third
            depends_on: [F001]
            status: verified
        """;

    private const string Charter =
        """
        policy:
          lanes: 2
        checks:
          - {name: tests, run: make test}
        profiles:
          builder: {adapter: exec, command: ["/bin/sh", "{briefing_file}"]}
        """;

    [Fact]
    public async Task An_opened_project_is_planned_from_its_own_files()
    {
        using var repo = await ProjectAsync();
        repo.Write(".lodestar/local.yaml", "policy:\n  max_attempts: 9\n");

        var planned = await PlanAsync(repo, new());

        Assert.Null(planned.Refusal);
        var plan = planned.Data!;
        Assert.Equal(["F001", "F002"], plan.Tasks.Select(task => task.Id.Value));
        Assert.Equal(["F001", "F002"], plan.Waves.Select(wave => string.Join(' ', wave)));
        Assert.Contains("F002 waits for F001: both declare the same files.", plan.LostParallelism.Select(lost => lost.Message));
        Assert.Equal(["F003"], plan.LeftOutTasks.Select(task => task.Id.Value));
        Assert.Equal(new(2, SettingSource.Charter), plan.Policy.Lanes);
        Assert.Equal(new(9, SettingSource.Local), plan.Policy.MaxAttempts);
        Assert.Equal(new("tests", "make test", TimeSpan.FromHours(2), SettingSource.Charter), Assert.Single(plan.Checks));
        Assert.Equal(["/bin/sh", "{briefing_file}"], plan.Builder.Command.AsEnumerable());
    }

    [Fact]
    public async Task Planning_makes_no_store()
    {
        using var repo = await ProjectAsync();

        await PlanAsync(repo, new());

        Assert.Equal(["cache", "charter.yaml", "spec.yaml"], Directory
            .EnumerateFileSystemEntries(Path.Combine(repo.Root, ".lodestar")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_command_named_by_its_path_is_the_invokers_file()
    {
        using var repo = await ProjectAsync();
        var script = repo.Write("tools/agent.sh", "#!/bin/sh\n");
        var commands = new AgentCommandLine(repo.Root, "/usr/bin:/bin");

        var words = commands.Read("sh tools/agent.sh --out=a/b tools/none {briefing_file}");

        Assert.EndsWith("/sh", words[0]);
        Assert.True(Path.IsPathFullyQualified(words[0]));
        Assert.Equal([script, "--out=a/b", "tools/none", "{briefing_file}"], words.Skip(1));
        Assert.Equal("agent-not-found", Assert.Throws<RefusedException>(() => commands.Read("no-such-program x")).Refusal.Code);
        Assert.Equal("agent-not-found", Assert.Throws<RefusedException>(() => commands.Read("tools/agent.sh")).Refusal.Code);
    }

    [Fact]
    public async Task A_project_in_a_folder_of_its_repository_is_not_run_because_scopes_and_lanes_begin_at_the_root()
    {
        using var repo = await ProjectAsync();
        repo.Write("app/.lodestar/spec.yaml", Spec);

        Assert.Equal("project-not-at-root", (await PlanAsync(Path.Combine(repo.Root, "app"), new())).Refusal?.Code);
    }

    private static async Task<TestRepo> ProjectAsync()
    {
        var repo = await TestRepo.CreateAsync();
        repo.Write(".lodestar/spec.yaml", Spec);
        repo.Write(".lodestar/charter.yaml", Charter);
        await repo.CommitAsync("project");
        return repo;
    }

    private static Task<Outcome<PlanData>> PlanAsync(TestRepo repo, RunRequest request) => PlanAsync(repo.Root, request);

    private static async Task<Outcome<PlanData>> PlanAsync(string project, RunRequest request)
    {
        var world = new SessionWorld(new TestClock(), new IdSource(), _ => null);
        using var session = EngineSession.Open(project, world).Data!;
        return await new PlanRun(request).ExecuteAsync(
            new RunDesk(session, TestMachine.Here()), CancellationToken.None);
    }
}
