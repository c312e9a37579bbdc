using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class ResetProjectTests : IDisposable
{
    private readonly PlaneProject project = new("  F001: {title: First}\n  # kept out of it\n  F002:\n    title: Second\n    depends_on: [F001]");

    private string Spec => Path.Combine(project.Root, ".lodestar", "spec.yaml");

    public void Dispose() => project.Dispose();

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public async Task Without_force_it_tells_what_would_go_and_nothing_goes(bool hard, int tasks)
    {
        await project.JoinAsync();

        var outcome = await project.RunAsync(new ResetProject(hard, Force: false).ExecuteAsync);

        Assert.Equal("reset-unconfirmed", outcome.Refusal?.Code);
        Assert.Equal((1, tasks), ((int)(long)outcome.Refusal!.Details["agents_to_clear"]!, (int)outcome.Refusal.Details["tasks_to_delete"]!));
        Assert.DoesNotContain("reset", outcome.Refusal.Hint);
        Assert.True(File.Exists(project.Database));
        Assert.Contains("F002", File.ReadAllText(Spec));
    }

    [Fact]
    public async Task A_soft_reset_removes_the_runtime_and_keeps_every_byte_of_the_spec()
    {
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        var before = File.ReadAllBytes(Spec);

        var result = await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync);

        Assert.Equal(("soft", true, 0, 1L, 1L, 0L), (result.ResetType, result.RuntimeDeleted, result.TasksDeleted, result.AgentsCleared, result.LeasesCleared, result.MessagesCleared));
        Assert.Equal(["spec.yaml"], Directory.GetFileSystemEntries(Path.GetDirectoryName(Spec)!).Select(Path.GetFileName));
        Assert.Equal(before, File.ReadAllBytes(Spec));
    }

    [Theory]
    [InlineData("tasks:\n  F001: {title: First}\n  F002: {title: Second}\n")]
    [InlineData("tasks: {F001: {title: First}, F002: {title: Second}}\n")]
    [InlineData("tasks:\n  - id: F001\n    title: First\n  - id: F002\n    title: Second\n# the end\n")]
    [InlineData("missions:\n  - {id: 01JZ0000000000000000000001, slug: m, title: M, purpose: P, tasks: [F001]}\ntasks:\n  F001: {title: First}\n  F002: {title: Second}\nfeatures:\n  a: [F001]\n")]
    public async Task A_hard_reset_deletes_the_definitions_names_them_and_keeps_a_copy(string tasks)
    {
        var text = "# ours\nproject:\n  name: demo # called so\n  default_branch: main\n" + tasks;
        File.WriteAllText(Spec, text);

        var outcome = await project.RunAsync(new ResetProject(true, Force: true).ExecuteAsync);

        Assert.Equal((2, "F001, F002"), (outcome.Data!.TasksDeleted, string.Join(", ", outcome.Data.Tasks)));
        var after = File.ReadAllText(Spec);
        Assert.StartsWith("# ours\nproject:\n  name: demo # called so\n  default_branch: main\n", after);
        Assert.DoesNotContain("F001", after);
        Assert.Empty((await project.DoneAsync(new ListTasks().ExecuteAsync)).Tasks);
        var copy = Assert.Single(Directory.GetFiles(Path.Combine(project.Root, ".lodestar", "backups")));
        Assert.Equal(text, File.ReadAllText(copy));
        Assert.Contains(outcome.Warnings, warning => warning.Message.Contains(copy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_spec_that_cannot_be_read_stops_a_hard_reset_and_not_a_soft_one()
    {
        await project.JoinAsync();
        File.WriteAllText(Spec, "tasks: 5\n");

        Assert.Equal("spec-invalid", await project.RefusedAsync(new ResetProject(true, Force: true).ExecuteAsync));
        Assert.True(File.Exists(project.Database));
        Assert.True((await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync)).RuntimeDeleted);
    }

    [Fact]
    public async Task A_project_without_a_store_has_nothing_to_reset_and_says_so()
    {
        var outcome = await project.RunAsync(new ResetProject(false, Force: true).ExecuteAsync);

        Assert.False(outcome.Data!.RuntimeDeleted);
        Assert.Equal("store-missing", Assert.Single(outcome.Warnings).Code);
    }

    [Fact]
    public async Task Who_has_the_store_open_reads_the_new_one_and_is_told_before_it_writes()
    {
        var agent = await project.JoinAsync();
        using var other = project.Open();
        await new HeartbeatAgent(agent).ExecuteAsync(other, CancellationToken.None);
        Assert.Single((await new ListAgents().ExecuteAsync(other, CancellationToken.None)).Data!.Agents);

        await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync);

        Assert.Empty((await new ListAgents().ExecuteAsync(other, CancellationToken.None)).Data!.Agents);
        Assert.Equal("agent-unknown", (await new HeartbeatAgent(agent).ExecuteAsync(other, CancellationToken.None)).Refusal?.Code);
        var join = new JoinAgent(new(null, null, [], new Dictionary<string, string>()));
        var told = await Assert.ThrowsAsync<EnvironmentException>(() => join.ExecuteAsync(other, CancellationToken.None));
        Assert.Equal("store-replaced", told.Code);
        await join.ExecuteAsync(other, CancellationToken.None);
        Assert.Single((await project.DoneAsync(new ListAgents().ExecuteAsync)).Agents);
    }

    [Fact]
    public async Task Writers_racing_with_resets_are_acknowledged_only_by_a_store_that_is_there()
    {
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var session = project.Open();
            var replaced = 0;
            for (var round = 0; round < 12; round++)
            {
                try
                {
                    await new JoinAgent(new(null, null, [], new Dictionary<string, string>())).ExecuteAsync(session, CancellationToken.None);
                }
                catch (EnvironmentException told) when (told.Code == "store-replaced")
                {
                    replaced++;
                }
            }

            return replaced;
        })).ToArray();
        var cleared = 0L;
        while (!writers.All(writer => writer.IsCompleted))
            cleared += (await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync)).AgentsCleared;

        var acknowledged = (4 * 12) - (await Task.WhenAll(writers)).Sum();
        cleared += (await project.DoneAsync(new ListAgents().ExecuteAsync)).Agents.Length;
        Assert.Equal(acknowledged, cleared);
    }

    [Fact]
    public async Task Queries_racing_with_resets_read_the_store_that_is_there()
    {
        var done = false;
        var reader = Task.Run(async () =>
        {
            while (!Volatile.Read(ref done))
                await project.DoneAsync(new ListAgents().ExecuteAsync);
        });
        for (var round = 0; round < 12; round++)
        {
            await project.JoinAsync();
            await project.DoneAsync(new ResetProject(false, Force: true).ExecuteAsync);
        }

        Volatile.Write(ref done, true);
        await reader;
    }

    [Fact]
    public async Task A_damaged_store_is_set_aside_and_one_of_a_newer_release_left_alone()
    {
        File.WriteAllText(project.Database, "this is not a database, but it has something in it");
        var reset = await project.RunAsync(new ResetProject(false, Force: true).ExecuteAsync);
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(project.Root, ".lodestar", "backups")));

        Assert.Equal("reset-kept", Assert.Single(reset.Warnings).Code);
        Assert.StartsWith("this is not", File.ReadAllText(kept));
        await project.JoinAsync();
        using (var raw = Engine.Storage.Sqlite.SqliteConnection.Open(project.Database, Engine.Storage.Sqlite.SqliteAccess.Write, TimeSpan.Zero))
            raw.Execute("pragma user_version = 999");
        var newer = await Assert.ThrowsAsync<EnvironmentException>(() => project.RunAsync(new ResetProject(false, Force: true).ExecuteAsync));
        Assert.Equal("store-newer", newer.Code);
        Assert.True(File.Exists(project.Database));
    }

    [Fact]
    public async Task A_run_that_has_not_ended_stops_it()
    {
        await project.JoinAsync();
        using (var raw = Engine.Storage.Sqlite.SqliteConnection.Open(project.Database, Engine.Storage.Sqlite.SqliteAccess.Write, TimeSpan.Zero))
        {
            raw.Execute(
                """
                insert into runs (run_id, project, mission_id, mission, status, base_branch, base_commit, created_at, last_seq, last_hash)
                values ('run-20310514-120000-00000000', 'p', 'm', 'm', 'paused', 'main', 'c', '2031-05-14T12:00:00.000000Z', 0, '')
                """);
        }

        Assert.Equal("run-active", await project.RefusedAsync(new ResetProject(false, Force: true).ExecuteAsync));
        Assert.Equal("run-active", await project.RefusedAsync(new ResetProject(true, Force: true).ExecuteAsync));
        Assert.Contains("F001", File.ReadAllText(Spec));
    }
}
