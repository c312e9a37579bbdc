using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine;

/// <summary>Both planes at one moment.</summary>
public class PlaneView
{
    private readonly EngineSession session;
    private readonly Lazy<TaskBoard> board;

    internal PlaneView(EngineSession session, ProjectSpec spec, StoreReader store)
        : this(session, spec, store, store.Project(spec.Project.Id))
    {
    }

    private protected PlaneView(EngineSession session, ProjectSpec spec, StoreReader store, ProjectId project)
    {
        this.session = session;
        Spec = spec;
        Store = store;
        Project = project;
        board = new(() => new TaskBoard(spec, store.TaskStates(project), store.LiveLeases(project)));
    }

    /// <summary>The definitions.</summary>
    public ProjectSpec Spec { get; }

    /// <summary>The runtime plane.</summary>
    public StoreReader Store { get; }

    /// <summary>The project all rows are keyed by.</summary>
    public ProjectId Project { get; }

    /// <summary>The moment all rules judge by.</summary>
    public Moment Now => Store.Now;

    /// <summary>The tasks as they are at the moment of the first look; later writes of the same transaction do not show.</summary>
    public TaskBoard Board => board.Value;

    /// <summary>The task an id names.</summary>
    /// <returns>The definition, or the refusal <c>task-unknown</c>.</returns>
    public Outcome<TaskDefinition> Task(string id) => Board.Find(new TaskId(id)) is { } task
        ? task
        : new Refusal("task-unknown", $"There is no task {id}.", "lodestar task list")
        {
            Details = new() { ["task_id"] = id },
        };

    /// <summary>Who acts. In a lane that is the lane's agent, whatever was asked for; elsewhere whom the caller named.</summary>
    /// <param name="named">The agent named by the caller, or null.</param>
    /// <returns>Nobody, an agent that joined, or the refusal <c>agent-unknown</c>.</returns>
    public Actor Actor(string? named)
    {
        if (session.Context.Lane is { Task: { } task, Run: { } run }
            && Board.LeaseOf(task) is { } lease && lease.Run == run)
        {
            return new(lease.Agent, null);
        }

        return named is null ? default : Joined(named);
    }

    private Actor Joined(string named)
    {
        if (Store.FindAgent(new AgentId(named)) is { } agent)
            return new(agent.Id, null);
        return new(null, new Refusal("agent-unknown", $"No agent {named} has joined.", "lodestar agent join")
        {
            Details = new() { ["agent_id"] = named },
            Next = [new("agent.join", "lodestar agent join", "Register and get an agent id")],
        });
    }
}

/// <summary>Both planes at one moment, and the transaction that changes the runtime plane.</summary>
public sealed class PlaneChange : PlaneView
{
    internal PlaneChange(EngineSession session, ProjectSpec spec, StoreTransaction store)
        : base(session, spec, store, store.ClaimProject(spec.Project.Id))
    {
        Store = store;
        EndLeasesOfDeletedTasks();
    }

    /// <summary>The transaction.</summary>
    public new StoreTransaction Store { get; }

    /// <summary>Appends an event of this project and gives its number.</summary>
    public long Append(PlaneEvent happened) => Store.AppendEvent(Project, happened);

    /// <summary>Deleting a task writes the spec alone; its lease ends with the next write here.</summary>
    private void EndLeasesOfDeletedTasks()
    {
        foreach (var task in Spec.Tasks.Where(task => task.Status == TaskStatus.Deleted))
        {
            if (Store.LiveLease(Project, task.Id) is { } lease)
                Store.EndLease(lease.Id, "deleted");
        }
    }
}

/// <summary>Who acts, or why nobody can.</summary>
/// <param name="Agent">The agent; null for a caller without identity.</param>
/// <param name="Refusal">Why the named agent cannot act.</param>
public readonly record struct Actor(AgentId? Agent, Refusal? Refusal);
