using System.CommandLine;
using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>The verbs that start, drive and end runs.</summary>
internal static class RunCommands
{
    private static readonly TimeSpan EnginePatience = TimeSpan.FromSeconds(60);

    /// <summary><c>lodestar plan</c>, and <c>lodestar run plan</c>.</summary>
    public static Verb Plan()
    {
        var inputs = new RunInputs();
        return new Verb<PlanData>("plan", "Shows what a run would do, without starting it.")
        {
            Accepts = inputs.All,
            About = Explanation.Reads("lodestar plan", "lodestar plan --label backend --json"),
            Data = static () => PlanDataJson.Default.PlanData,
            Text = RunText.Plan,
            Run = (given, cancellation) => given.AtDeskAsync<PlanData>(new PlanRun(inputs.Read(given)).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar run</c>, with its sub-verbs.</summary>
    public static Verb Run(IReadOnlyList<Command> verbs)
    {
        var inputs = new RunInputs();
        var detach = Inputs.Flag("--detach", "Drive the run in the background and print its id.");
        var dry = Inputs.Flag("--dry-run", "Enter nothing; show the plan with lodestar plan.");
        var run = new Verb<RunView>("run", "Runs tasks: agents in isolated worktrees, checks, review, and a merge queue.")
        {
            Accepts = [.. inputs.All, detach, dry],
            EndsInOrder = true,
            About = Explanation.Changes(
                "Creates a run branch, lane worktrees beside the repository and the run's records. Your branch and working tree are not touched.",
                "lodestar run",
                "lodestar run --task F001 --task F002 --agent-cmd 'my-agent {briefing_file}' --check 'make test'",
                "lodestar run --lanes 8 --detach --json"),
            Data = static () => RunViewJson.Default.RunView,
            Text = RunText.Show,
            Run = (given, cancellation) => given.DriveAsync<RunView>(
                (desk, drive, token) => given.Get(dry)
                    ? new StartRun(inputs.Read(given)).RehearseAsync(desk, token)
                    : given.Get(detach)
                        ? new StartRun(inputs.Read(given)).DetachAsync(desk, drive.Actor, token)
                        : new StartRun(inputs.Read(given)).ExecuteAsync(desk, drive, token),
                cancellation),
        };
        foreach (var verb in verbs)
            run.Subcommands.Add(verb);
        // With sub-verbs below it, the parser takes a command for a mere group unless it has an action.
        run.SetAction(_ => 0);
        return run;
    }

    /// <summary><c>lodestar resume</c>, and <c>lodestar run resume</c>.</summary>
    public static Verb Resume()
    {
        var run = RunInputs.Run();
        return new Verb<RunView>("resume", "Goes on with a run that was paused, lost its engine, or failed and was given another chance.")
        {
            Accepts = [run],
            EndsInOrder = true,
            About = Explanation.Changes("Drives the run on from its last recorded step; no finished step is repeated.", "lodestar resume"),
            Data = static () => RunViewJson.Default.RunView,
            Text = RunText.Show,
            Run = (given, cancellation) => given.DriveAsync(new ResumeRun(RunInputs.Id(given.Get(run))).ExecuteAsync, cancellation),
        };
    }

    /// <summary><c>lodestar run pause</c>.</summary>
    public static Verb Pause() => Ask(
        "pause", "Stops a run's agents and keeps their work; resume goes on.", "Stops agents, saves their work, and pauses the run.");

    /// <summary><c>lodestar run abort</c>.</summary>
    public static Verb Abort() => Ask(
        "abort", "Ends a run for good; all work stays reachable from references.", "Stops agents, saves their work, removes worktrees, and ends the run.");

    /// <summary><c>lodestar run retry</c>.</summary>
    public static Verb Retry() => AskAboutTask("retry", "--note", "Told to the next attempt.", "Gives a failed task new attempts.");

    /// <summary><c>lodestar run skip</c>.</summary>
    public static Verb Skip() => AskAboutTask("skip", "--reason", "Why, for the record.", "Does without a task; its dependents may start.");

    /// <summary><c>lodestar run integrate</c>.</summary>
    public static Verb Integrate()
    {
        var run = RunInputs.Run();
        var strategy = Inputs.Choice("--strategy", "How; the plan's when left out.", ["ff", "merge", "squash"]);
        var dry = Inputs.Flag("--dry-run", "Only say what would be done.");
        return new Verb<IntegratedRun>("integrate", "Brings a completed run into its base branch.")
        {
            Accepts = [run, strategy, dry],
            About = Explanation.Changes(
                "Moves the base branch, and the working tree with it where it is checked out; the only verb that does. Its tasks become verified.",
                "lodestar run integrate",
                "lodestar run integrate --strategy squash --dry-run"),
            Data = static () => RunViewJson.Default.IntegratedRun,
            Text = RunText.Integrated,
            Run = (given, cancellation) => given.AtDeskAsync(
                (desk, token) => new IntegrateRun(RunInputs.Id(given.Get(run)), Strategy(given.Get(strategy)), given.Get(dry))
                    .ExecuteAsync(desk, RunInputs.Actor(given), token),
                cancellation),
        };
    }

    private static Verb<AskedRun> Ask(string kind, string purpose, string effect)
    {
        var run = RunInputs.Run();
        var reason = Inputs.Text("--reason", "Why, for the record.");
        return new Verb<AskedRun>(kind, purpose)
        {
            Accepts = [run, reason],
            About = Explanation.Changes(effect, $"lodestar run {kind}"),
            Data = static () => RunViewJson.Default.AskedRun,
            Text = RunText.Asked,
            Run = (given, cancellation) => given.DriveAsync<AskedRun>(
                (desk, drive, token) => new AskRun(kind, RunInputs.Id(given.Get(run)), null, given.Get(reason))
                    .ExecuteAsync(desk, drive, EnginePatience, token),
                cancellation),
        };
    }

    private static Verb<AskedRun> AskAboutTask(string kind, string note, string noteText, string purpose)
    {
        var task = Inputs.Task();
        var run = RunInputs.RunOption();
        var words = Inputs.Text(note, noteText);
        return new Verb<AskedRun>(kind, purpose)
        {
            Accepts = [task, run, words],
            About = Explanation.Changes("Records the decision; a live run heeds it at once, another with resume.", $"lodestar run {kind} F001"),
            Data = static () => RunViewJson.Default.AskedRun,
            Text = RunText.Asked,
            Run = (given, cancellation) => given.DriveAsync<AskedRun>(
                (desk, drive, token) => new AskRun(kind, RunInputs.Id(given.Get(run)), new TaskId(given.Get(task)!), given.Get(words))
                    .ExecuteAsync(desk, drive, EnginePatience, token),
                cancellation),
        };
    }

    private static MergeStrategy? Strategy(string? word) => word switch
    {
        null => null,
        "ff" => MergeStrategy.FastForward,
        "merge" => MergeStrategy.Merge,
        "squash" => MergeStrategy.Squash,
        _ => throw new InvalidOperationException($"Strategy {word} is not offered."),
    };
}
