using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Planes;
using Lodestar.Core.Policy;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>Says when a task may touch files that are being worked on: as advice, or as a refusal where policy wants it. A
/// run's own schedule enforces it in any case.</summary>
internal static class LockOverlap
{
    /// <summary>Holds a claim against the tasks in work.</summary>
    /// <param name="session">The project.</param>
    /// <param name="board">The tasks before the claim.</param>
    /// <param name="task">The task to be claimed.</param>
    /// <param name="agent">Who claims it; its own work never keeps it out.</param>
    /// <param name="forced">Whether the caller insists; then nothing is warned of.</param>
    /// <param name="reason">Why, or null.</param>
    /// <returns>A refusal, or warnings.</returns>
    internal static (Refusal? Refusal, IReadOnlyList<Warning> Warnings) Check(
        EngineSession session, TaskBoard board, TaskDefinition task, AgentId agent, bool forced, string? reason)
    {
        var overlaps = Overlapping(board, task).ToList();
        if (overlaps.Exists(lease => lease.Agent != agent))
        {
            var rule = Rule(session);
            if (rule.Refusal is { } bad)
                return (bad, []);
            if (rule.Value == LockOverlapRule.Refuse && !(forced && !string.IsNullOrWhiteSpace(reason)))
                return (Refuse(task, [.. overlaps.Where(lease => lease.Agent != agent)], forced), []);
        }

        return (null, forced ? [] : [.. overlaps.Select(lease => new Warning("lock-overlap", Sentence(task, lease, agent)))]);
    }

    private static IEnumerable<Lease> Overlapping(TaskBoard board, TaskDefinition task)
    {
        // A task that names no files may touch any; warning about it against everything would only be noise.
        if (task.Locks.IsEmpty)
            return [];
        var scope = FileScope.Of(task.Locks);
        return board.Leases.Where(lease =>
            lease.Task != task.Id && board.Find(lease.Task) is { Locks.IsEmpty: false } other && scope.Overlaps(FileScope.Of(other.Locks)));
    }

    private static (LockOverlapRule Value, Refusal? Refusal) Rule(EngineSession session)
    {
        var files = new CharterFile(session.Context.Root.Value);
        var charter = files.Load();
        if (charter.Data is null)
            return (default, charter.Refusal);
        var local = files.LoadLocal();
        if (local.Data is null)
            return (default, local.Refusal);
        return PolicyKey.ReadEnvironment(session.World.Variable, out var environment) is { } bad
            ? (default, bad)
            : (environment.LockOverlap ?? local.Data.Policy.LockOverlap ?? charter.Data.Policy.LockOverlap ?? LockOverlapRule.Warn, null);
    }

    private static string Sentence(TaskDefinition task, Lease lease, AgentId agent) => lease.Agent == agent
        ? $"Task {lease.Task}, which {agent} holds too, may touch the same files as {task.Id}."
        : $"Task {lease.Task}, held by {lease.Agent}, may touch the same files as {task.Id}.";

    private static Refusal Refuse(TaskDefinition task, List<Lease> others, bool forced) => new(
        "scope-overlap",
        $"Task {task.Id} may touch the same files as {string.Join(", ", others.Select(lease => $"{lease.Task}, held by {lease.Agent}"))}.",
        forced ? "Say why with --reason." : "lodestar task next")
    {
        Details = new JsonObject
        {
            ["task_id"] = task.Id.Value,
            ["overlaps"] = new JsonArray(
            [
                .. others.Select(lease => (JsonNode)new JsonObject
                {
                    ["task_id"] = lease.Task.Value,
                    ["holder"] = lease.Agent.Value,
                    ["expires_at"] = lease.Expiry.Wall.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture),
                }),
            ]),
        },
    };
}
