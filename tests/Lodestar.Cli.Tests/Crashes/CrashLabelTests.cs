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
        var points = passes.SelectMany(pass => CrashLabel.All.Select(label => $"{label}:{pass}")).ToArray();
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
            last = await project.CrashAsync(at, "resume", "--json");
            if (last.ExitCode == Killed)
                last = await project.LodestarAsync("resume", "--json");
        }

        Assert.Equal(expected, await FinishedRun.HoldAsync(project, last, Work.Ids));
        Assert.Equal(mine, await UserThings.LookAsync(project.Repo));
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
