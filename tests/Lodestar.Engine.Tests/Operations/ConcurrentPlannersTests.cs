using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class ConcurrentPlannersTests
{
    private const int Planners = 16;

    [Fact]
    public async Task Sixteen_planners_at_once_never_lose_each_others_changes()
    {
        using var project = new PlaneProject(string.Join('\n', Enumerable.Range(0, Planners).Select(number => $"  P{number:00}: {{title: t}} # {number}")));

        await Task.WhenAll(Enumerable.Range(0, Planners).Select(number => Task.Run(async () =>
        {
            var own = $"P{number:00}";
            var made = (await project.DoneAsync(new CreateTask($"by {number}") { Labels = [own] }.ExecuteAsync)).Id.Value;
            await project.DoneAsync(new UpdateTask(own) { Priority = number + 1 }.ExecuteAsync);
            await project.DoneAsync(new CompleteTask(made, null).ExecuteAsync);
            await project.DoneAsync(new DeleteTask(own).ExecuteAsync);
        })));

        var tasks = (await project.DoneAsync(new ListTasks(IncludeDeleted: true).ExecuteAsync)).Tasks;
        Assert.Equal(2 * Planners, tasks.Length);
        Assert.Equal(Enumerable.Range(1, Planners), tasks.Where(task => task.Status == "deleted").Select(task => task.Priority));
        Assert.Equal(
            Enumerable.Range(0, Planners).Select(number => $"P{number:00}"),
            tasks.Where(task => task.Status == "done").Select(task => Assert.Single(task.Labels)).Order(StringComparer.Ordinal));
    }
}
