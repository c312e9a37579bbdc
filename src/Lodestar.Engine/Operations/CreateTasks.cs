using System.Collections.Immutable;
using System.Text;
using Lodestar.Core;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;
using Lodestar.Engine.Storage;

namespace Lodestar.Engine.Operations;

/// <summary>Writes many new tasks into the spec, all or none. Ids are given where there are none, and tasks may depend on
/// each other in any order.</summary>
/// <param name="Text">The tasks as the spec would hold them, in YAML or JSON.</param>
/// <param name="Name">What the text is called in messages.</param>
public sealed record CreateTasks(string Text, string Name)
{
    /// <summary>More tasks at once are refused.</summary>
    public const int Most = 10_000;

    /// <summary>A longer text is refused.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Insists on statuses that have a verb of their own.</summary>
    public bool Force { get; init; }

    /// <summary>Why they are forced.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether product documents and their sections must exist.</summary>
    public bool ValidatePrd { get; init; } = true;

    /// <summary>Who writes them down, for the record; null for nobody in particular.</summary>
    public string? Agent { get; init; }

    /// <summary>The tasks a file holds.</summary>
    /// <param name="path">The file's absolute path.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <exception cref="RefusedException">There is no such file, or it is too long.</exception>
    /// <exception cref="EnvironmentException">It cannot be read.</exception>
    public static CreateTasks OfFile(string path, string name)
    {
        using var file = EvidenceFile.OpenRead(path);
        var bytes = new byte[(int)Math.Min(file.Length, MostBytes + 1L)];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return new(Encoding.UTF8.GetString(bytes, 0, length), name);
    }

    /// <summary>Runs the operation.</summary>
    /// <returns>The first task in full and the names of all, or a refusal without effect.</returns>
    public async Task<Outcome<TaskDetails>> ExecuteAsync(EngineSession session, CancellationToken cancellation)
    {
        if (Text.Length > MostBytes)
            return new Refusal("tasks-invalid", $"{Name} is longer than {MostBytes / 1024 / 1024} MiB.", "write the tasks in several parts");
        var read = SpecReader.ReadNew(Text.StartsWith('\uFEFF') ? Text[1..] : Text, Name);
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
