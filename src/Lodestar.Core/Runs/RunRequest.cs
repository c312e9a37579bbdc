using System.Collections.Immutable;
using Lodestar.Core.Policy;

namespace Lodestar.Core.Runs;

/// <summary>What was asked for when a run is planned or started: the options of <c>plan</c> and <c>run</c>.</summary>
public sealed record RunRequest
{
    /// <summary>Tasks named one by one.</summary>
    public ImmutableArray<TaskId> Tasks { get; init; } = [];

    /// <summary>Slug or id of a mission, or null.</summary>
    public string? Mission { get; init; }

    /// <summary>A label the tasks must have, or null.</summary>
    public string? Label { get; init; }

    /// <summary>Policy given by options.</summary>
    public PolicyValues Policy { get; init; } = PolicyValues.None;

    /// <summary>Name of the profile that builds, or null for the usual one.</summary>
    public string? Profile { get; init; }

    /// <summary>A command line that builds in place of any profile, or null.</summary>
    public string? AgentCommand { get; init; }

    /// <summary>Command lines that replace the charter's checks; empty keeps those.</summary>
    public ImmutableArray<string> Checks { get; init; } = [];

    /// <summary>Branch to start from, or null for the one checked out.</summary>
    public string? Base { get; init; }

    /// <summary>True when no option narrows the choice of tasks.</summary>
    public bool IsOpen => Tasks.IsEmpty && Mission is null && Label is null;
}
