using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;
using Lodestar.TestKit;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>The board answers, over an image and the store, as the plainest reading of both planes would.</summary>
public sealed class BoardLawTests
{
    [Fact]
    public async Task The_board_agrees_with_the_plainest_model_after_any_work()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            var spec = GeneratedTasks.Spec(seed + 100, most: 90);
            if (spec.Tasks.IsEmpty)
                continue;

            // Padded over the size from which queries use an image.
            using var project = new PlaneProject(GeneratedTasks.Yaml(spec) + "\n# " + new string('x', 30_000));
            var agent = await project.JoinAsync();
            for (var step = 0; step < 15; step++)
            {
                await WorkAsync(project, random, spec.Tasks[random.Next(spec.Tasks.Length)].Id.Value, agent);
                await AgreeAsync(project, random, $"seed {seed}, step {step}");
            }
        }
    }

    [Fact]
    public async Task A_board_asked_after_a_write_shows_what_was_written()
    {
        using var project = new PlaneProject("  F001: {title: a}\n  F002: {title: b, depends_on: [F001]}");
        using var session = project.Open();

        await session.DecideAsync<string>(
            plane =>
            {
                Assert.Equal(TaskStatus.Ready, plane.Board.StatusAt(0));
                Assert.Single(plane.Board.ClaimablePlaces);
                plane.Store.SetTaskState(plane.Project, new(new("F001"), TaskStatus.Verified, "", plane.Now.Wall));

                Assert.Equal(TaskStatus.Verified, plane.Board.StatusAt(0));
                Assert.Equal([1], plane.Board.ClaimablePlaces);
                return "";
            },
            CancellationToken.None);
    }

    private static async Task WorkAsync(PlaneProject project, Random random, string task, string agent)
    {
        _ = random.Next(6) switch
        {
            0 or 1 => (await project.RunAsync(new ClaimTask(task, agent, TimeSpan.FromMinutes(1)).ExecuteAsync)).Refusal,
            2 => (await project.RunAsync(new CompleteTask(task, agent).ExecuteAsync)).Refusal,
            3 => (await project.RunAsync(new VerifyTask([task], agent).ExecuteAsync)).Refusal,
            4 => (await project.RunAsync((session, cancellation) => SetAsync(session, task, (TaskStatus)random.Next(5), cancellation))).Refusal,
            _ => Wait(project.Clock),
        };
    }

    private static Refusal? Wait(TestClock clock)
    {
        clock.Advance(TimeSpan.FromSeconds(40));
        return null;
    }

    private static Task<Outcome<string>> SetAsync(EngineSession session, string task, TaskStatus status, CancellationToken cancellation) =>
        session.DecideAsync<string>(
            plane =>
            {
                plane.Store.SetTaskState(plane.Project, new(new(task), status, "", plane.Now.Wall));
                return "";
            },
            cancellation);

    private static async Task AgreeAsync(PlaneProject project, Random random, string where)
    {
        using var session = project.Open();
        await session.QueryAsync<string>(
            plane =>
            {
                var board = plane.Board;
                var model = new Model(
                    SpecFile.Parse(File.ReadAllBytes(session.Spec.FullPath)).Data!.Spec,
                    plane.Store.TaskStates(plane.Project),
                    plane.Store.LiveLeases(plane.Project));

                // Some rounds look at single tasks first, others at all of them.
                if (random.Next(2) == 0)
                    Assert.True(model.Claimable.SequenceEqual(board.Claimable().Select(task => task.Id)), where);
                foreach (var task in model.Spec.Tasks)
                {
                    Assert.True(model.StatusOf(task) == board.StatusOf(task), where);
                    Assert.True(model.UnmetOf(task).SequenceEqual(board.UnmetOf(task)), where);
                    Assert.True(model.Leases.GetValueOrDefault(task.Id) == board.LeaseOf(task.Id), where);
                    Assert.True(model.Claimable.Contains(task.Id) == board.IsClaimable(task), where);
                    Assert.True(model.DependentsOf(task.Id).SequenceEqual(board.DependentsOf(task.Id).Select(other => other.Id)), where);
                }

                Assert.True(model.Claimable.SequenceEqual(board.Claimable().Select(task => task.Id)), where);
                Assert.True(model.Spec.Tasks.CountBy(model.StatusOf).OrderBy(pair => pair.Key).SequenceEqual(board.CountByStatus().OrderBy(pair => pair.Key)), where);
                Assert.Equal(model.Leases.Count, board.LeaseCount);
                return "";
            },
            CancellationToken.None);
    }

    /// <summary>The rules as one would say them, for every task anew.</summary>
    private sealed record Model(ProjectSpec Spec, Dictionary<TaskId, TaskState> States, Dictionary<TaskId, Lease> Leases)
    {
        public IReadOnlyList<TaskId> Claimable =>
        [
            .. Spec.Tasks
                .Where(task => StatusOf(task) == TaskStatus.Ready && !UnmetOf(task).Any() && !Leases.ContainsKey(task.Id))
                .OrderBy(task => task.Priority).ThenBy(task => task.Id).Select(task => task.Id),
        ];

        public TaskStatus StatusOf(TaskDefinition task) => task.Status == TaskStatus.Deleted
            ? TaskStatus.Deleted
            : States.TryGetValue(task.Id, out var state) ? state.Status : task.Status ?? TaskStatus.Ready;

        public IEnumerable<TaskId> UnmetOf(TaskDefinition task) => task.DependsOn.Where(id =>
            Spec.Tasks.FirstOrDefault(other => other.Id == id) is not { } dependency || StatusOf(dependency) != TaskStatus.Verified);

        public IEnumerable<TaskId> DependentsOf(TaskId id) =>
            Spec.Tasks.Where(task => task.DependsOn.Contains(id) && StatusOf(task) != TaskStatus.Deleted).Select(task => task.Id);
    }
}
