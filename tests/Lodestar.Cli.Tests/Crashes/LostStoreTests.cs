using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>The engine is killed and the runtime store is lost: the run comes back from the copy of its ledger.</summary>
public sealed class LostStoreTests
{
    private static readonly GeneratedWork Work = new(seed: 7, count: 2);

    [Theory]
    [InlineData("publish.after:1")]
    [InlineData("turn.after:2")]
    [InlineData("ledger-append.after:9")]
    public async Task A_run_whose_store_was_lost_is_imported_and_ends_with_nothing_done_twice(string at)
    {
        using var project = await Work.CreateAsync();
        Assert.Equal(128 + 9, (await project.CrashAsync(at, "run", "--json")).ExitCode);
        Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(10)));
        var run = Path.GetFileName(Directory.EnumerateDirectories(Path.Combine(project.Repo.Root, ".lodestar", "runs")).Single());
        var before = File.ReadAllLines(project.RunPath(run, "ledger.ndjson"));
        Lose(project);

        var offered = (await project.LodestarAsync("doctor", "--json")).Data["checks"]!.AsArray()
            .Single(check => (string?)check!["name"] == "ledgers");
        Assert.Equal($"lodestar import ledger {run}", (string?)offered!["fix"]);
        await project.LodestarAsync("doctor", "--fix", "--json");
        Assert.Empty((await project.LodestarAsync("run", "list", "--json")).Data["runs"]!.AsArray());

        var imported = (await project.LodestarAsync("import", "ledger", run, "--json")).MustSucceed();
        Assert.Equal(("paused", before.Length), ((string?)imported.Data["status"], imported.Data["lines"]!.GetValue<int>()));
        Assert.Equal("run-known", (await project.LodestarAsync("import", "ledger", run, "--json")).Code);
        Assert.Equal(before, (await project.LedgerAsync(run)).Take(before.Length));

        await FinishedRun.HoldAsync(project, await project.LodestarAsync("resume", "--json"), Work.Ids);
    }

    [Fact]
    public async Task A_finished_run_comes_back_as_it_ended_and_a_damaged_or_foreign_ledger_does_not()
    {
        using var project = await Work.CreateAsync();
        var run = (string)(await project.LodestarAsync("run", "--json")).MustSucceed().Data["run_id"]!;
        await project.LodestarAsync("run", "integrate", "--json");
        var before = (await project.LodestarAsync("run", "show", "--json")).Data;
        Lose(project);
        var ledger = project.RunPath(run, "ledger.ndjson");
        var whole = File.ReadAllText(ledger);

        File.WriteAllText(ledger, whole.Replace("\"attempt\":1", "\"attempt\":2", StringComparison.Ordinal));
        Assert.Equal("ledger-damaged", (await project.LodestarAsync("import", "ledger", run, "--json")).Code);
        var other = run[..^1] + (run[^1] == '0' ? '1' : '0');
        Directory.CreateDirectory(project.RunPath(other));
        File.WriteAllText(project.RunPath(other, "ledger.ndjson"), whole);
        Assert.Equal("run-foreign", (await project.LodestarAsync("import", "ledger", other, "--json")).Code);
        Assert.Equal("run-unknown", (await project.LodestarAsync("import", "ledger", "../../etc/passwd", "--json")).Code);
        Assert.False(File.Exists(Path.Combine(project.Repo.Root, ".lodestar", "runtime.sqlite")));

        File.WriteAllText(ledger, whole);
        (await project.LodestarAsync("import", "ledger", run, "--json")).MustSucceed();
        Assert.True(JsonNode.DeepEquals(before, (await project.LodestarAsync("run", "show", "--json")).Data));
        Assert.All(
            (await project.LodestarAsync("task", "list", "--json")).Data["tasks"]!.AsArray(),
            task => Assert.Equal("verified", (string?)task!["status"]));
    }

    private static void Lose(RunProject project)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(project.Repo.Root, ".lodestar"), "runtime.sqlite*"))
            File.Delete(file);
    }
}
