using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>Lists tasks, most urgent first. Deleted ones show only when asked for.</summary>
/// <param name="Status">Only those with this status; a word, or null.</param>
/// <param name="Label">Only those with this label, or null.</param>
/// <param name="IncludeDeleted">Whether deleted tasks show.</param>
public sealed record ListTasks(string? Status = null, string? Label = null, bool IncludeDeleted = false)
{
    /// <summary>Only those with any of these labels; empty for all.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>Only those this agent holds now, or null.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>At most so many; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Runs the operation.</summary>
    public Task<Outcome<TaskList>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (LaneGate.Check(session, "task list") is { } refusal)
            return Task.FromResult<Outcome<TaskList>>(refusal);
        if (Limit < 1)
        {
            return Task.FromResult<Outcome<TaskList>>(new Refusal("limit-out-of-range", $"{Limit} tasks cannot be listed.", "Give --limit 1 or more.")
            {
                Details = new() { ["limit"] = Limit },
            });
        }

        TaskStatus? wanted = null;
        if (Status is not null)
        {
            if (!StatusText.TryParse(Status, out var status))
            {
                return Task.FromResult<Outcome<TaskList>>(new Refusal(
                    "status-unknown",
                    $"\"{Status}\" is not a status.",
                    $"It is one of {string.Join(", ", StatusText.All)}."));
            }

            wanted = status;
        }

        return session.QueryAsync<TaskList>(plane => List(plane.Board, wanted), cancellation);
    }

    private TaskList List(TaskBoard board, TaskStatus? wanted)
    {
        var tasks = board.Tasks
            .Select(task => (Task: task, Status: board.StatusOf(task)))
            .Where(entry => wanted is { } status
                ? entry.Status == status
                : IncludeDeleted || entry.Status != TaskStatus.Deleted)
            .Where(entry => (Label is null || entry.Task.Labels.Contains(Label))
                && (Labels.IsEmpty || entry.Task.Labels.Any(label => Labels.Contains(label)))
                && (ClaimedBy is null || board.LeaseOf(entry.Task.Id)?.Agent.Value == ClaimedBy))
            .OrderBy(entry => entry.Task.Priority)
            .ThenBy(entry => entry.Task.Id)
            .ToArray();
        var lines = tasks
            .Take(Limit ?? int.MaxValue)
            .Select(entry => new TaskLine(
                entry.Task.Id,
                entry.Task.Title,
                StatusText.Of(entry.Status),
                entry.Task.Priority,
                entry.Task.Labels,
                entry.Task.DependsOn,
                board.LeaseOf(entry.Task.Id)?.Agent,
                board.IsClaimable(entry.Task),
                board.LeaseOf(entry.Task.Id)?.Expiry.Wall,
                entry.Task.UpdatedAt))
            .ToImmutableArray();
        return new(lines, lines.Length) { Total = tasks.Length };
    }
}

/// <summary>Tasks in a list.</summary>
/// <param name="Tasks">Most urgent first, then by id.</param>
/// <param name="Count">How many are listed.</param>
public sealed record TaskList(ImmutableArray<TaskLine> Tasks, int Count)
{
    /// <summary>How many there are that match.</summary>
    public int Total { get; init; } = Count;
}

/// <summary>A task as one line.</summary>
/// <param name="Id">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Status">Effective status.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="Labels">Free words.</param>
/// <param name="DependsOn">What must be verified first.</param>
/// <param name="ClaimedBy">Who holds it now, or null.</param>
/// <param name="Claimable">Whether it can be claimed now.</param>
/// <param name="LeaseExpiresAt">When it is free again; null while nobody holds it.</param>
/// <param name="UpdatedAt">When the definition was last edited, where the spec says so.</param>
public sealed record TaskLine(
    TaskId Id,
    string Title,
    string Status,
    int Priority,
    ImmutableArray<string> Labels,
    ImmutableArray<TaskId> DependsOn,
    AgentId? ClaimedBy,
    bool Claimable,
    DateTimeOffset? LeaseExpiresAt,
    DateTimeOffset? UpdatedAt);
