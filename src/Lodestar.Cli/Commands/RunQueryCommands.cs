using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Runs;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that look at runs and change nothing.</summary>
internal static class RunQueryCommands
{
    /// <summary><c>lodestar run list</c>.</summary>
    public static Verb List() => new Verb<RunList>("list", "Lists the project's runs, newest first.")
    {
        About = Explanation.Reads("lodestar run list"),
        Data = static () => RunViewJson.Default.RunList,
        Text = RunText.List,
        Run = (given, cancellation) => given.AtDeskAsync(new ListRuns().ExecuteAsync, cancellation),
    };

    /// <summary><c>lodestar run show</c>.</summary>
    public static Verb Show()
    {
        var run = RunInputs.Run();
        return new Verb<RunView>("show", "Shows a run as its ledger tells it, at any time, from any directory.")
        {
            Accepts = [run],
            About = Explanation.Reads("lodestar run show", "lodestar run show --json"),
            Data = static () => RunViewJson.Default.RunView,
            Text = RunText.Show,
            Run = (given, cancellation) => given.AtDeskAsync(new ShowRun(RunInputs.Id(given.Get(run))).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar run watch</c>.</summary>
    public static Verb Watch()
    {
        var run = RunInputs.Run();
        return new Verb<RunView>("watch", "Tells what happens in a run until it stops.")
        {
            Accepts = [run],
            About = Explanation.Reads("lodestar run watch", "lodestar run watch --json"),
            Data = static () => RunViewJson.Default.RunView,
            Text = RunText.Show,
            Run = (given, cancellation) => given.AtDeskAsync(
                (desk, token) => new WatchRun(RunInputs.Id(given.Get(run))).ExecuteAsync(
                    desk, (entries, state) => RunDrives.Tell(given.Context, entries, state), token),
                cancellation),
        };
    }

    /// <summary><c>lodestar run log</c>.</summary>
    public static Verb Log()
    {
        var run = RunInputs.Run();
        var task = Inputs.Text("--task", "Only what is about this task.", "-t");
        var after = Inputs.LongNumber("--after", "Only what came after this sequence number.");
        var lines = Inputs.Flag("--ndjson", "The ledger's own lines, and nothing else.");
        var agent = Inputs.Text("--agent", "The output of one agent, or of one process, in place of the ledger.", "-a");
        var follow = Inputs.Flag("--follow", "Go on until the run, or the process, ends.", "-f");
        return new Verb<RunLog>("log", "Reads what happened in a run, or what one agent said.")
        {
            Accepts = [run, task, after, lines, agent, follow],
            EndsWithReader = true,
            About = Explanation.Reads("lodestar run log", "lodestar run log --ndjson", "lodestar run log --agent A1B2C3D4 --follow"),
            Data = static () => RunViewJson.Default.RunLog,
            Text = RunText.Log,
            Run = (given, cancellation) => given.AtDeskAsync(
                (desk, token) => ReadAsync(
                    given,
                    desk,
                    new ReadRunLog(RunInputs.Id(given.Get(run)), given.Get(after) ?? 0, given.Get(task) is { } id ? new TaskId(id) : null)
                    {
                        Agent = given.Get(agent),
                        LinesOnly = given.Get(lines),
                        Follow = given.Get(follow),
                    },
                    token),
                cancellation),
        };
    }

    /// <summary><c>lodestar run explain</c>.</summary>
    public static Verb Explain()
    {
        var task = Inputs.Task();
        var run = RunInputs.RunOption();
        return new Verb<RunTaskStory>("explain", "Tells what happened to one task in a run and why, from the ledger alone.")
        {
            Accepts = [task, run],
            About = Explanation.Reads("lodestar run explain F001"),
            Data = static () => RunViewJson.Default.RunTaskStory,
            Text = RunText.Story,
            Run = (given, cancellation) => given.AtDeskAsync(
                new ExplainRunTask(new TaskId(given.Get(task)!), RunInputs.Id(given.Get(run))).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar run diff</c>.</summary>
    public static Verb Diff()
    {
        var task = new System.CommandLine.Argument<string?>("task")
        {
            Description = "The task; the whole run when left out.",
            Arity = System.CommandLine.ArgumentArity.ZeroOrOne,
        };
        var run = RunInputs.RunOption();
        return new Verb<RunDifference>("diff", "Shows what a run, or one task in it, changed.")
        {
            Accepts = [task, run],
            About = Explanation.Reads("lodestar run diff", "lodestar run diff F001"),
            Data = static () => RunViewJson.Default.RunDifference,
            Text = (page, difference) => page.Foreign(difference.Diff),
            Run = (given, cancellation) => given.AtDeskAsync(
                new DiffRun(given.Get(task) is { } id ? new TaskId(id) : null, RunInputs.Id(given.Get(run))).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar ps</c>.</summary>
    public static Verb Processes()
    {
        var orphans = Inputs.Flag("--orphans", "Only processes alive whose engine is not.");
        var all = Inputs.Flag("--all", "Also processes that ended.");
        return new Verb<ProcessList>("ps", "Lists the processes of runs with what is seen of them now.")
        {
            Accepts = [orphans, all],
            About = Explanation.Reads("lodestar ps", "lodestar ps --orphans --json"),
            Data = static () => RunViewJson.Default.ProcessList,
            Text = RunText.Processes,
            Run = (given, cancellation) => given.AtDeskAsync(
                new ListProcesses(given.Get(orphans), given.Get(all)).ExecuteAsync, cancellation),
        };
    }

    private static Task<Outcome<RunLog>> ReadAsync(Given given, RunDesk desk, ReadRunLog read, CancellationToken cancellation)
    {
        var output = given.Context.Output;
        return read.ExecuteAsync(desk, line => output.WriteData(line + "\n"), cancellation);
    }
}
