using Lodestar.Core;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read when they ask about tasks.</summary>
internal static class TaskQueryText
{
    private const int DeepestIndent = 15;

    /// <summary>A task's status stands out by what it asks of the reader.</summary>
    public static Ink Status(string status) => status switch
    {
        "ready" => Ink.Green,
        "blocked" => Ink.Yellow,
        "done" => Ink.Cyan,
        "verified" or "deleted" => Ink.Dim,
        _ => Ink.Plain,
    };

    /// <summary>Tasks as a table.</summary>
    public static void List(Page page, TaskList list)
    {
        if (list.Count == 0)
        {
            page.Line("No tasks found.", Ink.Dim);
            return;
        }

        page.Table(
            [new("ID"), new("STATUS", Ink: Status), new("PRIO"), new("TITLE", Flexible: true), new("WAITS FOR", Flexible: true), new("HELD BY")],
            list.Tasks.Select(task => new[]
            {
                task.Id.Value,
                task.Status,
                $"{task.Priority}",
                task.Title,
                string.Join(' ', task.DependsOn.Select(id => id.Value)),
                task.ClaimedBy?.Value ?? "",
            }));
        if (list.Total > list.Count)
            page.Line($"{list.Total - list.Count} more match.", Ink.Dim);
    }

    /// <summary>One task in full.</summary>
    public static void Show(Page page, TaskDetails task)
    {
        page.Line($"{task.Id} - {task.Title}", Ink.Bold);
        page.Field("Status", task.Status, Status(task.Status));
        page.Field("Priority", $"{task.Priority}");
        page.Field("Labels", task.Labels);
        page.Field("Depends on", task.DependsOn.Select(id => task.UnmetDependencies.Contains(id) ? $"{id} (open)" : id.Value));
        page.Field("Locks", task.Locks);
        page.Field("Done by", task.CompletedBy);
        page.Field("Verified by", task.VerifiedBy);
        page.Field("PRD", task.Prd is { } prd ? string.Join(' ', [prd.Source, .. prd.Refs.Select(section => section.Anchor)]) : null);
        if (task.ClaimedBy is { } holder)
            page.Field("Held by", $"{holder.AgentId}, expires in {page.Until(holder.ExpiresAt)}{(holder.RunId is { } run ? $", for {run}" : "")}");
        if (task.Description.Length > 0)
            page.Title("Description").Block(task.Description);
        if (task.AcceptanceCriteria.Length > 0)
            page.Title("Done when").Bullets(task.AcceptanceCriteria);
        if (task.Communication.MessageCount > 0)
            page.Title("Thread").Line($"  {task.Communication.MessageCount} messages by {string.Join(", ", task.Communication.ParticipatingAgents)}");
        if (task.Claimable)
            page.Line().Line("It can be claimed now.", Ink.Green);
    }

    /// <summary>What a task is about.</summary>
    public static void Context(Page page, TaskContext context)
    {
        page.Line($"{context.TaskId} - {context.Title}", Ink.Bold);
        page.Field("PRD", context.PrdSource);
        page.Field("Sections", context.PrdRefs?.Select(section => section.Source == context.PrdSource ? section.Anchor : section.Source + section.Anchor) ?? []);
        if (!string.IsNullOrWhiteSpace(context.Content))
            page.Line().Block(context.Content.Trim('\n'));
        if (!context.AcceptanceCriteria.IsEmpty)
            page.Title("Done when").Bullets(context.AcceptanceCriteria);
        if (context.Truncated)
            page.Line().Line("Cut to fit; --max-chars gives more room.", Ink.Dim);
    }

    /// <summary>What can be claimed.</summary>
    public static void Next(Page page, ClaimableTasks next)
    {
        if (next.Tasks.IsEmpty)
        {
            page.Line(next.TotalClaimable == 0 ? "Nothing can be claimed now." : $"{Quantity.Of(next.TotalClaimable, "task")} can be claimed.", Ink.Dim);
            return;
        }

        page.Table(
            [new("ID"), new("PRIO"), new("TITLE", Flexible: true), new("LABELS", Flexible: true)],
            next.Tasks.Select(task => new[] { task.Id.Value, $"{task.Priority}", task.Title, string.Join(' ', task.Labels) }));
        if (next.TotalClaimable > next.Tasks.Length)
            page.Line($"{next.TotalClaimable - next.Tasks.Length} more can be claimed.", Ink.Dim);
    }

    /// <summary>Why a task can or cannot be claimed.</summary>
    public static void Why(Page page, TaskReasons reasons)
    {
        page.Line(reasons.Message, reasons.Claimable ? Ink.Green : Ink.Yellow);
        foreach (var link in reasons.Chain)
        {
            var waits = link.WaitsFor.IsEmpty ? "" : $", waits for {string.Join(", ", link.WaitsFor)}";
            var held = link.ClaimedBy is { } agent ? $", held by {agent}" : "";
            // From some depth on the tree is a column: a long chain must not be wider than it is long.
            page.Line($"{new string(' ', 2 * Math.Min(link.Depth, DeepestIndent))}{link.TaskId} is {link.Status}{held}{waits}");
        }

        if (reasons.Unblock.Length > 0)
            page.Title("What opens it").Bullets(reasons.Unblock);
    }
}
