using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Writes many new tasks into the spec, all or none. Ids are given where there are none, and tasks may depend on
/// each other in any order.</summary>
/// <param name="Text">The tasks as the spec would hold them, in YAML or JSON.</param>
/// <param name="Name">What the text is called in messages.</param>
public sealed record CreateTasks(string Text, string Name)
{
    /// <summary>More tasks at once are refused.</summary>
    public const int Most = 10_000;

    /// <summary>Insists on statuses that have a verb of their own.</summary>
    public bool Force { get; init; }

    /// <summary>Why they are forced.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether product documents and their sections must exist.</summary>
    public bool ValidatePrd { get; init; } = true;

    /// <summary>Who writes them down, for the record; null for nobody in particular.</summary>
    public string? Agent { get; init; }

    /// <summary>Runs the operation.</summary>
    /// <returns>The first task in full and the names of all, or a refusal without effect.</returns>
    public async Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        var read = SpecReader.ReadNew(Text, Name);
        if (read.Data is not { } given)
            return read.Refusal!;
        if (given.Tasks.Length is 0 or > Most)
        {
            return new Refusal(
                "tasks-invalid", given.Tasks.IsEmpty ? $"{Name} holds no tasks." : $"{Name} holds {given.Tasks.Length} tasks; {Most} can be written at once.", "give a list of tasks, each with a title")
            {
                Details = new() { ["file"] = Name, ["count"] = given.Tasks.Length },
            };
        }

        return await NewTasks.WriteAsync(session, [.. given.Tasks.Select(Draft)], Agent, cancellation).ConfigureAwait(false);
    }

    private CreateTask Draft(TaskDefinition task) => new(task.Title)
    {
        Id = task.Id == default ? null : task.Id.Value,
        Description = task.Description,
        Priority = task.Priority,
        Status = task.Status is { } status ? new TaskStatusChange(StatusText.Of(status), Force, Reason) : null,
        DependsOn = [.. task.DependsOn.Select(id => id.Value)],
        Labels = task.Labels,
        Locks = task.Locks,
        AcceptanceCriteria = task.AcceptanceCriteria,
        Prd = task.Prd.IsEmpty ? null : PrdRequest.Of(task.Prd, ValidatePrd),
    };
}
