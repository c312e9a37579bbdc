using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Offers the most urgent tasks that can be claimed now.</summary>
/// <param name="Count">At most so many; none asks only how many there are.</param>
/// <param name="Agent">Who asks, so that the claim offered is complete; null when nobody said.</param>
public sealed record NextTasks(int Count = 1, string? Agent = null)
{
    /// <summary>Only tasks with any of these labels; empty for all.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Only tasks at least this urgent (priority numbers up to this one).</summary>
    public int? MaxPriority { get; init; }

    /// <summary>Only tasks whose labels name one of these capabilities; empty for all.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<ClaimableTasks>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task next") is { } refusal)
            return Task.FromResult<Outcome<ClaimableTasks>>(refusal);
        return Count < 0
            ? Task.FromResult<Outcome<ClaimableTasks>>(new Refusal(
                "count-out-of-range", $"{Count} tasks cannot be offered.", "Ask for 1 or more; 0 only counts."))
            : session.QueryAsync(Find, cancellation);
    }

    private Outcome<ClaimableTasks> Find(PlaneView plane)
    {
        var actor = plane.Actor(Agent);
        if (actor.Refusal is { } unknown)
            return unknown;
        var spec = plane.Index;
        var matching = plane.Board.ClaimablePlaces.Where(place => Matches(spec, place)).ToList();
        var offered = matching
            .Take(Count)
            .Select(place => spec[place])
            .Select(task => new ClaimableTask(task.Id, task.Title, task.Priority, task.Labels, task.DependsOn))
            .ToImmutableArray();
        return Outcome<ClaimableTasks>.Done(new(offered, matching.Count), Count == 0 ? [] : Next(offered, actor.Agent));
    }

    private bool Matches(SpecIndex spec, int place) =>
        (Labels.IsEmpty || spec.LabelsAt(place).Any(label => Labels.Contains(label)))
        && (Capabilities.IsEmpty || spec.LabelsAt(place).Any(label => Capabilities.Contains(label)))
        && (MaxPriority is null || spec.PriorityAt(place) <= MaxPriority);

    private static NextAction[] Next(ImmutableArray<ClaimableTask> offered, AgentId? agent)
    {
        if (offered.IsEmpty)
            return [new("task.list", "lodestar task list", "See what the others wait for")];
        var word = ShellWord.Quote(offered[0].Id.Value);
        return
        [
            agent is { } known
                ? new("task.claim", $"lodestar task claim {word} --agent {known}", "Take the first one")
                : new("agent.join", "lodestar agent join", "Get an agent id to claim with"),
            new("task.show", $"lodestar task show {word}", "Read it first"),
        ];
    }
}

/// <summary>Tasks that can be claimed.</summary>
/// <param name="Tasks">The most urgent, as many as asked for.</param>
/// <param name="TotalClaimable">How many there are that match.</param>
public sealed record ClaimableTasks(ImmutableArray<ClaimableTask> Tasks, int TotalClaimable);

/// <summary>A task that can be claimed.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="Labels">Free words.</param>
/// <param name="DependsOn">What was verified before it.</param>
public sealed record ClaimableTask(
    TaskId Id, string Title, int Priority, ImmutableArray<string> Labels, ImmutableArray<TaskId> DependsOn);
