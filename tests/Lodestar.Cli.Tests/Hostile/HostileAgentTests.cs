using System.Text.Json.Nodes;
using Lodestar.Cli.Tests.Crashes;
using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Hostile;

/// <summary>Agents that do what no agent should. Each run ends with a stable code, nothing is merged, and nothing is lost.</summary>
public sealed class HostileAgentTests
{
    [Theory]
    [InlineData("no-commits", "true")]
    [InlineData("protected-path", "mkdir -p .github/workflows; echo evil > .github/workflows/ci.yml")]
    [InlineData("protected-path", "echo '# more' >> .lodestar/spec.yaml")]
    [InlineData("scope-exceeded", "echo x > elsewhere.txt")]
    [InlineData("history-rewritten", "echo x > src/a.txt; git add -A; git commit -q --amend -m rewritten")]
    [InlineData("operation-in-progress", "echo x > README.md; git commit -qam mine; git checkout -q -b other HEAD~1; echo y > README.md; git commit -qam other; git rebase -q - >/dev/null 2>&1; true")]
    [InlineData("foreign-ref-changed", "echo x > src/a.txt; git add -A; git stash -q; echo y > src/b.txt")]
    [InlineData("foreign-ref-changed", "echo x > src/a.txt; git tag sneaky")]
    [InlineData("conflict-markers", "printf '<<<<<<< a\\n1\\n=======\\n2\\n>>>>>>> b\\n' > src/a.txt")]
    [InlineData("branch-deleted", "echo x > src/a.txt; git add -A; git commit -qm precious; git update-ref -d \"$(git symbolic-ref HEAD)\"")]
    [InlineData("branch-changed", "echo x > src/a.txt; git add -A; git commit -qm precious; git checkout -q --detach")]
    [InlineData("worktree-missing", "echo x > src/a.txt; git add -A; git commit -qm precious; rm -rf \"$PWD\"")]
    [InlineData("agent-failed", "echo x > src/a.txt; exit 3")]
    [InlineData("agent-crashed", "echo x > src/a.txt; kill -9 $$")]
    public async Task What_an_agent_must_not_do_ends_its_attempt(string code, string script)
    {
        using var project = await CreateAsync(script);
        var mine = await UserThings.LookAsync(project.Repo);

        var ended = await project.LodestarAsync("run", "--json");

        Assert.True((ended.ExitCode, ended.Code) == (1, "run-failed"), ended.ToString());
        var run = (string)ended.Data["run_id"]!;
        Assert.Equal([code], await CodesAsync(project, run));
        Assert.Equal(
            await project.Repo.GitAsync("rev-parse", "main"), await project.Repo.GitAsync("rev-parse", $"lodestar/{run}/run"));
        Assert.Empty(await LivingProcesses.LeftAfterAsync(project.Repo.Scratch, TimeSpan.FromSeconds(5)));
        if (code is not "foreign-ref-changed")
            Assert.Equal(mine, await UserThings.LookAsync(project.Repo));
        if (script.Contains("precious", StringComparison.Ordinal))
            Assert.Contains("precious", await project.Repo.GitAsync("log", "--all", "--format=%s"));

        // What is printed as next can be typed, and tells the same.
        var told = await project.LodestarAsync([.. ((string)ended.Json["error"]!["hint"]!).Split(' ').Skip(1), "--json"]);
        Assert.Equal(0, told.ExitCode);
        Assert.Contains(code, told.Output);
    }

    [Fact]
    public async Task A_failed_task_can_be_tried_again_by_an_agent_that_behaves()
    {
        using var project = await CreateAsync("rm -rf \"$PWD\"");
        var failed = await project.LodestarAsync("run", "--json");
        Assert.Equal("run-failed", failed.Code);

        project.Script("builder", "echo better > src/a.txt");
        (await project.LodestarAsync("run", "retry", "F001", "--note", "Stay in your folder.", "--json")).MustSucceed();

        await FinishedRun.HoldAsync(project, await project.LodestarAsync("resume", "--json"), ["F001"]);
    }

    [Fact]
    public async Task Writing_into_the_users_checkout_is_found()
    {
        using var project = await CreateAsync("echo x > src/a.txt; echo outside > \"$HOME/../repo/outside.txt\"");

        var ended = (await project.LodestarAsync("run", "--json")).MustSucceed();

        Assert.Equal(["user-tree-changed"], await FindingsAsync(project, (string)ended.Data["run_id"]!));
    }

