using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Storage;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Engine.Operations;

/// <summary>A status set by hand while creating or updating a task, past the usual way through claim, done and verify.</summary>
/// <param name="Word">The status wanted.</param>
/// <param name="Force">Whether the caller insists.</param>
/// <param name="Reason">Why; kept with the event.</param>
public sealed record TaskStatusChange(string Word, bool Force = false, string? Reason = null)
{
    /// <summary>Reads the status.</summary>
    /// <returns>Null, or the refusal <c>status-unknown</c> or <c>force-needed</c>.</returns>
    internal Refusal? Check(out TaskStatus status)
    {
        if (!StatusText.TryParse(Word, out status))
        {
            return new("status-unknown", $"\"{Word}\" is no status.", $"use one of {string.Join(", ", StatusText.All)}")
            {
                Details = new() { ["status"] = Word },
            };
        }

        var skips = status is TaskStatus.Done or TaskStatus.Verified or TaskStatus.Deleted;
        return skips && (!Force || string.IsNullOrWhiteSpace(Reason))
            ? new("force-needed", $"Setting a task {StatusText.Of(status)} by hand skips the evidence for it.", "add --force and --reason")
            {
                Details = new() { ["status"] = StatusText.Of(status) },
            }
            : null;
    }

    /// <summary>Records the status in the runtime plane and ends a live lease that it contradicts.</summary>
    internal static Task<Outcome<TaskState>> RecordAsync(
        EngineSession session, TaskDefinition task, TaskStatus status, string? reason, CancellationToken cancellation) =>
        session.DecideAsync<TaskState>(
            plane =>
            {
                var now = StoreTime.Rounded(plane.Now.Wall);
                var state = new TaskState(task.Id, status, DefinitionHash.Of(task), now)
                {
                    CompletedAt = status is TaskStatus.Done or TaskStatus.Verified ? now : null,
                    VerifiedAt = status is TaskStatus.Verified ? now : null,
                };
                plane.Store.SetTaskState(plane.Project, state);
                if (status != TaskStatus.Ready && plane.Board.LeaseOf(task.Id) is { } lease)
                    plane.Store.EndLease(lease.Id, "status");
                plane.Append(new("task.update")
                {
                    Task = task.Id,
                    Data = new JsonObject { ["status"] = StatusText.Of(status), ["reason"] = reason },
                });
                return state;
            },
            cancellation);
}
