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
        : this([])
    {
    }

    /// <summary>Builds the part of the tree that some words name, as far as they name any; without words the whole one.</summary>
    /// <remarks>Every command pays for its tree, and most of them more than for their answer.</remarks>
    /// <param name="words">The first words of a command line, as <see cref="FirstWords"/> gives them.</param>
    public CommandTree(params IReadOnlyList<string> words)
    {
        // Not the library's own root and help option: the texts they bring, which we replace, cost every command the reading of its resources.
        Root = new Command(Name, "Runs many coding agents on one Git repository, unattended, without losing work.");
        Root.Options.Add(new Option<bool>("--help", "-h", "/h", "-?", "/?")
        {
            Description = "Show help and usage information",
            Recursive = true,
            Action = new HelpAction(),
        });
        foreach (var option in Global.All)
            Root.Options.Add(option);
        foreach (var part in Named(Parts(), words, 0))
            Root.Subcommands.Add(part.Create(words));
    }

    /// <summary>The options every command has.</summary>
    public GlobalOptions Global { get; } = new();

    /// <summary>The root.</summary>
    public Command Root { get; }

    /// <summary>Every leaf, the hidden ones too.</summary>
    public IEnumerable<Verb> Verbs => Leaves(Root);

    /// <summary>What <c>lodestar</c> alone runs.</summary>
    public Verb Alone => field ??= StatusCommand.Create();

    /// <summary>The first two words of a command line that may name a command; fewer when it is not certain which they are.</summary>
    public static IReadOnlyList<string> FirstWords(IReadOnlyList<string> args)
    {
        var words = new List<string>(2);
        for (var index = 0; index < args.Count && words.Count < 2; index++)
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
                    return words;
                case var word:
                    words.Add(word);
                    break;
            }
        }

        return words;
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
        string.Join(' ', Ancestors(command).Reverse().Append(command).Select(one => one.Name));

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
        Group("export", "Prints the project as data.", new Part("snapshot", SnapshotCommands.Export)),
        Group("import", "Restores a project from data.", new("snapshot", SnapshotCommands.Import), new("ledger", EvidenceCommands.Import)),
        TaskGroup(),
        Group(
            "agent",
            "Registers agents and shows who works.",
            new("join", AgentCommands.Join),
            new("list", AgentCommands.List),
            new("find", AgentCommands.Find),
            new("show", AgentCommands.Show),
            new("brief", AgentCommands.Brief),
            new("heartbeat", AgentCommands.Heartbeat),
            new("leave", AgentCommands.Leave)),
        Group(
            "msg",
            "Carries messages between agents.",
            new("send", MessageCommands.Send),
            new("thread", MessageCommands.Thread),
            new("inbox", MessageCommands.Inbox),
            new("wait", MessageCommands.Wait),
            new("search", MessageCommands.Search),
            new("mark-read", MessageCommands.MarkAsRead)),
        new("events", EventsCommand.Create),
        Group("mcp", "Serves agents over the Model Context Protocol.", new Part("serve", McpCommands.Serve)),
        new("plan", RunCommands.Plan),
        RunGroup(),
        new("resume", RunCommands.Resume),
        new("ps", RunQueryCommands.Processes),
        new("validate", EvidenceCommands.Validate),
        new("demo", DemoCommand.Create),
        new("__crash-labels", CrashLabelsCommand.Create),
        new("completion", CompletionCommand.Create),
        new("__complete", () => CompleteCommand.Create(this)),
    ];

    private static Part TaskGroup() => Group(
        "task",
        "Plans and works on tasks.",
        new("create", TaskCreateCommand.Create),
        new("update", TaskPlanCommands.Update),
        new("list", TaskQueryCommands.List),
        new("show", TaskQueryCommands.Show),
        new("context", TaskQueryCommands.Context),
        new("next", TaskQueryCommands.Next),
        new("why", TaskQueryCommands.Why),
        new("graph", TaskPlanCommands.Graph),
        new("claim", TaskWorkCommands.Claim),
        new("renew", TaskWorkCommands.Renew),
        new("release", TaskWorkCommands.Release),
        new("done", TaskWorkCommands.Done),
        new("verify", TaskWorkCommands.Verify),
        new("complete", TaskWorkCommands.Complete),
        new("delete", TaskPlanCommands.Delete),
        new("restore", TaskPlanCommands.Restore));

    /// <summary>The verb <c>run</c>, which has verbs below it.</summary>
    private static Part RunGroup()
    {
        Part[] verbs =
        [
            new("plan", RunCommands.Plan),
            new("resume", RunCommands.Resume),
            new("list", RunQueryCommands.List),
            new("show", RunQueryCommands.Show),
            new("watch", RunQueryCommands.Watch),
            new("log", RunQueryCommands.Log),
            new("explain", RunQueryCommands.Explain),
            new("diff", RunQueryCommands.Diff),
            new("replay", EvidenceCommands.Replay),
            new("receipts", EvidenceCommands.Receipts),
            new("pause", RunCommands.Pause),
            new("abort", RunCommands.Abort),
            new("retry", RunCommands.Retry),
            new("skip", RunCommands.Skip),
            new("integrate", RunCommands.Integrate),
        ];
        return new("run", words => RunCommands.Run([.. Named(verbs, words, 1).Select(verb => verb.Create(words))]));
    }

    private static Part Group(string name, string description, params Part[] verbs) => new(name, words =>
    {
        var group = new Command(name, description);
        foreach (var verb in Named(verbs, words, 1))
            group.Subcommands.Add(verb.Create(words));
        return group;
    });

    /// <summary>The part that the word at some place names; all of them when it names none.</summary>
    private static IEnumerable<Part> Named(Part[] parts, IReadOnlyList<string> words, int place) =>
        place < words.Count && Array.Find(parts, part => part.Name == words[place]) is { } named ? [named] : parts;

    private static IEnumerable<Verb> Leaves(Command command) =>
        command is Verb verb
            ? [verb, .. verb.Subcommands.SelectMany(Leaves)]
            : command.Subcommands.SelectMany(Leaves);

    private static Command? Parent(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    /// <summary>A command below the root, made when it is wanted: for a group, as much of it as the words of a command line name.</summary>
    private sealed record Part(string Name, Func<IReadOnlyList<string>, Command> Create)
    {
        internal Part(string name, Func<Command> create)
            : this(name, _ => create())
        {
        }
    }
}
