using System.CommandLine;
using Lodestar.Core.Spec;
using Lodestar.Engine.Operations;

namespace Lodestar.Cli.Commands;

/// <summary>The verb that writes new tasks: one from its options, or many from a file.</summary>
internal sealed class TaskCreateCommand
{
    private readonly Option<string> title = Inputs.Text("--title", "One line. Needed, unless tasks come --from a file.", "-t");
    private readonly Option<string> from = Inputs.Text(
            "--from", "Write all tasks of a file (- for standard input), in YAML or JSON as the spec holds them: all or none; ids are given where there are none.");
    private readonly Option<string> id = Inputs.Text("--id", "The id; the next free T number when not given.");
    private readonly Option<string> description = Inputs.Text("--description", "Free text.", "-d");
    private readonly Option<int?> priority = Inputs.Number("--priority", $"Lower first; {TaskDefinition.DefaultPriority} when not given.", "-p");
    private readonly StatusInputs status = new();
    private readonly Option<string[]> dependsOn = Inputs.Texts("--depends-on", "A task that must be verified first.");
    private readonly Option<string[]> labels = Inputs.Texts("--label", "A free word.", "-l");
    private readonly Option<string[]> locks = Inputs.Texts("--lock", "A pattern of files the task may touch.");
    private readonly Option<string[]> criteria = Inputs.Texts("--accept", "Something a reviewer checks.", "-a");
    private readonly PrdInputs prd = new();
    private readonly Option<string> agent = Inputs.Text("--agent", "Who writes it down, for the record. Default: LODESTAR_AGENT_ID.");

    private TaskCreateCommand()
    {
    }

    /// <summary><c>lodestar task create</c>.</summary>
    public static Verb Create() => new TaskCreateCommand().Verb();

    private Verb<TaskDetails> Verb()
    {
        return new Verb<TaskDetails>("create", "Writes a new task into the spec.")
        {
            Accepts = [title, from, id, description, priority, .. status.All, dependsOn, labels, locks, criteria, .. prd.ForNew, agent],
            About = Explanation.Changes(
                "Adds the task to .lodestar/spec.yaml; every other byte of the file stays.",
                "lodestar task create --title \"Reset a forgotten password\" --depends-on F001 --accept \"A mail is sent\"",
                "lodestar task create --from tasks.yaml"),
            Data = static () => PlaneJson.Default.TaskDetails,
            Write = PlaneJson.Write,
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
    }

    private CreateTask One(Given given) => new(given.Get(title) ?? throw new UsageException("Option --title is missing.", "lodestar task create --title 'One line'"))
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

    private CreateTasks Many(Given given)
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
