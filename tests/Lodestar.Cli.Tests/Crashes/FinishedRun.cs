using System.Text.Json.Nodes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Crashes;

/// <summary>What must be true of a run that ended well, whatever happened on the way.</summary>
internal static class FinishedRun
{
    /// <summary>Holds a finished run to it.</summary>
    /// <returns>What its run branch holds beyond our own files, which name the scratch directory.</returns>
    internal static async Task<string> HoldAsync(RunProject project, ProgramRun last, IReadOnlyList<string> tasks, string start = "main")
    {
        Assert.True(last.ExitCode == 0, last.ToString());
        var run = last.Data["run_id"]!.GetValue<string>();
        Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));
        var ledger = await project.LedgerAsync(run);
        Assert.Equal(ledger, File.ReadAllLines(project.RunPath(run, "ledger.ndjson")));
        foreach (var file in new[] { "plan.json", "snapshot.json", "run.json" })
            Assert.NotNull(JsonNode.Parse(File.ReadAllText(project.RunPath(run, file))));
        HoldReceipts(project, run, [.. ledger.Select(line => JsonNode.Parse(line)!.AsObject())], tasks);
        await HoldGitAsync(project.Repo, run, tasks, start);
        var tree = await project.Repo.GitAsync("ls-tree", "-r", $"lodestar/{run}/run");
        return string.Join('\n', tree.Split('\n').Where(line => !line.Contains("\t.lodestar/", StringComparison.Ordinal)));
    }

    private static void HoldReceipts(RunProject project, string run, IReadOnlyList<JsonObject> ledger, IReadOnlyList<string> tasks)
    {
        var settled = ledger.Where(line => (string?)line["type"] == "effect-settled")
            .Where(line => (string?)line["data"]!["result"]!["kind"] is not ("interrupted" or "branch-moved"))
            .ToArray();
        Assert.Equal(settled.Length, settled.Select(line => (string)line["key"]!).Distinct().Count());

        var recorded = settled.Select(line => line["data"]!["result"]!["receipt"]).OfType<JsonObject>().ToArray();
        Assert.Equal(recorded.Length, recorded.Select(receipt => (string)receipt["idempotency_key"]!).Distinct().Count());
        var written = Directory.EnumerateFiles(project.RunPath(run, "receipts"), "*.json", SearchOption.AllDirectories)
            .Select(file => JsonNode.Parse(File.ReadAllText(file))!.AsObject())
            .ToArray();
        Assert.Equal(
            recorded.Select(receipt => receipt.ToJsonString()).Order(StringComparer.Ordinal),
            written.Select(receipt => receipt.ToJsonString()).Order(StringComparer.Ordinal));
        foreach (var task in tasks)
            Assert.Single(recorded, receipt => (string?)receipt["task_id"] == task && (string?)receipt["step"] == "merge");
    }

    private static async Task HoldGitAsync(TestRepo repo, string run, IReadOnlyList<string> tasks, string start)
    {
        var merged = await repo.GitAsync(
            "log", "--first-parent", "--grep=^Merge task", "--format=%(trailers:key=Lodestar-Task,valueonly,separator=%x2C)", $"{start}..lodestar/{run}/run");
        Assert.Equal(tasks.Order(StringComparer.Ordinal), merged.Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal(
            [$"lodestar/{run}/run", "main"],
            (await repo.GitAsync("for-each-ref", "--format=%(refname:short)", "refs/heads")).Split('\n'));
        Assert.Single((await repo.GitAsync("worktree", "list", "--porcelain")).Split('\n'), line => line.StartsWith("worktree ", StringComparison.Ordinal));
        await repo.GitAsync("fsck", "--connectivity-only");
    }
}
