using System.Collections.Immutable;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read about agents.</summary>
internal static class AgentText
{
    /// <summary>A new agent.</summary>
    public static void Joined(Page page, JoinedAgent agent)
    {
        page.Line(agent.Resumed ? $"Back as agent {agent.AgentId}" : $"Registered as agent {agent.AgentId}", Ink.Bold);
        page.Field("Name", agent.DisplayName);
        page.Field("Role", agent.Role);
        page.Field("Capabilities", agent.Capabilities);
        page.Field("Claimable", $"{agent.Claimable}");
    }

    /// <summary>All agents.</summary>
    public static void List(Page page, AgentList list) => Table(page, list.Agents, "No agents have joined.");

    /// <summary>The agents that were looked for.</summary>
    public static void Found(Page page, FoundAgents found) => Table(page, found.Agents, "No agent matches.");

    private static void Table(Page page, ImmutableArray<AgentLine> agents, string none)
    {
        if (agents.IsEmpty)
        {
            page.Line(none, Ink.Dim);
            return;
        }

        page.Table(
            [new("ID"), new("STATUS", Ink: Status), new("NAME", Flexible: true), new("ROLE"), new("SEEN"), new("HOLDS", Flexible: true)],
            agents.Select(agent => new[]
            {
                agent.AgentId.Value,
                agent.Status,
                agent.DisplayName,
                agent.Role,
                page.Ago(agent.LastSeenAt),
                string.Join(' ', agent.Tasks.Select(task => task.Value)),
            }));
    }

    /// <summary>One agent.</summary>
    public static void Show(Page page, AgentDetails agent)
    {
        page.Line(agent.DisplayName is { Length: > 0 } name ? $"{agent.AgentId} - {name}" : agent.AgentId.Value, Ink.Bold);
        page.Field("Status", agent.Status, Status(agent.Status));
        page.Field("Role", agent.Role);
        page.Field("Capabilities", agent.Capabilities);
        foreach (var lease in agent.Leases)
            page.Field("Holds", $"{lease.TaskId}, fence {lease.Fence}, expires in {page.Until(lease.ExpiresAt)}{(lease.RunId is { } run ? $", for {run}" : "")}");
        page.Field("Unread", agent.Unread == 0 ? null : $"{agent.Unread} messages");
        page.Field("Last seen", page.Ago(agent.LastSeenAt));
        page.Field("Left", agent.LeftAt is { } left ? page.Ago(left) : null);
        foreach (var (key, value) in agent.SessionMeta)
            page.Field(key, value);
        if (agent.History.IsEmpty)
            return;
        page.Title("Held before").Table(
            [new("TASK"), new("ENDED"), new("WHY", Flexible: true)],
            agent.History.Select(lease => new[] { lease.TaskId.Value, page.Ago(lease.EndedAt), lease.EndReason }));
    }

    private static Ink Status(string status) => status == "active" ? Ink.Green : Ink.Dim;
}
