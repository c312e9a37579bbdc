using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Planes;
using Lodestar.Core.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Warns when a task may touch files that somebody else is working on. Between agents this is advice; a run's
/// schedule enforces it.</summary>
internal static class LockOverlap
{
    /// <summary>One warning for every task in work whose file scope overlaps.</summary>
    internal static IReadOnlyList<Warning> Warnings(TaskBoard board, TaskDefinition task)
    {
        // A task that names no files may touch any; warning about it against everything would only be noise.
        if (task.Locks.IsEmpty)
            return [];
        var scope = FileScope.Of(task.Locks);
        return
        [
            .. from lease in board.Leases
               let other = board.Find(lease.Task)
               where lease.Task != task.Id && !other.Locks.IsEmpty && scope.Overlaps(FileScope.Of(other.Locks))
               select new Warning(
                   "lock-overlap", $"Task {lease.Task}, held by {lease.Agent}, may touch the same files as {task.Id}."),
        ];
    }
}
