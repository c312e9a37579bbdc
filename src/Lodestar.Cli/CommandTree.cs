using System.CommandLine;
using System.CommandLine.Help;
using Lodestar.Cli.Commands;

namespace Lodestar.Cli;

/// <summary>Every command there is. A verb is declared in its own file under <c>Commands/</c> and listed here.</summary>
internal sealed class CommandTree
{
    /// <summary>The program's name.</summary>
    public const string Name = "lodestar";

    /// <summary>Builds the tree.</summary>
    public CommandTree()
    {
        Root = new RootCommand("Runs many coding agents on one Git repository, unattended, without losing work.");
        Root.Options.Clear();
        Root.Directives.Clear();
        Root.Options.Add(new HelpOption());
        foreach (var option in Global.All)
            Root.Options.Add(option);
        Root.Subcommands.Add(InitCommand.Create());
        Root.Subcommands.Add(Alone);
        Root.Subcommands.Add(DoctorCommand.Create());
        Root.Subcommands.Add(ResetCommand.Create());
        Root.Subcommands.Add(Group("export", "Prints the project as data.", SnapshotCommands.Export()));
        Root.Subcommands.Add(Group("import", "Restores a project from data.", SnapshotCommands.Import(), EvidenceCommands.Import()));
        Root.Subcommands.Add(Group(
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
            TaskPlanCommands.Restore()));
        Root.Subcommands.Add(Group(
            "agent",
            "Registers agents and shows who works.",
            AgentCommands.Join(),
            AgentCommands.List(),
            AgentCommands.Find(),
            AgentCommands.Show(),
            AgentCommands.Brief(),
            AgentCommands.Heartbeat(),
            AgentCommands.Leave()));
        Root.Subcommands.Add(Group(
            "msg",
            "Carries messages between agents.",
            MessageCommands.Send(),
            MessageCommands.Thread(),
            MessageCommands.Inbox(),
            MessageCommands.Wait(),
            MessageCommands.Search(),
            MessageCommands.MarkAsRead()));
        Root.Subcommands.Add(EventsCommand.Create());
        Root.Subcommands.Add(Group("mcp", "Serves agents over the Model Context Protocol.", McpCommands.Serve()));
        Root.Subcommands.Add(RunCommands.Plan());
        Root.Subcommands.Add(RunCommands.Run(
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
            RunCommands.Integrate()));
        Root.Subcommands.Add(RunCommands.Resume());
        Root.Subcommands.Add(RunQueryCommands.Processes());
        Root.Subcommands.Add(DemoCommand.Create());
        Root.Subcommands.Add(CrashLabelsCommand.Create());
        Root.Subcommands.Add(CompletionCommand.Create());
        Root.Subcommands.Add(CompleteCommand.Create(this));
    }

    /// <summary>The options every command has.</summary>
    public GlobalOptions Global { get; } = new();

    /// <summary>The root.</summary>
    public RootCommand Root { get; }

    /// <summary>Every leaf, the hidden ones too.</summary>
    public IEnumerable<Verb> Verbs => Leaves(Root);

    /// <summary>What <c>lodestar</c> alone runs.</summary>
    public Verb Alone { get; } = StatusCommand.Create();

    /// <summary>The whole command as typed: the names from the root down.</summary>
    public static string NameOf(Command command) =>
        string.Join(' ', Ancestors(command).Reverse().Append(command).Select(one => one is RootCommand ? Name : one.Name));

    /// <summary>The commands above, nearest first.</summary>
    public static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = Parent(command); parent is not null; parent = Parent(parent))
            yield return parent;
    }

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
}
