using System.Collections.Immutable;
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
    private TaskBoard? board;
    private int boardMadeAt;

    internal PlaneView(EngineSession session, SpecIndex spec, StoreReader store)
        : this(session, spec, store, store.Project(spec.Project.Id, session.HistoricProject))
    {
    }

    private protected PlaneView(EngineSession session, SpecIndex spec, StoreReader store, ProjectId project)
    {
        this.session = session;
        Index = spec;
        Store = store;
        Project = project;
    }

    /// <summary>The definitions, piece by piece: what a question about few tasks should ask.</summary>
    public SpecIndex Index { get; }

    /// <summary>All definitions. Ask only when every task is needed: it reads the whole spec.</summary>
    public ProjectSpec Spec => Index.Spec;

    /// <summary>The runtime plane.</summary>
    public StoreReader Store { get; }

    /// <summary>The project all rows are keyed by.</summary>
    public ProjectId Project { get; }

    /// <summary>The moment all rules judge by.</summary>
    public Moment Now => Store.Now;

    /// <summary>The tasks as they are now. A write of this transaction makes another board: take what it should be compared
    /// with before the write, and ask for the board again after it.</summary>
    public TaskBoard Board
    {
        get
        {
            var changes = Store.Database.TotalChanges;
            if (board is null || boardMadeAt != changes)
                (board, boardMadeAt) = (new TaskBoard(Index, new StoredTaskRecords(Store, Project)), changes);
            return board;
        }
    }

    /// <summary>The task an id names.</summary>
    /// <returns>The definition, or the refusal <c>task-unknown</c>.</returns>
    public Outcome<TaskDefinition> Task(string id) => Board.Find(new TaskId(id)) is { } task
        ? task
        : Unknown(id);

    /// <summary>The refusal for an id that names no task.</summary>
    internal static Refusal Unknown(string id) => new("task-unknown", $"There is no task {id}.", "lodestar task list")
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
        if (Store.HasJoined(new AgentId(named)))
            return new(new AgentId(named), null);
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
    internal PlaneChange(EngineSession session, SpecIndex spec, StoreTransaction store)
        : base(session, spec, store, store.ClaimProject(spec.Project.Id, session.HistoricProject))
    {
        Store = store;
        EndLapsedLeases();
        EndLeasesOfDeletedTasks();
    }

    /// <summary>The transaction.</summary>
    public new StoreTransaction Store { get; }

    /// <summary>Whether this transaction has forgotten its slice of old history.</summary>
    internal bool HasSwept { get; set; }

    /// <summary>The leases that ended because their tasks are deleted.</summary>
    internal ImmutableArray<Lease> EndedOnOpening { get; private set; } = [];

    /// <summary>Appends an event of this project and gives its number.</summary>
    public long Append(PlaneEvent happened) => Store.AppendEvent(Project, happened);

    /// <summary>A lease runs out by itself; the next writer here puts it on record.</summary>
    private void EndLapsedLeases()
    {
        foreach (var lease in Store.LapsedLeases(Project))
        {
            Store.EndLease(lease, "expired");
            Append(new("lease.expired")
            {
                Agent = lease.Agent,
                Task = lease.Task,
                Run = lease.Run,
                Data = new() { ["lease_id"] = lease.Id.Value, ["fence"] = lease.Fence, ["expires_at"] = StoreTime.Text(lease.Expiry.Wall) },
            });
        }
    }

    /// <summary>Deleting a task writes the spec alone; its lease ends with the next write here.</summary>
    private void EndLeasesOfDeletedTasks()
    {
        if (Index.Deleted.IsEmpty)
            return;
        foreach (var lease in Store.LiveLeases(Project).Values)
        {
            if (Index.PlaceOf(lease.Task) is var place and not SpecIndex.Nowhere && Index.StatusAt(place) == TaskStatus.Deleted)
            {
                Store.EndLease(lease, "deleted");
                EndedOnOpening = EndedOnOpening.Add(lease);
            }
        }
    }
}

/// <summary>Who acts, or why nobody can.</summary>
/// <param name="Agent">The agent; null for a caller without identity.</param>
/// <param name="Refusal">Why the named agent cannot act.</param>
public readonly record struct Actor(AgentId? Agent, Refusal? Refusal);
