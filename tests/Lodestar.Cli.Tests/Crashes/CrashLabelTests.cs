using System.Globalization;
using System.Text.Json.Serialization;
using Lodestar.Core.Supervision;
using Lodestar.Engine.Supervision;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>The real program dies by SIGKILL at every labelled point of a real run, dies there again in its first recovery,
/// and goes on.</summary>
/// <remarks><c>LODESTAR_CRASH_PASSES=n</c> also kills at the second to n-th pass of each label; <c>LODESTAR_CRASH_SEED</c>
/// draws another graph.</remarks>
public sealed class CrashLabelTests
{
    private const int Killed = 128 + 9;

    private static readonly GeneratedWork Work = new(Setting("LODESTAR_CRASH_SEED", 7), count: 4);

    private static readonly SemaphoreSlim AtOnce = new(2);

    [Fact]
    public void Every_kind_of_effect_can_be_killed_before_and_after()
    {
        var kinds = typeof(Effect).GetCustomAttributes(typeof(JsonDerivedTypeAttribute), false)
            .Cast<JsonDerivedTypeAttribute>()
            .Select(kind => (string)kind.TypeDiscriminator!);

        foreach (var kind in kinds)
            Assert.Superset(new HashSet<string> { CrashLabel.Before(kind), CrashLabel.After(kind) }, CrashLabel.All.ToHashSet());
    }

    [Fact]
    public async Task A_run_killed_at_any_labelled_point_ends_as_if_it_had_not_been()
    {
        string expected;
        using (var calm = await Work.CreateAsync())
            expected = await FinishedRun.HoldAsync(calm, await calm.LodestarAsync("run", "--json"), Work.Ids);

        var passes = Enumerable.Range(1, Setting("LODESTAR_CRASH_PASSES", 1));
        var labels = CrashLabel.All.Where(label => !label.StartsWith("integrate.", StringComparison.Ordinal)).ToArray();
        var points = passes.SelectMany(pass => labels.Select(label => $"{label}:{pass}"));
        var problems = await Task.WhenAll(points.Select(async at =>
        {
            await AtOnce.WaitAsync();
            try
            {
                await SurviveAsync(at, expected);
                return null;
            }
            catch (Exception cause) when (cause is Xunit.Sdk.XunitException or InvalidOperationException or TimeoutException)
            {
                return $"seed {Work.Seed}, LODESTAR_CRASH_AT={at}: {cause.Message}";
            }
            finally
            {
                AtOnce.Release();
            }
        }));

        var found = problems.OfType<string>().ToArray();
        Assert.True(found.Length == 0, string.Join("\n\n", found));
    }

    private static async Task SurviveAsync(string at, string expected)
    {
        using var project = await Work.CreateAsync();
        var mine = await UserThings.LookAsync(project.Repo);
        var crashed = await project.CrashAsync(at, "run", "--json");
        // A first pass always comes; later ones need not.
        Assert.True(crashed.ExitCode == Killed || !at.EndsWith(":1", StringComparison.Ordinal), crashed.ToString());

        var last = crashed;
        if (crashed.ExitCode == Killed)
        {
            Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));
            last = await project.CrashAsync(at, await VerbAsync(project), "--json");
            if (last.ExitCode == Killed)
                last = await project.LodestarAsync(await VerbAsync(project), "--json");
        }

        Assert.Equal(expected, await FinishedRun.HoldAsync(project, last, Work.Ids));
        Assert.Equal(mine, await UserThings.LookAsync(project.Repo));
    }

    [Theory]
    [InlineData("integrate.before", "merge")]
    [InlineData("integrate.after", "merge")]
    [InlineData("integrate.after", "squash")]
    public async Task An_integration_killed_half_way_is_done_once(string label, string strategy)
    {
        using var project = await RunProject.WithBuilderAsync("echo x > a.txt");
        var run = (string)(await project.LodestarAsync("run", "--json")).MustSucceed().Data["run_id"]!;
        var before = await project.Repo.GitAsync("rev-parse", "main");

        Assert.Equal(Killed, (await project.CrashAsync(label, "run", "integrate", run, "--strategy", strategy, "--json")).ExitCode);
        if (label == "integrate.before")
            Assert.Equal(before, await project.Repo.GitAsync("rev-parse", "main"));

        (await project.LodestarAsync("run", "integrate", run, "--strategy", strategy, "--json")).MustSucceed();
        Assert.Equal("1", await project.Repo.GitAsync("rev-list", "--count", "--first-parent", $"{before}..main"));
        Assert.Equal("x", await project.Repo.GitAsync("show", "main:a.txt"));
        Assert.Equal("", await project.Repo.GitAsync("status", "--porcelain"));
        await FinishedRun.HoldAsync(project, await project.LodestarAsync("run", "show", run, "--json"), ["F001"], before);
    }

    /// <summary>A run that died before it was entered is no run: it is started again.</summary>
    private static async Task<string> VerbAsync(RunProject project) =>
        (await project.LodestarAsync("run", "list", "--json")).MustSucceed().Data["runs"]!.AsArray().Count > 0 ? "resume" : "run";

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
