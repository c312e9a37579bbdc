using System.CommandLine;
using System.CommandLine.Completions;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that change and draw the plan: update, delete, restore, graph.</summary>
internal static class TaskPlanCommands
{
    /// <summary><c>lodestar task update</c>.</summary>
    public static Verb Update()
    {
        var task = Inputs.Task();
        var title = Inputs.Text("--title", "A new title.", "-t");
        var description = Inputs.Text("--description", "A new description; an empty one removes it.", "-d");
        var priority = Inputs.Number("--priority", "A new priority; lower first.", "-p");
        var status = new StatusInputs();
        var dependsOn = new ListInputs("depends-on", "a dependency");
        var labels = new ListInputs("label", "a label");
        var locks = new ListInputs("lock", "a file pattern");
        var criteria = new ListInputs("accept", "an acceptance criterion", "--accept", "-a");
        var prd = new PrdInputs();
        var agent = Inputs.Text("--agent", "Who changes it, for the record. Default: LODESTAR_AGENT_ID.");
        return new Verb<TaskDetails>("update", "Changes a task's definition, or its status by hand.")
        {
            Accepts =
            [
                task, title, description, priority, .. status.All,
                .. dependsOn.All, .. labels.All, .. locks.All, .. criteria.All, .. prd.All, agent,
            ],
            About = Explanation.Changes(
                "Changes the named fields in .lodestar/spec.yaml; every other byte of the file stays. A status is written to the runtime plane.",
                "lodestar task update F002 --priority 5 --add-depends-on F001",
                "lodestar task update F002 --status verified --force --reason \"merged by hand\""),
            Data = static () => PlaneJson.Default.TaskDetails,
            Text = (page, data) => page.Line($"Updated task {data.Id}", Ink.Bold).Field("Fields", data.UpdatedFields ?? []),
            Run = (given, cancellation) => given.InSessionAsync(
                new UpdateTask(given.Get(task)!)
                {
                    Title = given.Get(title),
                    Description = given.Get(description),
                    Priority = given.Get(priority),
                    Status = status.Read(given),
                    DependsOn = dependsOn.Read(given),
                    Labels = labels.Read(given),
                    Locks = locks.Read(given),
                    AcceptanceCriteria = criteria.Read(given),
                    Prd = prd.Read(given),
                    Agent = given.Agent(agent),
                }.ExecuteAsync,
                cancellation),
        };
    }

    /// <summary><c>lodestar task delete</c>.</summary>
    public static Verb Delete()
    {
        var task = Inputs.Task();
        var cascade = Inputs.Flag("--cascade", "Delete everything that depends on it, too.");
        var agent = Inputs.Agent("Who deletes it, for the record.");
        return new Verb<DeletedTasks>("delete", "Takes a task out of the plan; it can be restored.")
        {
            Accepts = [task, cascade, agent],
            About = Explanation.Changes(
                "Writes status: deleted to the task in .lodestar/spec.yaml; the definition stays. A live lease ends.",
                "lodestar task delete F001",
                "lodestar task delete F001 --cascade"),
            Data = static () => PlaneJson.Default.DeletedTasks,
            Text = TaskWorkText.Deleted,
            Run = (given, cancellation) => given.InSessionAsync(
                new DeleteTask(given.Get(task)!, given.Get(cascade), given.Agent(agent)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task restore</c>.</summary>
    public static Verb Restore()
    {
        var tasks = new Argument<string[]>("task") { Description = "The tasks' ids.", Arity = ArgumentArity.OneOrMore };
        var agent = Inputs.Agent("Who restores them, for the record.");
        return new Verb<RestoredTasks>("restore", "Takes deleted tasks back into the plan.")
        {
            Accepts = [tasks, agent],
            About = Explanation.Changes(
                "Removes status: deleted from the tasks in .lodestar/spec.yaml, all or none; their status of before shows again.",
                "lodestar task restore F001 F002"),
            Data = static () => PlaneJson.Default.RestoredTasks,
            Text = TaskWorkText.Restored,
            Run = (given, cancellation) => given.InSessionAsync(
                new RestoreTasks([.. given.Get(tasks)!], given.Agent(agent)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar task graph</c>.</summary>
    public static Verb Graph()
    {
        var format = Inputs.Text("--format", $"One of {string.Join(", ", GraphTasks.Formats)}; json when not given.", "-f");
        format.CompletionSources.Add(_ => GraphTasks.Formats.Select(word => new CompletionItem(word)));
        return new Verb<TaskGraphDrawing>("graph", "Draws tasks and dependencies, the same bytes for equal specs everywhere.")
        {
            Accepts = [format, Inputs.AgentOfPython()],
            About = Explanation.Reads("lodestar task graph", "lodestar task graph --format mermaid", "lodestar task graph --format dot | dot -Tsvg"),
            Data = static () => PlaneJson.Default.TaskGraphDrawing,
            Text = (page, graph) => page.Foreign(graph.Drawing ?? ""),
            Run = (given, cancellation) =>
            {
                // The JSON drawing is the envelope itself, asked for with --json or not.
                var word = given.Get(format) ?? "json";
                given.Context.Output.Json |= word == "json";
                return given.InSessionAsync(new GraphTasks(word).ExecuteAsync, cancellation);
            },
        };
    }
}
