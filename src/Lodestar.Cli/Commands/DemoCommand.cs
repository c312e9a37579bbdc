using System.CommandLine;
using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Core.Policy;
using Lodestar.Core.Runs;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Supervision;

namespace Lodestar.Cli.Commands;

/// <summary>The verb that shows the main job on a project of its own, with the verbs and adapters everybody uses.</summary>
internal static class DemoCommand
{
    /// <summary>Half of the tasks are merged, the fifth is and nobody wrote it down yet.</summary>
    private const string CrashPoint = "publish.after:5";

    /// <summary><c>lodestar demo</c>.</summary>
    public static Verb Create()
    {
        var path = Inputs.Text("--path", "Where to make the project; a new folder for temporary files when left out.");
        var lanes = Inputs.Number("--lanes", "Tasks worked on at once; the project says 3.");
        var crash = Inputs.Flag("--crash", "Kill the engine half-way through, then resume.");
        return new Verb<RunView>("demo", "Makes a small project and runs its ten tasks with scripted agents that stumble: a failed check, a crash, a conflict, a strict reviewer.")
        {
            Accepts = [path, lanes, crash],
            EndsInOrder = true,
            About = Explanation.Changes(
                "Creates a repository outside of yours and keeps it; touches nothing else, and needs neither a model nor the network.",
                "lodestar demo",
                "lodestar demo --crash",
                "lodestar demo --path ~/tally --lanes 4 --json"),
            Data = static () => RunViewJson.Default.RunView,
            Text = RunText.Show,
            Run = (given, cancellation) => RunAsync(
                given,
                given.Get(path) is { } named ? Path.GetFullPath(named, given.Context.Directory) : NewFolder(given.Context),
                RunInputs.Positive(lanes, given.Get(lanes)),
                given.Get(crash),
                cancellation),
        };
    }

    private static async Task<Outcome<RunView>> RunAsync(
        Given given, string root, int? lanes, bool crash, CancellationToken interrupted)
    {
        var context = given.Context;
        Say(context, $"A project of its own in {root}", new() { ["path"] = root });
        var created = await new CreateDemo(root).ExecuteAsync(context.World, context.Variables(), interrupted);
        if (created.Refusal is { } refusal)
            return refusal;

        context.Output.Elsewhere = root;
        var there = given.At(root);
        var request = new RunRequest { Policy = new PolicyValues { Lanes = lanes } };
        Command(context, root, "plan");
        var planned = await there.AtDeskAsync<PlanData>(new PlanRun(request).ExecuteAsync, interrupted);
        if (planned.Data is not { } plan)
            return planned.Refusal!;
        if (!context.Output.Json)
            Talk(context, page => RunText.Plan(page, plan));

        string[] options = lanes is { } number ? ["--lanes", $"{number}"] : [];
        Command(context, root, string.Join(' ', ["run", .. options]));
        Outcome<RunView> ran;
        if (crash)
        {
            await new DoomedRun(context, root, CrashPoint).RunAsync(options);
            Say(context, "The engine is dead, in the middle of a merge. Its agents went with it.", new() { ["crash_at"] = CrashPoint });
            Command(context, root, "resume");
            ran = await there.DriveAsync<RunView>(new ResumeRun(null).ExecuteAsync, interrupted);
        }
        else
        {
            ran = await there.DriveAsync<RunView>(new StartRun(request).ExecuteAsync, interrupted);
        }

        if (ran.Data is not { } run)
            return ran;
        await TellStoriesAsync(there, run);
        return ran.Refusal is { } ended
            ? Outcome<RunView>.Unhealthy(run, ended, ran.Next, ran.Warnings)
            : Outcome<RunView>.Done(run, Next(run), ran.Warnings);
    }

    /// <summary>What did not go well, and went on all the same: the part of a run that is worth reading.</summary>
    private static async Task TellStoriesAsync(Given there, RunView run)
    {
        var lines = new List<string>();
        foreach (var task in run.Tasks)
        {
            var told = await there.AtDeskAsync<RunTaskStory>(new ExplainRunTask(task.Id, run.RunId).ExecuteAsync, CancellationToken.None);
            if (told.Data is not { } story)
                continue;
            lines.AddRange(story.Attempts.Select(attempt => $"{task.Id} {task.Title}: attempt {attempt.Attempt} ended. {attempt.Reason}"));
            lines.AddRange(story.Events
                .Where(moment => moment.Text == RunNarrator.ChangesRequested)
                .Select(_ => $"{task.Id} {task.Title}: the reviewer asked for changes and got them."));
        }

        if (!there.Context.Output.Json && lines.Count > 0)
            Talk(there.Context, page => page.Title("What went wrong, and was made good").Bullets(lines).Line());
    }

    private static NextAction[] Next(RunView run)
    {
        var retried = run.Tasks.FirstOrDefault(task => task.Attempts > 1) ?? run.Tasks[0];
        return
        [
            new("run.show", $"lodestar run show {run.RunId}", "See the run"),
            new("run.log", $"lodestar run log {run.RunId}", "Read what happened, line by line"),
            new("run.explain", $"lodestar run explain {retried.Id} --run {run.RunId}", $"See why {retried.Id} took {retried.Attempts} attempts"),
            new("run.diff", $"lodestar run diff --run {run.RunId}", "See everything the run changed"),
            new("run.integrate", $"lodestar run integrate {run.RunId}", $"Bring it into {run.BaseBranch}"),
        ];
    }

    private static string NewFolder(CommandContext context) => Path.Combine(
        context.TemporaryDirectory, $"lodestar-demo-{context.World.Ids.Process().Value[1..9].ToLowerInvariant()}", "tally");

    private static void Command(CommandContext context, string root, string words)
    {
        var command = $"{CommandTree.Name} -C {ShellWord.Quote(root)} {words}";
        Say(context, $"$ {command}", new() { ["cmd"] = command });
    }

    private static void Say(CommandContext context, string sentence, JsonObject data) =>
        context.Progress.Report(new ProgressNote("demo.step", sentence, context.Clock.GetUtcNow(), null, null, data));

    private static void Talk(CommandContext context, Action<Page> write)
    {
        var page = new Page(context.Output.TalkShape, context.Clock.GetUtcNow());
        write(page);
        context.Output.WriteTalk(page.ToUtf8());
    }
}
