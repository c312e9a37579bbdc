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
    internal static void Record(PlaneChange plane, TaskDefinition task, TaskStatus status)
    {
        var now = StoreTime.Rounded(plane.Now.Wall);
        var lease = plane.Board.LeaseOf(task.Id);
        plane.Store.SetTaskState(plane.Project, new(task.Id, status, DefinitionHash.Of(task), now)
        {
            CompletedAt = status is TaskStatus.Done or TaskStatus.Verified ? now : null,
            VerifiedAt = status is TaskStatus.Verified ? now : null,
        });
        if (status != TaskStatus.Ready && lease is not null)
            plane.Store.EndLease(lease, "status");
    }
}
