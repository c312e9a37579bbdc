using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>What people read about agents.</summary>
internal static class AgentText
{
    /// <summary>A new agent.</summary>
    public static void Joined(Page page, JoinedAgent agent)
    {
        page.Line($"Registered as agent {agent.AgentId}", Ink.Bold);
        page.Field("Name", agent.DisplayName);
        page.Field("Role", agent.Role);
        page.Field("Capabilities", agent.Capabilities);
        page.Field("Claimable", $"{agent.Claimable}");
    }

    /// <summary>Agents as a table.</summary>
    public static void List(Page page, AgentList list)
    {
        if (list.Count == 0)
        {
            page.Line("No agents have joined.", Ink.Dim);
            return;
        }

        page.Table(
            [new("ID"), new("STATUS", Ink: Status), new("NAME", Flexible: true), new("ROLE"), new("SEEN"), new("HOLDS", Flexible: true)],
            list.Agents.Select(agent => new[]
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
    public static void Show(Page page, AgentLine agent)
    {
        page.Line(agent.DisplayName is { Length: > 0 } name ? $"{agent.AgentId} - {name}" : agent.AgentId.Value, Ink.Bold);
        page.Field("Status", agent.Status, Status(agent.Status));
        page.Field("Role", agent.Role);
        page.Field("Capabilities", agent.Capabilities);
        page.Field("Holds", agent.Tasks.Select(task => task.Value));
        page.Field("Last seen", page.Ago(agent.LastSeenAt));
        page.Field("Left", agent.LeftAt is { } left ? page.Ago(left) : null);
        foreach (var (key, value) in agent.SessionMeta)
            page.Field(key, value);
    }

    private static Ink Status(string status) => status == "active" ? Ink.Green : Ink.Dim;
}
