using System.Collections.Immutable;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>Where the project stands.</summary>
internal sealed record StatusAnswer(
    string RepoRoot,
    string SpecPath,
    string RuntimePath,
    StatusAnswer.ProjectLine Project,
    StatusAnswer.CountLines Counts,
    ImmutableArray<RunId> ActiveRuns,
    ImmutableArray<StatusAnswer.Suggestion> SuggestedNextActions)
{
    /// <summary>The answer for a status.</summary>
    /// <param name="context">Where the planes are.</param>
    /// <param name="status">The status of an initialised project.</param>
    /// <param name="unread">Messages the caller has not read; 0 for a caller without identity.</param>
    public static StatusAnswer Of(ActionContext context, ProjectStatus status, long unread)
    {
        var (tasks, agents) = (status.Tasks!, status.Agents!);
        return new(
            context.Root.Value,
            context.Spec.Value,
            context.Runtime.Value,
            new(status.Project!.Name, status.Project.DefaultBranch),
            new(
                new(tasks.Total, tasks.ByStatus, tasks.Claimable),
                new(agents.Registered, agents.ActiveLeases),
                new(status.Messages!.Total, unread)),
            [.. status.Runs!.Active],
            [.. Suggest(tasks.Claimable, agents.Registered, unread)]);
    }

    private static IEnumerable<Suggestion> Suggest(int claimable, int agents, long unread)
    {
        if (agents == 0)
            yield return new("agent_join", "Register as an agent");
        if (unread > 0)
            yield return new("message_inbox", $"Read what others told you ({unread} unread)");
        if (claimable > 0)
            yield return new("task_next", $"Get next claimable task ({claimable} available)");
        yield return new("task_list", "See all tasks");
    }

    /// <summary>The project.</summary>
    internal sealed record ProjectLine(string Name, string DefaultBranch);

    /// <summary>How many of everything.</summary>
    internal sealed record CountLines(TaskCounts Tasks, AgentCounts Agents, MessageCounts Messages);

    /// <summary>Tasks.</summary>
    internal sealed record TaskCounts(int Total, StatusCounts ByStatus, int Claimable);

    /// <summary>Agents.</summary>
    internal sealed record AgentCounts(int Registered, int ActiveLeases);

    /// <summary>Messages.</summary>
    internal sealed record MessageCounts(long Total, long Unread);

    /// <summary>A tool that leads on.</summary>
    internal sealed record Suggestion(string Action, string Description);
}
