using System.Collections.Immutable;
using Lodestar.Core.Spec;
using TaskStatus = Lodestar.Core.Spec.TaskStatus;

namespace Lodestar.Core.Planes;

/// <summary>Why a task is, or is not, claimable now: everything it waits for, however far away, and what would open it.</summary>
/// <param name="Refusal">What a claim would be refused with; null when it would succeed.</param>
/// <param name="Chain">All tasks in its way, nearest first.</param>
/// <param name="Roots">Those of the chain that wait for no other: where somebody has to act.</param>
public sealed record Explanation(Refusal? Refusal, ImmutableArray<ChainLink> Chain, ImmutableArray<ChainLink> Roots)
{
    /// <summary>Explains a task of a board.</summary>
    public static Explanation Of(TaskBoard board, TaskDefinition task)
    {
        var chain = new List<ChainLink>();
        var seen = new HashSet<TaskId> { task.Id };
        var level = board.UnmetOf(task).Where(seen.Add).ToList();
        for (var depth = 1; level.Count > 0; depth++)
        {
            var links = level.Order().Select(id => Link(board, id, depth)).ToList();
            chain.AddRange(links);
            level = [.. links.SelectMany(link => link.WaitsFor).Where(seen.Add)];
        }

        return new(LeaseRules.Claim(board, task), [.. chain], [.. chain.Where(link => link.WaitsFor.IsEmpty)]);
    }

    private static ChainLink Link(TaskBoard board, TaskId id, int depth)
    {
        if (board.Find(id) is not { } task)
            return new(id, null, depth, [], null);

        // What is done or withdrawn does not wait for its dependencies any more.
        var status = board.StatusOf(task);
        var waits = status is TaskStatus.Done or TaskStatus.Deleted ? [] : board.UnmetOf(task);
        return new(id, status, depth, waits, board.LeaseOf(id));
    }
}

/// <summary>One task in another's way.</summary>
/// <param name="Task">The task.</param>
/// <param name="Status">Its status; null when the spec has no such task.</param>
/// <param name="Depth">1 for a direct dependency.</param>
/// <param name="WaitsFor">What it waits for itself.</param>
/// <param name="Lease">Who is working on it, or null.</param>
public sealed record ChainLink(TaskId Task, TaskStatus? Status, int Depth, ImmutableArray<TaskId> WaitsFor, Lease? Lease);
