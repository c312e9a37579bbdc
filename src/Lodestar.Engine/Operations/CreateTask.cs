using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Writes a new task into the spec.</summary>
/// <param name="Title">One line.</param>
public sealed record CreateTask(string Title)
{
    /// <summary>The id; null draws the next free T number.</summary>
    public string? Id { get; init; }

    /// <summary>Free text.</summary>
    public string Description { get; init; } = "";

    /// <summary>Lower first.</summary>
    public int Priority { get; init; } = TaskDefinition.DefaultPriority;

    /// <summary>A status other than ready, or null.</summary>
    public TaskStatusChange? Status { get; init; }

    /// <summary>Tasks that must be verified first; each must exist.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Free words.</summary>
    public ImmutableArray<string> Labels { get; init; } = [];

    /// <summary>File scope.</summary>
    public ImmutableArray<string> Locks { get; init; } = [];

    /// <summary>What a reviewer checks.</summary>
    public ImmutableArray<string> AcceptanceCriteria { get; init; } = [];

    /// <summary>Product intent, or null.</summary>
    public PrdRequest? Prd { get; init; }

    /// <summary>Who writes it down, for the record; null for nobody in particular.</summary>
    public string? Agent { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <returns>The full task, or a refusal without effect.</returns>
    public Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation) =>
        NewTasks.WriteAsync(session, [this], Agent, cancellation);
}
