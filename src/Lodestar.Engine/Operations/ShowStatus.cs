using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Processes;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Shows where the project stands, and what to do next. Outside a project it succeeds and says that there is none.</summary>
/// <param name="Opened">The session, or why there is none.</param>
public sealed record ShowStatus(Outcome<EngineSession> Opened)
{
    /// <summary>Runs the operation.</summary>
    public Task<Outcome<ProjectStatus>> ExecuteAsync(CancellationToken cancellation)
    {
        if (Opened.Data is { } session)
            return session.QueryAsync(Show, cancellation);
        var refusal = Opened.Refusal!;
        return Task.FromResult(refusal.Code == "not-initialized"
            ? Outcome<ProjectStatus>.Done(new(false), refusal.Next)
            : refusal);
    }

    private static Outcome<ProjectStatus> Show(PlaneView plane)
    {
        var board = plane.Board;
        var claimable = board.ClaimablePlaces.Count;
        var agents = plane.Store.AgentCount();
        var runs = plane.Store.Runs(plane.Project);
        var threads = plane.Store.MessageCounts(plane.Project);
        var status = new ProjectStatus(true)
        {
            Project = new(plane.Index.Project.Id, plane.Index.Project.Name, plane.Index.Project.DefaultBranch, JsonNode.Parse(plane.Index.Project.Conventions)!.AsObject()),
            Tasks = new(board.Spec.Count, StatusCounts.Of(board.CountByStatus()), claimable),
            Agents = new(agents, board.LeaseCount),
            Messages = new(plane.Store.MessageTotal(plane.Project), threads),
            Runs = new([.. runs.Where(run => run.IsActive).Select(run => run.Id)]),
        };
        return Outcome<ProjectStatus>.Done(status, [.. Next(runs), .. Next(agents, claimable)]);
    }

    /// <summary>A run that waits for somebody comes first: its work is done or half done.</summary>
    private static IEnumerable<NextAction> Next(IReadOnlyList<RunRow> runs)
    {
        foreach (var run in runs.Where(run => run.IsActive))
        {
            yield return run.Engine is { } engine && ProcessHosts.Look(engine.Process) != Liveness.Dead
                ? new("run.watch", $"lodestar run watch {run.Id}", "Watch the run that goes on")
                : new("run.resume", $"lodestar resume {run.Id}", "Go on with the run that stopped");
        }

        if (runs is [{ Status: "completed", IntegratedCommit: null } done, ..])
            yield return new("run.integrate", $"lodestar run integrate {done.Id}", $"Bring the finished run into {done.BaseBranch}");
    }

    private static List<NextAction> Next(int agents, int claimable)
    {
        var next = new List<NextAction>();
        if (agents == 0)
            next.Add(new("agent.join", "lodestar agent join", "Register as an agent"));
        if (claimable > 0)
            next.Add(new("task.next", "lodestar task next", "See what can be claimed"));
        next.Add(new("task.list", "lodestar task list", "See all tasks"));
        return next;
    }
}

/// <summary>Where a project stands; outside of one only that there is none.</summary>
/// <param name="Initialized">Whether there is a project.</param>
public sealed record ProjectStatus(bool Initialized)
{
    /// <summary>The project.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusProject? Project { get; init; }

    /// <summary>Its tasks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusTasks? Tasks { get; init; }

    /// <summary>Who works.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusAgents? Agents { get; init; }

    /// <summary>What was said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusMessages? Messages { get; init; }

    /// <summary>What runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StatusRuns? Runs { get; init; }
}

/// <summary>The project of a status.</summary>
/// <param name="Id">Its identity, or null when the spec names none.</param>
/// <param name="Name">For people.</param>
/// <param name="DefaultBranch">A label.</param>
/// <param name="Conventions">What the spec says about how work is done here, in its own keys.</param>
public sealed record StatusProject(ProjectId? Id, string Name, string DefaultBranch, JsonObject Conventions);

/// <summary>How the tasks stand.</summary>
/// <param name="Total">All of the spec, deleted ones included.</param>
/// <param name="ByStatus">By effective status.</param>
/// <param name="Claimable">How many can be claimed now.</param>
public sealed record StatusTasks(int Total, StatusCounts ByStatus, int Claimable);

/// <summary>Tasks by effective status.</summary>
public sealed record StatusCounts(int Todo, int Ready, int Blocked, int Done, int Verified, int Deleted)
{
    internal static StatusCounts Of(Dictionary<TaskStatus, int> counts) => new(
        counts.GetValueOrDefault(TaskStatus.Todo),
        counts.GetValueOrDefault(TaskStatus.Ready),
        counts.GetValueOrDefault(TaskStatus.Blocked),
        counts.GetValueOrDefault(TaskStatus.Done),
        counts.GetValueOrDefault(TaskStatus.Verified),
        counts.GetValueOrDefault(TaskStatus.Deleted));
}

/// <summary>Who works.</summary>
public sealed record StatusAgents(int Registered, int ActiveLeases);

/// <summary>What was said, in all and by thread.</summary>
public sealed record StatusMessages(long Total, SortedDictionary<TaskId, long> ByTask);

/// <summary>Runs that go on or can be resumed.</summary>
public sealed record StatusRuns(IReadOnlyList<RunId> Active);
