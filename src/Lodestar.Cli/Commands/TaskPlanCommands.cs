using System.CommandLine;
using System.CommandLine.Completions;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that write and draw the plan: create, update, graph.</summary>
internal static class TaskPlanCommands
{
    /// <summary><c>lodestar task create</c>.</summary>
    public static Verb Create()
    {
        var title = Inputs.Text("--title", "One line. Needed, unless tasks come --from a file.", "-t");
        var from = Inputs.Text(
            "--from", "Write all tasks of a file (- for standard input), in YAML or JSON as the spec holds them: all or none; ids are given where there are none.");
        var id = Inputs.Text("--id", "The id; the next free T number when not given.");
        var description = Inputs.Text("--description", "Free text.", "-d");
        var priority = Inputs.Number("--priority", $"Lower first; {TaskDefinition.DefaultPriority} when not given.", "-p");
        var status = new StatusInputs();
        var dependsOn = Inputs.Texts("--depends-on", "A task that must be verified first.");
        var labels = Inputs.Texts("--label", "A free word.", "-l");
        var locks = Inputs.Texts("--lock", "A pattern of files the task may touch.");
        var criteria = Inputs.Texts("--accept", "Something a reviewer checks.", "-a");
        var prd = new PrdInputs();
        var agent = Inputs.Text("--agent", "Who writes it down, for the record. Default: LODESTAR_AGENT_ID.");
        return new Verb<TaskDetails>("create", "Writes a new task into the spec.")
        {
            Accepts = [title, from, id, description, priority, .. status.All, dependsOn, labels, locks, criteria, .. prd.ForNew, agent],
            About = Explanation.Changes(
                "Adds the task to .lodestar/spec.yaml; every other byte of the file stays.",
                "lodestar task create --title \"Reset a forgotten password\" --depends-on F001 --accept \"A mail is sent\"",
                "lodestar task create --from tasks.yaml"),
            Data = PlaneJson.Default.TaskDetails,
            Text = (page, task) =>
            {
                if (task.Created is { } all)
                {
                    page.Line($"Created {all.Length} tasks", Ink.Bold).Bullets(all.Select(one => $"{one.Id} - {one.Title}"));
                    return;
                }

                page.Line($"Created task {task.Id}", Ink.Bold);
                page.Field("Title", task.Title).Field("Status", task.Status, TaskQueryText.Status(task.Status));
            },
            Run = (given, cancellation) => given.Has(from)
                ? given.InSessionAsync(Many(given).ExecuteAsync, cancellation)
                : given.InSessionAsync(One(given).ExecuteAsync, cancellation),
        };

        CreateTask One(Given given) => new(given.Get(title) ?? throw new UsageException("Option --title is missing.", "lodestar task create --title 'One line'"))
        {
            Id = given.Get(id),
            Description = given.Get(description) ?? "",
            Priority = given.Get(priority) ?? TaskDefinition.DefaultPriority,
            Status = status.Read(given),
            DependsOn = [.. given.All(dependsOn)],
            Labels = [.. given.All(labels)],
            Locks = [.. given.All(locks)],
            AcceptanceCriteria = [.. given.All(criteria)],
            Prd = prd.Read(given),
            Agent = given.Agent(agent),
        };

        CreateTasks Many(Given given)
        {
            Option[] alone = [title, id, description, priority, dependsOn, labels, locks, criteria];
            if (Array.Find(alone, given.Has) is { } other)
                throw new UsageException($"--from brings whole tasks; {other.Name} is about one.");
            var file = given.Get(from)!;
            var tasks = file == "-"
                ? new CreateTasks(given.Context.ReadInput(CreateTasks.MostBytes + 1), "standard input")
                : CreateTasks.OfFile(Path.GetFullPath(file, given.Context.Directory), file);
            return tasks with
            {
                Force = status.Force(given),
                Reason = status.Reason(given),
                ValidatePrd = !prd.Trusts(given),
                Agent = given.Agent(agent),
            };
        }
    }

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
            Data = PlaneJson.Default.TaskDetails,
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
            Data = PlaneJson.Default.DeletedTasks,
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
            Data = PlaneJson.Default.RestoredTasks,
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
            Accepts = [format],
            About = Explanation.Reads("lodestar task graph", "lodestar task graph --format mermaid", "lodestar task graph --format dot | dot -Tsvg"),
            Data = PlaneJson.Default.TaskGraphDrawing,
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
