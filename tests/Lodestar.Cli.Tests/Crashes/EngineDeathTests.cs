using System.Globalization;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>Engines killed, interrupted, stopped and doubled from outside.</summary>
public sealed class EngineDeathTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Works until it is told that it may finish; what it has by then is not committed.</summary>
    private const string Waiter = """
        echo half > half.txt
        touch "$HOME/../started"
        while [ ! -e "$HOME/../go" ]; do sleep 0.02; done
        echo whole > whole.txt
        """;

    [Fact]
    public async Task A_run_killed_at_any_moment_goes_on_and_ends_as_if_it_had_not_been()
    {
        var work = new GeneratedWork(seed: 11, count: 3);
        var random = new Random(Number("LODESTAR_KILL_SEED", 5));
        var trees = new HashSet<string>();
        for (var kill = 0; kill < Number("LODESTAR_KILLS", 2); kill++)
        {
            using var project = await work.CreateAsync();
            var mine = await UserThings.LookAsync(project.Repo);
            var moment = random.Next(1, 90);
            await using (var engine = project.Start("run", "--json"))
            {
                await Waiting.UntilAsync(() => engine.HasEnded || engine.Errors.Count(letter => letter == '\n') >= moment, Patience);
                engine.Signal("KILL");
            }

            Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));
            var shown = (await project.LodestarAsync("run", "show", "--json")).MustSucceed();
            var last = (string?)shown.Data["outcome"] == "completed" ? shown : await project.LodestarAsync("resume", "--json");
            trees.Add(await FinishedRun.HoldAsync(project, last, work.Ids));
            Assert.Equal(mine, await UserThings.LookAsync(project.Repo));
        }

        Assert.Single(trees);
    }

    [Fact]
    public async Task Agents_whose_engine_and_hosts_were_killed_together_are_ended_by_the_next_engine()
    {
        using var project = await RunProject.WithBuilderAsync("trap '' TERM INT HUP\n" + Waiter);
        await using (await StartAndWorkAsync(project))
        {
            LivingProcesses.KillAll(project.Repo.Scratch, command => command.Contains("lodestar", StringComparison.Ordinal)
                && !command.Contains("builder", StringComparison.Ordinal));
        }

        Assert.NotEmpty(LivingProcesses.Of(project.Repo.Scratch));
        File.WriteAllText(project.Repo.Beside("go"), "");
        var resumed = await project.LodestarAsync("resume", "--json");

        await FinishedRun.HoldAsync(project, resumed, ["F001"]);
        await HoldSavedAsync(project);
    }

    [Fact]
    public async Task The_first_interrupt_pauses_the_run_and_saves_its_work()
    {
        using var project = await RunProject.WithBuilderAsync(Waiter);
        await using var engine = await StartAndWorkAsync(project);

        engine.Signal("INT");
        var paused = await engine.EndAsync(Patience);

        Assert.True((paused.ExitCode, paused.Code) == (1, "run-paused"), paused.ToString());
        Assert.Empty(LivingProcesses.Of(project.Repo.Scratch));
        await HoldSavedAsync(project);
        File.WriteAllText(project.Repo.Beside("go"), "");
        await FinishedRun.HoldAsync(project, await NextAsync(project, paused), ["F001"]);
    }

    [Fact]
    public async Task The_second_interrupt_ends_the_engine_at_once_and_the_run_can_be_resumed()
    {
        using var project = await RunProject.WithBuilderAsync("trap '' TERM INT HUP\n" + Waiter);
        await using var engine = await StartAndWorkAsync(project);

        engine.Signal("INT");
        Assert.True(await Waiting.UntilAsync(() => engine.Errors.Contains("pause-requested", StringComparison.Ordinal), Patience));
        engine.Signal("INT");
        var ended = await engine.EndAsync(Patience);

        Assert.NotEqual(0, ended.ExitCode);
        Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));
        File.WriteAllText(project.Repo.Beside("go"), "");
        await FinishedRun.HoldAsync(project, await project.LodestarAsync("resume", "--json"), ["F001"]);
        await HoldSavedAsync(project);
    }

    [Fact]
    public async Task Of_two_runs_started_at_once_one_is_refused()
    {
        using var project = await RunProject.WithBuilderAsync(Waiter);
        await using var first = project.Start("run", "--json");
        await using var second = project.Start("run", "--json");

        await HoldOneWinnerAsync(project, first, second, "run-active");
    }

    [Fact]
    public async Task Of_two_resumes_at_once_one_is_refused()
    {
        using var project = await RunProject.WithBuilderAsync(Waiter);
        await project.CrashAsync("turn.before", "run", "--json");
        await using var first = project.Start("resume", "--json");
        await using var second = project.Start("resume", "--json");

        await HoldOneWinnerAsync(project, first, second, "run-live");
    }

    [Fact]
    public async Task An_engine_that_is_only_stopped_is_not_taken_for_dead()
    {
        using var project = await RunProject.WithBuilderAsync(Waiter);
        await using var engine = await StartAndWorkAsync(project);
        ProgramRun refused;
        var stops = 0;
        do
        {
            // Stopped in the middle of a write it keeps everybody from the store; it is let go and stopped anew.
            engine.Signal("CONT");
            engine.Signal("STOP");
            refused = await project.LodestarAsync("resume", "--json");
        }
        while (refused.Code == "store-busy" && ++stops < 5);

        Assert.True((refused.ExitCode, refused.Code) == (1, "run-live"), refused.ToString());
        Assert.Equal("running", (string?)(await project.LodestarAsync("run", "list", "--json")).MustSucceed().Data["runs"]![0]!["status"]);

        engine.Signal("CONT");
        File.WriteAllText(project.Repo.Beside("go"), "");
        await FinishedRun.HoldAsync(project, await engine.EndAsync(Patience), ["F001"]);
    }

    [Fact]
    public async Task A_resumed_run_keeps_the_plan_it_started_with()
    {
        using var project = await RunProject.WithBuilderAsync("echo x > a.txt");
        await project.CrashAsync("turn.before", "run", "--json");
        var plan = File.ReadAllBytes(project.RunPath(await project.RunIdAsync(), "plan.json"));
        project.Repo.Write(".lodestar/charter.yaml", "checks:\n  - {name: never, run: exit 1}\n");
        project.Repo.Write(".lodestar/spec.yaml", "project: {id: 01JZ0000000000000000000000, name: demo}\ntasks:\n  F002: {title: Other}\n");

        await FinishedRun.HoldAsync(project, await project.LodestarAsync("resume", "--json"), ["F001"]);
        Assert.Equal(plan, File.ReadAllBytes(project.RunPath(await project.RunIdAsync(), "plan.json")));
    }

    private static async Task HoldOneWinnerAsync(RunProject project, StartedProgram first, StartedProgram second, string code)
    {
        // The agent waits, so the winner cannot be done before the loser comes.
        Assert.True(await Waiting.UntilAsync(() => first.HasEnded || second.HasEnded, Patience), "Nobody was refused.");
        var (loser, winner) = first.HasEnded ? (first, second) : (second, first);
        var refused = await loser.EndAsync(Patience);
        Assert.True((refused.ExitCode, refused.Code) == (1, code), refused.ToString());
        File.WriteAllText(project.Repo.Beside("go"), "");
        await FinishedRun.HoldAsync(project, await winner.EndAsync(Patience), ["F001"]);
    }

    private static async Task<StartedProgram> StartAndWorkAsync(RunProject project)
    {
        var engine = project.Start("run", "--json");
        var works = await Waiting.UntilAsync(() => engine.HasEnded || File.Exists(project.Repo.Beside("started")), Patience);
        Assert.True(works && !engine.HasEnded, engine.Errors);
        return engine;
    }

    /// <summary>Runs the first next action of an answer as it is printed.</summary>
    private static Task<ProgramRun> NextAsync(RunProject project, ProgramRun answer) =>
        project.LodestarAsync([.. ((string)answer.Json["next"]![0]!["cmd"]!).Split(' ').Skip(1), "--json"]);

    /// <summary>What an interrupted turn had written is reachable from a reference.</summary>
    private static async Task HoldSavedAsync(RunProject project)
    {
        var saved = (await project.Repo.GitAsync("for-each-ref", "--format=%(refname)", "refs/lodestar/saved")).Split('\n');
        Assert.Equal("half", await project.Repo.GitAsync("show", $"{saved[0]}:half.txt"));
    }

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
