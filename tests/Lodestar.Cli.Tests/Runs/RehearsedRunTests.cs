using Lodestar.TestKit;
using Lodestar.TestKit.Rehearsal;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>Drawn graphs of twenty tasks through the real program, with agents that crash, fail, conflict and are sent back.</summary>
public sealed class RehearsedRunTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly LodestarProgram program;

    public RehearsedRunTests() => program = new LodestarProgram(scratch);

    [Theory]
    [InlineData(20261121)]
    public async Task Twenty_drawn_tasks_end_in_the_tree_their_agents_meant(int seed)
    {
        var graph = new RehearsedGraph(seed, 20);
        var repo = scratch.PathOf("repo");
        graph.WriteTo(repo);
        var git = new UserGit(scratch, repo);
        await git.RunAsync("init", "-q", "-b", "main");
        var init = await program.RunAsync(repo, "init", "--force", "--json");
        Assert.True(init.ExitCode == 0, init.ToString());
        await git.CommitAllAsync("A graph to run");

        var run = await program.RunAsync(repo, "run", "--json");
        var told = $"Seed {seed}.\n{run}";

        Assert.True(run.ExitCode == 0, told);
        var totals = run.Data["totals"]!;
        var troubles = graph.Tasks.Sum(task => task.Troubles.Length);
        Assert.Equal(
            (20, 20 + troubles + totals["conflicts"]!.GetValue<int>()),
            (totals["integrated"]!.GetValue<int>(), totals["attempts"]!.GetValue<int>()));
        Assert.All(
            graph.Tasks,
            task => Assert.True(run.Data["tasks"]!.AsArray().Single(one => one!["id"]!.GetValue<string>() == task.Id)!["attempts"]!.GetValue<int>() > task.Troubles.Length, told));

        var integrated = await program.RunAsync(repo, "run", "integrate", "--json");
        Assert.True(integrated.ExitCode == 0, $"Seed {seed}.\n{integrated}");
        Assert.Equal("", string.Join('\n', graph.ProblemsOf(repo)));
        Assert.Equal("", await git.RunAsync("status", "--porcelain"));
        Assert.Empty((await program.RunAsync(repo, "ps", "--json")).Data["processes"]!.AsArray());
    }

    public void Dispose() => scratch.Dispose();
}
