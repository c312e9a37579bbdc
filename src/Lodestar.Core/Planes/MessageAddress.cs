namespace Lodestar.Core.Planes;

/// <summary>Whom a message is for, as a caller names it.</summary>
/// <param name="Task">The thread, or null.</param>
/// <param name="Agent">The only recipient, or null.</param>
/// <param name="Everybody">Whether it is for all agents.</param>
public readonly record struct MessageAddress(string? Task, string? Agent, bool Everybody)
{
    /// <summary>The word for everybody.</summary>
    public const string All = "all";

    private const string TaskMark = "task:";
    private const string AgentMark = "agent:";

    /// <summary>A task's id with or without the mark in front of it.</summary>
    public static string TaskIn(string text) => text.StartsWith(TaskMark, StringComparison.Ordinal) ? text[TaskMark.Length..] : text;

    /// <summary>Reads an address from the two places a caller may give it in.</summary>
    /// <param name="task">The thread, or null.</param>
    /// <param name="to"><c>agent:ID</c>, <c>task:ID</c>, <c>all</c>, an agent's id, or null.</param>
    /// <param name="address">The address.</param>
    /// <returns>Null, or the refusal <c>message-invalid</c>.</returns>
    public static Refusal? TryParse(string? task, string? to, out MessageAddress address)
    {
        address = new(task is null ? null : TaskIn(task), null, false);
        if (to is null)
        {
            return task is null
                ? new Refusal("message-invalid", "A message needs a task or an agent it is for.", "Give --task, or --to with agent:ID, task:ID or all.")
                : null;
        }

        if (to.StartsWith(TaskMark, StringComparison.Ordinal))
        {
            if (task is not null && TaskIn(task) != TaskIn(to))
                return new Refusal("message-invalid", $"The message is addressed to two threads, {TaskIn(task)} and {TaskIn(to)}.", "Name one of them.");
            address = address with { Task = TaskIn(to) };
        }
        else if (to == All)
        {
            if (task is not null)
                return new Refusal("message-invalid", "A message is for a task's thread or for all, not for both.", "Leave out --task, or --to all.");
            address = address with { Everybody = true };
        }
        else
        {
            address = address with { Agent = to.StartsWith(AgentMark, StringComparison.Ordinal) ? to[AgentMark.Length..] : to };
        }

        return null;
    }
}
