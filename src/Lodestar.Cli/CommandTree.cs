using System.CommandLine;
using System.CommandLine.Help;
using Lodestar.Cli.Commands;

namespace Lodestar.Cli;

/// <summary>Every command there is. A verb is declared in its own file under <c>Commands/</c> and listed here.</summary>
internal sealed class CommandTree
{
    /// <summary>The program's name.</summary>
    public const string Name = "lodestar";

    /// <summary>Builds the whole tree.</summary>
    public CommandTree()
        : this(null)
    {
    }

    /// <summary>Builds the part of the tree that a first word names; the whole one when it names none.</summary>
    /// <remarks>Every command pays for its tree, and most of them more than for their answer.</remarks>
    /// <param name="only">The first word, or null.</param>
    public CommandTree(string? only)
    {
        Root = new RootCommand("Runs many coding agents on one Git repository, unattended, without losing work.");
        Root.Options.Clear();
        Root.Directives.Clear();
        Root.Options.Add(new HelpOption());
        foreach (var option in Global.All)
            Root.Options.Add(option);
        var parts = Parts();
        foreach (var part in parts.Any(part => part.Name == only) ? parts.Where(part => part.Name == only) : parts)
            Root.Subcommands.Add(part.Create());
    }

    /// <summary>The options every command has.</summary>
    public GlobalOptions Global { get; } = new();

    /// <summary>The root.</summary>
    public RootCommand Root { get; }

    /// <summary>Every leaf, the hidden ones too.</summary>
    public IEnumerable<Verb> Verbs => Leaves(Root);

    /// <summary>What <c>lodestar</c> alone runs.</summary>
    public Verb Alone => field ??= StatusCommand.Create();

    /// <summary>The word of a command line that names a command below the root; null when it is not certain which it is.</summary>
    public static string? FirstWord(IReadOnlyList<string> args)
    {
        for (var index = 0; index < args.Count; index++)
        {
            switch (args[index])
            {
                case "-C" or "--repo":
                    index++;
                    break;
                case "--json" or "--no-color":
                    break;
                case ['-', ..]:
                case ['_', ..]: // Completion answers for the whole tree.
                    return null;
                case var word:
                    return word;
            }
        }

        return null;
    }

    /// <summary>Whether a command line asks for the version for certain, and for nothing else.</summary>
    public static bool OnlyAsksForVersion(IReadOnlyList<string> args)
    {
        var seen = new HashSet<string>();
        for (var index = 0; index < args.Count; index++)
        {
            var option = args[index] switch { "-v" => "--version", "--repo" => "-C", var other => other };
            if (option is not ("--version" or "-C" or "--json" or "--no-color") || !seen.Add(option))
                return false;
            if (option == "-C" && (++index == args.Count || args[index] is "" or ['-', ..]))
                return false;
        }

        return seen.Contains("--version");
    }

    /// <summary>The whole command as typed: the names from the root down.</summary>
    public static string NameOf(Command command) =>
        string.Join(' ', Ancestors(command).Reverse().Append(command).Select(one => one is RootCommand ? Name : one.Name));

    /// <summary>The commands above, nearest first.</summary>
    public static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = Parent(command); parent is not null; parent = Parent(parent))
            yield return parent;
    }

    private Part[] Parts() =>
    [
        new("init", InitCommand.Create),
        new("status", () => Alone),
        new("doctor", DoctorCommand.Create),
        new("reset", ResetCommand.Create),
        new("export", () => Group("export", "Prints the project as data.", SnapshotCommands.Export())),
        new("import", () => Group("import", "Restores a project from data.", SnapshotCommands.Import(), EvidenceCommands.Import())),
        new("task", TaskGroup),
        new("agent", () => Group(
            "agent",
            "Registers agents and shows who works.",
            AgentCommands.Join(),
            AgentCommands.List(),
            AgentCommands.Find(),
            AgentCommands.Show(),
            AgentCommands.Brief(),
            AgentCommands.Heartbeat(),
            AgentCommands.Leave())),
        new("msg", () => Group(
            "msg",
            "Carries messages between agents.",
            MessageCommands.Send(),
            MessageCommands.Thread(),
            MessageCommands.Inbox(),
            MessageCommands.Wait(),
            MessageCommands.Search(),
            MessageCommands.MarkAsRead())),
        new("events", EventsCommand.Create),
        new("mcp", () => Group("mcp", "Serves agents over the Model Context Protocol.", McpCommands.Serve())),
        new("plan", RunCommands.Plan),
        new("run", RunGroup),
        new("resume", RunCommands.Resume),
        new("ps", RunQueryCommands.Processes),
        new("validate", EvidenceCommands.Validate),
        new("demo", DemoCommand.Create),
        new("__crash-labels", CrashLabelsCommand.Create),
        new("completion", CompletionCommand.Create),
        new("__complete", () => CompleteCommand.Create(this)),
    ];

    private static Command TaskGroup() => Group(
        "task",
        "Plans and works on tasks.",
        TaskCreateCommand.Create(),
        TaskPlanCommands.Update(),
        TaskQueryCommands.List(),
        TaskQueryCommands.Show(),
        TaskQueryCommands.Context(),
        TaskQueryCommands.Next(),
        TaskQueryCommands.Why(),
        TaskPlanCommands.Graph(),
        TaskWorkCommands.Claim(),
        TaskWorkCommands.Renew(),
        TaskWorkCommands.Release(),
        TaskWorkCommands.Done(),
        TaskWorkCommands.Verify(),
        TaskWorkCommands.Complete(),
        TaskPlanCommands.Delete(),
        TaskPlanCommands.Restore());

    private static Command RunGroup() => RunCommands.Run(
        RunCommands.Plan(),
        RunCommands.Resume(),
        RunQueryCommands.List(),
        RunQueryCommands.Show(),
        RunQueryCommands.Watch(),
        RunQueryCommands.Log(),
        RunQueryCommands.Explain(),
        RunQueryCommands.Diff(),
        EvidenceCommands.Replay(),
        EvidenceCommands.Receipts(),
        RunCommands.Pause(),
        RunCommands.Abort(),
        RunCommands.Retry(),
        RunCommands.Skip(),
        RunCommands.Integrate());

    private static Command Group(string name, string description, params IReadOnlyList<Verb> verbs)
    {
        var group = new Command(name, description);
        foreach (var verb in verbs)
            group.Subcommands.Add(verb);
        return group;
    }

    private static IEnumerable<Verb> Leaves(Command command) =>
        command is Verb verb
            ? [verb, .. verb.Subcommands.SelectMany(Leaves)]
            : command.Subcommands.SelectMany(Leaves);

    private static Command? Parent(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    /// <summary>A command below the root, made when it is wanted.</summary>
    private sealed record Part(string Name, Func<Command> Create);
}
