using System.Text.Json;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class RacingClaimsTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public async Task Of_many_racing_claims_each_task_has_exactly_one_winner(int racers)
    {
        const int TaskCount = 6;
        using var project = new PlaneProject(
            string.Join('\n', Enumerable.Range(1, TaskCount).Select(number => $"  F{number:D3}: {{title: Task {number}}}")));
        var agents = new List<string>();
        for (var number = 0; number < racers; number++)
            agents.Add(await project.JoinAsync());

        // A session of its own each: own connections, own locks, as separate processes have.
        var attempts = await Task.WhenAll(agents.Select(agent => Task.Run(async () =>
        {
            var outcomes = new List<Outcome<ClaimedTask>>();
            for (var number = 1; number <= TaskCount; number++)
                outcomes.Add(await project.RunAsync(new ClaimTask($"F{number:D3}", agent, TimeSpan.FromMinutes(15)).ExecuteAsync));
            return outcomes;
        })));

        var all = attempts.SelectMany(outcomes => outcomes).ToList();
        var won = all.Where(outcome => outcome.Refusal is null).Select(outcome => outcome.Data!).ToList();
        Assert.Equal(TaskCount, won.Select(claim => claim.TaskId).Distinct().Count());
        Assert.Equal(TaskCount, won.Count);
        Assert.Equal(TaskCount, won.Select(claim => claim.Fence).Distinct().Count());
        Assert.All(all.Where(outcome => outcome.Refusal is not null), outcome => Assert.Equal("task-claimed", outcome.Refusal!.Code));
    }

    [Fact]
    public async Task A_change_and_its_record_are_committed_together()
    {
        using var project = new PlaneProject("  F001: {title: First}");
        var agent = await project.JoinAsync();
        await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        await project.RefusedAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);
        await project.DoneAsync(new CompleteTask("F001", agent).ExecuteAsync);

        using var session = project.Open();
        var events = await session.Store.ReadAsync(
            store => store.Events(new ProjectId("01JZ0000000000000000000000"), new EventFilter()), CancellationToken.None);

        Assert.Equal(["agent.join", "task.claim", "task.done"], events.Select(happened => happened.Event.Type));
        Assert.Equal([1L, 2L, 3L], events.Select(happened => happened.Seq));
    }

    [Fact]
    public async Task What_operations_give_is_written_as_json_and_read_back()
    {
        using var project = new PlaneProject("  F001: {title: First}");
        var agent = await project.JoinAsync("Ada", "csharp");
        var claimed = await project.DoneAsync(new ClaimTask("F001", agent, TimeSpan.FromMinutes(15)).ExecuteAsync);

        var json = JsonSerializer.Serialize(claimed, PlaneJson.Default.ClaimedTask);
        var back = JsonSerializer.Deserialize(json, PlaneJson.Default.ClaimedTask)!;

        using var document = JsonDocument.Parse(json);
        Assert.Equal(
            ["lease_id", "task_id", "agent_id", "fence", "expires_at", "ttl_seconds", "context"],
            document.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal((claimed.LeaseId, claimed.Fence, claimed.ExpiresAt), (back.LeaseId, back.Fence, back.ExpiresAt));
    }
}
