using System.CommandLine;
using System.Globalization;
using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Runs;

namespace Lodestar.Cli.Commands;

/// <summary>What <c>run</c> and <c>plan</c> accept: one set of options, so that a plan shows what a run would do.</summary>
internal sealed class RunInputs
{
    private readonly Option<string[]> tasks = Inputs.Texts("--task", "Only this task.", "-t");
    private readonly Option<string> mission = Inputs.Text("--mission", "Only the tasks of this mission.");
    private readonly Option<string> label = Inputs.Text("--label", "Only tasks with this label.", "-l");
    private readonly Option<int?> lanes = Inputs.Number("--lanes", "Tasks worked on at once.");
    private readonly Option<string> profile = Inputs.Text("--profile", "The builder's profile in the charter.");
    private readonly Option<string> command = Inputs.Text(
        "--agent-cmd", "The builder: program and arguments, split as a shell would. {briefing_file}, {prompt}, {task_id} and {workspace} are filled in.");
    private readonly Option<string[]> checks = Inputs.Texts("--check", "A command that must pass, run by /bin/sh -c; replaces the charter's.");
    private readonly Option<int?> attempts = Inputs.Number("--max-attempts", "Failed attempts after which a task fails.");
    private readonly Option<string> budget = Inputs.Text("--budget-usd", "Money the run may spend; it pauses when it is used up.");
    private readonly Option<string> from = Inputs.Text("--base", "The branch to start from, if not the one checked out.");

    /// <summary>All of them.</summary>
    public IReadOnlyList<Symbol> All => [tasks, mission, label, lanes, profile, command, checks, attempts, budget, from];

    /// <summary>What was asked for.</summary>
    public RunRequest Read(Given given) => new()
    {
        Tasks = [.. given.All(tasks).Select(id => new TaskId(id))],
        Mission = given.Get(mission),
        Label = given.Get(label),
        Profile = given.Get(profile),
        AgentCommand = given.Get(command),
        Checks = [.. given.All(checks)],
        Base = given.Get(from),
        Policy = new PolicyValues
        {
            Lanes = Positive(lanes, given.Get(lanes)),
            MaxAttempts = Positive(attempts, given.Get(attempts)),
            BudgetUsd = Money(given.Get(budget)),
        },
    };

    /// <summary>The run a verb is about; the verb finds it when it is not given.</summary>
    public static Argument<string?> Run() => new("run")
    {
        Description = "The run; the only one that can be meant when left out.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The run a verb about a task is about.</summary>
    public static Option<string> RunOption() => Inputs.Text("--run", "The run; the only one that can be meant when left out.");

    /// <summary>Reads a run's id.</summary>
    /// <exception cref="RefusedException">It is of no run's form, and so of no run.</exception>
    public static RunId? Id(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return RunId.Parse(text);
        }
        catch (FormatException)
        {
            throw new RefusedException(new Refusal("run-unknown", $"This project has no run {text}.", "lodestar run list"));
        }
    }

    /// <summary>Who a person at a terminal is in ledgers.</summary>
    public static string Actor(Given given) => given.Context.Variable("LODESTAR_AGENT_ID") is { Length: > 0 } agent ? agent : "operator";

    /// <summary>A number that must be at least one.</summary>
    public static int? Positive(Option option, int? number) => number is < 1
        ? throw new UsageException($"Option {option.Name} takes a number from 1, not {number}.", "lodestar run --help")
        : number;

    private static decimal? Money(string? text)
    {
        if (text is null)
            return null;
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var money) && money > 0
            ? money
            : throw new UsageException($"Option --budget-usd takes an amount such as 20 or 2.50, not \"{text}\".", "lodestar run --help");
    }
}
