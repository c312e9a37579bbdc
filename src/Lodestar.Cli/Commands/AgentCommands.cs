using System.Collections.Immutable;
using System.CommandLine;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs about agents: join, list, find, show, heartbeat, leave.</summary>
internal static class AgentCommands
{
    /// <summary><c>lodestar agent join</c>.</summary>
    public static Verb Join()
    {
        var name = Inputs.Text("--name", "A name for people; it need not be unique.", "-n");
        var role = Inputs.Text("--role", "What it does, for example builder.", "-r");
        var capabilities = Inputs.Texts("--capability", "A word to find it by.", "-c");
        var model = Inputs.Text("--model", "The model behind it.", "-m");
        var tool = Inputs.Text("--tool", "The program it runs in.", "-t");
        var agent = Inputs.Text("--agent", "An agent that joined before and goes on. Default: LODESTAR_AGENT_ID, if it names one.", "-a");
        var fresh = Inputs.Flag("--new", "Register a new agent whatever LODESTAR_AGENT_ID says.");
        return new Verb<JoinedAgent>("join", "Registers an agent and gives it an id, or lets one go on.")
        {
            Accepts = [name, role, capabilities, model, tool, agent, fresh],
            About = Explanation.Changes(
                "Adds an agent to the runtime plane; one that joined before keeps its id and what it does not say anew.",
                "lodestar agent join --name ada --role builder",
                "export LODESTAR_AGENT_ID=$(lodestar agent join --json | jq -r .data.agent_id)"),
            Data = static () => PlaneJson.Default.JoinedAgent,
            Text = AgentText.Joined,
            Run = (given, cancellation) => given.InSessionAsync(
                new JoinAgent(new AgentProfile(
                    given.Get(name), given.Get(role), [.. given.All(capabilities)], Session(given.Get(model), given.Get(tool))))
                {
                    Named = given.Get(agent),
                    Remembered = given.Get(fresh) ? null : given.Context.Variable("LODESTAR_AGENT_ID"),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar agent list</c>.</summary>
    public static Verb List() => new Verb<AgentList>("list", "Lists agents, most recently seen first.")
    {
        Accepts = [Inputs.AgentOfPython()],
        About = Explanation.Reads("lodestar agent list", "lodestar agent list --json"),
        Data = static () => PlaneJson.Default.AgentList,
        Text = AgentText.List,
        Run = (given, cancellation) => given.InSessionAsync(new ListAgents().ExecuteAsync, cancellation),
    };

    /// <summary><c>lodestar agent show</c>.</summary>
    public static Verb Show()
    {
        var agent = Self();
        return new Verb<AgentDetails>("show", "Shows one agent, its leases and what it held before.")
        {
            Accepts = [agent],
            About = Explanation.Reads("lodestar agent show A1B2C3D4"),
            Data = static () => PlaneJson.Default.AgentDetails,
            Text = AgentText.Show,
            Run = (given, cancellation) => given.InSessionAsync(new ShowAgent(Named(given, agent)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar agent find</c>.</summary>
    public static Verb Find()
    {
        var capability = Inputs.Text("--capability", "Only agents with this capability, exactly.", "-c");
        var role = Inputs.Text("--role", "Only agents of this role, exactly.", "-r");
        return new Verb<FoundAgents>("find", "Finds agents by capability and role; both must hold when both are given.")
        {
            Accepts = [capability, role, Inputs.AgentOfPython()],
            About = Explanation.Reads("lodestar agent find --capability python", "lodestar agent find --capability python --role reviewer --json"),
            Data = static () => PlaneJson.Default.FoundAgents,
            Text = AgentText.Found,
            Run = (given, cancellation) => given.InSessionAsync(
                new FindAgents(given.Get(capability), given.Get(role)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar agent brief</c>.</summary>
    public static Verb Brief()
    {
        var task = new Argument<string>("task") { Description = "The task's id, for example F001.", Arity = ArgumentArity.ZeroOrOne };
        var named = Inputs.Text("--task", "The same.", "-t");
        var format = Inputs.Text("--format", $"One of {string.Join(", ", BriefText.Formats)}; generic when not given.", "-f");
        format.CompletionSources.Add([.. BriefText.Formats]);
        var agent = Inputs.Agent("For whom: its unread messages are added.");
        return new Verb<BriefedTask>("brief", "Writes a task down for the agent that is to take it up.")
        {
            Accepts = [task, named, format, agent],
            About = Explanation.Reads("lodestar agent brief F001", "lodestar agent brief --task F001 --format claude"),
            Data = static () => PlaneJson.Default.BriefedTask,
            Text = (page, brief) => page.Block(brief.FormattedOutput, ""),
            Run = (given, cancellation) => given.InSessionAsync(
                new BriefTask(
                    given.Get(task) ?? given.Get(named) ?? throw new UsageException("lodestar agent brief needs <task>.", "lodestar task list"),
                    given.Get(format) ?? "generic",
                    given.Agent(agent)).ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar agent heartbeat</c>.</summary>
    public static Verb Heartbeat()
    {
        var agent = Self();
        return new Verb<SeenAgent>("heartbeat", "Notes that an agent is at work now.")
        {
            Accepts = [agent],
            About = Explanation.Changes("Sets when the agent was last seen.", "lodestar agent heartbeat A1B2C3D4"),
            Data = static () => PlaneJson.Default.SeenAgent,
            Text = (page, data) => page.Line($"Agent {data.AgentId} is at work"),
            Run = (given, cancellation) => given.InSessionAsync(new HeartbeatAgent(Named(given, agent)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar agent leave</c>.</summary>
    public static Verb Leave()
    {
        var agent = Self();
        var reason = Inputs.Text("--reason", "Why, for the record.");
        return new Verb<LeftAgent>("leave", "Notes that an agent has left and gives back what it held.")
        {
            Accepts = [agent, reason],
            About = Explanation.Changes("Ends the agent's leases outside of runs; its id and history stay.", "lodestar agent leave A1B2C3D4"),
            Data = static () => PlaneJson.Default.LeftAgent,
            Text = (page, data) => page.Line($"Agent {data.AgentId} has left").Field("Released", data.Released.Select(task => task.Value)),
            Run = (given, cancellation) => given.InSessionAsync(
                new LeaveAgent(Named(given, agent), given.Get(reason)).ExecuteAsync, cancellation),
        };
    }

    private static Argument<string> Self() =>
        new("agent") { Description = "The agent's id. Default: LODESTAR_AGENT_ID.", Arity = ArgumentArity.ZeroOrOne };

    private static string? Named(Given given, Argument<string> agent) => given.Get(agent) ?? given.Context.Variable("LODESTAR_AGENT_ID");

    private static ImmutableSortedDictionary<string, string> Session(string? model, string? tool)
    {
        var session = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (model is not null)
            session["model"] = model;
        if (tool is not null)
            session["tool"] = tool;
        return session.ToImmutable();
    }
}
