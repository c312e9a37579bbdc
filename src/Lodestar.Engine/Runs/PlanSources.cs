using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Core.Planes;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Core.Spec;
using Lodestar.Engine.Context;
using Lodestar.Engine.Git;
using Lodestar.Engine.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Runs;

/// <summary>What a plan is made from, as the planes and the repository give it.</summary>
/// <param name="ProjectId">The project.</param>
/// <param name="Spec">The committed definitions.</param>
/// <param name="StatusOf">Effective status of a task of the spec.</param>
/// <param name="Charter">Committed governance.</param>
/// <param name="Local">This machine's settings.</param>
/// <param name="Variable">Looks an environment variable up.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Look">Looks at the primary worktree (<see cref="PrimaryCheckout"/>).</param>
/// <param name="Snapshot">Says which snapshot the tree of a commit is.</param>
/// <param name="AgentCommand">Reads the command line of <c>--agent-cmd</c>.</param>
public sealed record PlanSources(
    ProjectId ProjectId,
    ProjectSpec Spec,
    Func<TaskDefinition, TaskStatus> StatusOf,
    Charter Charter,
    LocalSettings Local,
    Func<string, string?> Variable,
    IRepository Repository,
    Func<CancellationToken, Task<Outcome<WorktreeView>>> Look,
    Func<CommitId, CancellationToken, Task<SnapshotId>> Snapshot,
    AgentCommandLine AgentCommand)
{
    /// <summary>Gathers the sources of an opened project.</summary>
    /// <param name="session">The project.</param>
    /// <param name="repository">The project's repository.</param>
    /// <param name="checkout">Its primary worktree.</param>
    /// <param name="snapshots">Captures trees of it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The sources, or why spec, charter or machine settings cannot be used.</returns>
    public static async Task<Outcome<PlanSources>> ReadAsync(
        EngineSession session, IRepository repository, PrimaryCheckout checkout, SnapshotCapture snapshots, CancellationToken cancellation)
    {
        var files = new CharterFile(session.Context.Root.Value);
        var charter = files.Load();
        if (charter.Data is null)
            return charter.Refusal!;
        var local = files.LoadLocal();
        if (local.Data is null)
            return local.Refusal!;

        return await session.QueryAsync<PlanSources>(
            planes => new PlanSources(
                planes.Project,
                planes.Spec,
                StatusesOf(planes.Board),
                charter.Data,
                local.Data,
                session.World.Variable,
                repository,
                checkout.LookAsync,
                snapshots.IdentifyAsync,
                new AgentCommandLine(session.Context.WorkingDirectory, session.World.Variable("PATH"))),
            cancellation);
    }

    /// <summary>The statuses of all tasks now: the plan is made after the view of the store has closed.</summary>
    private static Func<TaskDefinition, TaskStatus> StatusesOf(TaskBoard board)
    {
        var statuses = board.Tasks.ToDictionary(task => task.Id, board.StatusOf);
        return task => statuses[task.Id];
    }
}
