using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Lanes;
using Lodestar.Core.Spec;
using Lodestar.Engine.Spec;

namespace Lodestar.Engine.Operations;

/// <summary>What every change of a definition is held against before it is written.</summary>
internal static class SpecChange
{
    /// <summary>Says why file patterns cannot be a file scope.</summary>
    internal static Refusal? CheckLocks(IEnumerable<string> locks)
    {
        foreach (var pattern in locks)
        {
            if (FileScope.Problem(pattern) is { } problem)
                return new("lock-invalid", problem, "write it relative to the repository root, for example src/auth/**") { Details = new() { ["lock"] = pattern } };
        }

        return null;
    }

    /// <summary>The refusal of a task without a title.</summary>
    internal static Refusal TitleNeeded { get; } = new("title-needed", "A task needs a title.", "add --title");

    /// <summary>Says which rule of the graph one of some tasks breaks. What is wrong elsewhere in the spec does not stand in the way
    /// of mending it; but as in the predecessor, nothing is added to a plan whose tasks wait for each other.</summary>
    /// <param name="document">The spec as it would be.</param>
    /// <param name="tasks">The tasks that change.</param>
    /// <param name="added">Whether they are new.</param>
    internal static Refusal? CheckGraph(SpecDocument document, IReadOnlySet<TaskId> tasks, bool added = false)
    {
        var findings = SpecCheck.Run(document.Index);
        var finding = findings.FirstOrDefault(found => tasks.Contains(found.Task) || found.Path.Any(tasks.Contains))
            ?? findings.FirstOrDefault(found => added && !found.Path.IsEmpty);
        return finding is null
            ? null
            : new(finding.Rule, finding.Message, "lodestar task graph --format text")
            {
                Details = new()
                {
                    ["task_id"] = finding.Task.Value,
                    ["dependency"] = finding.Dependency.Value,
                    ["path"] = new JsonArray([.. finding.Path.Select(id => (JsonNode)id.Value)]),
                },
            };
    }

    /// <summary>Reads task ids that a caller typed.</summary>
    internal static Refusal? CheckId(string text) => TaskId.Problem(text) is { } problem
        ? new("task-id-invalid", problem, "A task id is a short word such as F001.") { Details = new() { ["task_id"] = text } }
        : null;
}
