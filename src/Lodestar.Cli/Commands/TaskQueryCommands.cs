using System.CommandLine.Completions;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that ask about tasks: list, show, next, why.</summary>
internal static class TaskQueryCommands
{
    /// <summary><c>lodestar task list</c>.</summary>
    public static Verb List()
    {
        var status = Inputs.Text("--status", $"Only tasks with this status: {string.Join(", ", StatusText.All)}.", "-s");
        status.CompletionSources.Add(_ => StatusText.All.Select(word => new CompletionItem(word)));
        var labels = Inputs.Texts("--label", "Only tasks with this label; repeated, with any of them.", "-l");
        var holder = Inputs.Text("--claimed-by", "Only tasks this agent holds now.");
        var limit = Inputs.Number("--limit", "At most so many.", "-n");
        var deleted = Inputs.Flag("--include-deleted", "Show deleted tasks too.");
        return new Verb<TaskList>("list", "Lists tasks, most urgent first.")
        {
            Accepts = [status, labels, holder, limit, deleted, Inputs.AgentOfPython()],
            About = Explanation.Reads("lodestar task list", "lodestar task list --status ready --label backend --json"),
            Data = static () => PlaneJson.Default.TaskList,
            Text = TaskQueryText.List,
            Run = (given, cancellation) => given.InSessionAsync(
                new ListTasks(given.Get(status), IncludeDeleted: given.Get(deleted))
                {
                    Labels = [.. given.All(labels)],
                    ClaimedBy = given.Get(holder),
                    Limit = given.Get(limit),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar task show</c>.</summary>
    public static Verb Show()
    {
        var task = Inputs.Task();
        return new Verb<TaskDetails>("show", "Shows everything known of one task.")
        {
            Accepts = [task, Inputs.AgentOfPython()],
            About = Explanation.Reads("lodestar task show F001", "lodestar task show F001 --json"),
            Data = static () => PlaneJson.Default.TaskDetails,
            Text = TaskQueryText.Show,
            Run = (given, cancellation) => given.InSessionAsync(new ShowTask(given.Get(task)!).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task context</c>.</summary>
    public static Verb Context()
    {
        var task = Inputs.Task();
        var limit = Inputs.Number("--max-chars", $"Characters of all texts together; {ReadContext.DefaultChars} when not given.", "-m");
        return new Verb<TaskContext>("context", "Tells what a task is about, with its sections of the product document.")
        {
            Accepts = [task, limit, Inputs.AgentOfPython()],
            About = Explanation.Reads("lodestar task context F001", "lodestar task context F001 --max-chars 8000 --json"),
            Data = static () => PlaneJson.Default.TaskContext,
            Text = TaskQueryText.Context,
            Run = (given, cancellation) => given.InSessionAsync(
                new ReadContext(given.Get(task)!, given.Get(limit) ?? ReadContext.DefaultChars).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task next</c>.</summary>
    public static Verb Next()
    {
        var count = Inputs.Number("--count", "At most so many; 1 when not given.", "-n");
        var agent = Inputs.Agent("Who asks, so that the claim offered is complete.");
        var labels = Inputs.Texts("--label", "Only tasks with this label.", "-l");
        var priority = Inputs.Number("--max-priority", "Only tasks at least this urgent: priority numbers up to this one.");
        var capabilities = Inputs.Texts("--capability", "Only tasks whose labels name this capability.", "-c");
        return new Verb<ClaimableTasks>("next", "Offers the most urgent tasks that can be claimed now.")
        {
            Accepts = [count, agent, labels, priority, capabilities],
            About = Explanation.Reads("lodestar task next", "lodestar task next --count 5 --label backend --json"),
            Data = static () => PlaneJson.Default.ClaimableTasks,
            Text = TaskQueryText.Next,
            Run = (given, cancellation) => given.InSessionAsync(
                new NextTasks(given.Get(count) ?? 1, given.Agent(agent))
                {
                    Labels = [.. given.All(labels)],
                    MaxPriority = given.Get(priority),
                    Capabilities = [.. given.All(capabilities)],
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar task why</c>.</summary>
    public static Verb Why()
    {
        var task = Inputs.Task();
        return new Verb<TaskReasons>("why", "Says why a task is, or is not, claimable now, and what would unblock it.")
        {
            Accepts = [task],
            About = Explanation.Reads("lodestar task why F003"),
            Data = static () => PlaneJson.Default.TaskReasons,
            Text = TaskQueryText.Why,
            Run = (given, cancellation) => given.InSessionAsync(new ExplainTask(given.Get(task)!).ExecuteAsync, cancellation),
        };
    }
}