    [Fact]
    public async Task A_flood_of_output_fills_neither_memory_nor_disk()
    {
        using var project = await CreateAsync(
            "echo x > src/a.txt; head -c 100000000 /dev/zero | tr '\\0' x; head -c 5000000 /dev/zero >&2; yes 2>/dev/null | head -c 5000000");
        // A host, and the engine, that kept what they read would die of this.
        project.Program.Set("DOTNET_GCHeapHardLimit", "0x6000000");

        var ended = await project.LodestarAsync("run", "--json");

        await FinishedRun.HoldAsync(project, ended, ["F001"]);
        var kept = new DirectoryInfo(project.RunPath((string)ended.Data["run_id"]!)).EnumerateFiles("*", SearchOption.AllDirectories);
        Assert.InRange(kept.Sum(file => file.Length), 1, 32 << 20);
    }

    [Fact]
    public async Task Output_that_is_no_text_does_no_harm()
    {
        using var project = await CreateAsync("printf '\\377\\376\\000\\033[2J\\n{\"v\":1\\n'; printf '\\200' >&2; echo x > src/a.txt");

        await FinishedRun.HoldAsync(project, await project.LodestarAsync("run", "--json"), ["F001"]);
    }

    [Fact]
    public async Task A_check_that_hangs_is_ended_and_has_not_passed()
    {
        using var project = await CreateAsync(
            "echo x > src/a.txt", "checks:\n  - {name: slow, run: \"trap '' TERM; sleep 600\", timeout: 1s}\n");

        var ended = await project.LodestarAsync("run", "--json");

        Assert.Equal("run-failed", ended.Code);
        Assert.Equal(["check-timed-out"], await CodesAsync(project, (string)ended.Data["run_id"]!));
        Assert.Empty(LivingProcesses.Of(project.Repo.Scratch));
    }

    [Fact]
    public async Task A_run_branch_moved_by_hand_pauses_the_run_until_it_is_put_back()
    {
        using var project = await CreateAsync("""
            if [ ! -e "$HOME/../moved" ]; then
                cd "$HOME/../repo"
                git update-ref "refs/heads/lodestar/$LODESTAR_RUN_ID/run" "$(git commit-tree -m foreign -p main 'main^{tree}')"
                touch "$HOME/../moved"
                cd - >/dev/null
            fi
            echo x > src/a.txt
            """);

        var paused = await project.LodestarAsync("run", "--json");
        Assert.True((paused.ExitCode, paused.Code) == (1, "run-paused"), paused.ToString());
        Assert.Equal("run-branch-moved", (string?)paused.Json["error"]!["details"]!["cause"]);
        Assert.Contains("foreign", await project.Repo.GitAsync("log", "--glob=refs/lodestar/saved", "--format=%s"));

        var still = await project.LodestarAsync("resume", "--json");
        Assert.Equal("run-paused", still.Code);

        await project.Repo.GitAsync("update-ref", $"refs/heads/lodestar/{paused.Data["run_id"]}/run", "main");
        await FinishedRun.HoldAsync(project, await project.LodestarAsync("resume", "--json"), ["F001"]);
    }

    private static async Task<RunProject> CreateAsync(string builder, string charter = "")
    {
        var project = await RunProject.CreateAsync(
            "  F001: {title: First, locks: [\"src/**\", \".github/**\", \".lodestar/**\", README.md]}",
            $"policy: {{max_attempts: 1}}\nprotected_paths: [\".github/workflows/**\"]\nprofiles:\n  builder: {{adapter: exec, command: [\"@/builder\"]}}\n{charter}");
        project.Repo.Write("src/old.txt", "old\n");
        await project.Repo.CommitAsync("sources");
        project.Script("builder", builder);
        return project;
    }

    /// <summary>The codes attempts ended with.</summary>
    private static Task<IReadOnlyList<string>> CodesAsync(RunProject project, string run) =>
        PickAsync(project, run, "attempt-ended", data => (string)data["code"]!);

    private static Task<IReadOnlyList<string>> FindingsAsync(RunProject project, string run) =>
        PickAsync(project, run, "finding-raised", data => (string)data["finding"]!["code"]!);

    private static async Task<IReadOnlyList<string>> PickAsync(
        RunProject project, string run, string type, Func<JsonObject, string> pick) =>
    [
        .. (await project.LedgerAsync(run)).Select(line => JsonNode.Parse(line)!.AsObject())
            .Where(line => (string?)line["type"] == type)
            .Select(line => pick(line["data"]!.AsObject())),
    ];
}
