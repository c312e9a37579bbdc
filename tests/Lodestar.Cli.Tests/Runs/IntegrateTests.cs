using Lodestar.TestKit;

namespace Lodestar.Cli.Tests.Runs;

/// <summary>The only verb that moves the user's branch: it moves it as asked, once, and not over anybody's work.</summary>
public sealed class IntegrateTests
{
    private const string Builder = "echo made > made.txt";

    [Theory]
    [InlineData("ff", 3)]
    [InlineData("merge", 3)]
    [InlineData("squash", 2)]
    public async Task A_run_reaches_its_branch_by_the_strategy_asked_for(string strategy, int parentsAndSelf)
    {
        using var project = await CompletedAsync();

        var done = (await project.LodestarAsync("run", "integrate", "--strategy", strategy, "--json")).MustSucceed();

        Assert.Equal(strategy, done.Data["strategy"]!.GetValue<string>());
        Assert.Equal("made\n", File.ReadAllText(Path.Combine(project.Repo.Root, "made.txt")));
        Assert.Equal(parentsAndSelf, (await GitAsync(project, "rev-list", "--parents", "-n", "1", "main")).Split(' ').Length);
        Assert.Empty(await GitAsync(project, "status", "--porcelain"));
        var task = (await project.LodestarAsync("task", "show", "F001", "--json")).MustSucceed();
        Assert.Equal("verified", task.Data["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Doing_it_twice_changes_nothing_and_says_so()
    {
        using var project = await CompletedAsync();
        var run = await project.RunIdAsync();
        (await project.LodestarAsync("run", "integrate", "--json")).MustSucceed();
        var head = await GitAsync(project, "rev-parse", "main");

        var again = (await project.LodestarAsync("run", "integrate", run, "--json")).MustSucceed();

        Assert.Contains("already-integrated", again.Output, StringComparison.Ordinal);
        Assert.Equal(head, await GitAsync(project, "rev-parse", "main"));
    }

    [Fact]
    public async Task Work_that_is_in_the_way_is_not_touched()
    {
        using var project = await CompletedAsync();
        project.Repo.Write("made.txt", "mine");

        var refused = await project.LodestarAsync("run", "integrate", "--json");

        Assert.True((refused.ExitCode, refused.Code) == (1, "tree-dirty"), refused.ToString());
        Assert.Equal("mine", File.ReadAllText(Path.Combine(project.Repo.Root, "made.txt")));
    }

    [Fact]
    public async Task A_branch_that_moved_is_merged_and_not_fast_forwarded()
    {
        using var project = await CompletedAsync();
        project.Repo.Write("other.txt", "theirs");
        await project.Repo.CommitAsync("meanwhile");

        var refused = await project.LodestarAsync("run", "integrate", "--strategy", "ff", "--json");
        var merged = await project.LodestarAsync("run", "integrate", "--strategy", "merge", "--json");

        Assert.True((refused.ExitCode, refused.Code) == (1, "base-moved"), refused.ToString());
        merged.MustSucceed();
        Assert.True(File.Exists(Path.Combine(project.Repo.Root, "other.txt")) && File.Exists(Path.Combine(project.Repo.Root, "made.txt")));
    }

    [Fact]
    public async Task A_branch_that_conflicts_stays_where_it_is()
    {
        using var project = await CompletedAsync();
        project.Repo.Write("made.txt", "theirs");
        await project.Repo.CommitAsync("meanwhile");
        var head = await GitAsync(project, "rev-parse", "main");

        var refused = await project.LodestarAsync("run", "integrate", "--json");

        Assert.True((refused.ExitCode, refused.Code) == (1, "integrate-conflict"), refused.ToString());
        Assert.Equal(head, await GitAsync(project, "rev-parse", "main"));
    }

    [Fact]
    public async Task A_branch_that_is_not_checked_out_moves_by_itself()
    {
        using var project = await CompletedAsync();
        await project.Repo.GitAsync("checkout", "-q", "-b", "elsewhere");

        (await project.LodestarAsync("run", "integrate", "--json")).MustSucceed();

        Assert.Equal("made", await GitAsync(project, "show", "main:made.txt"));
        Assert.False(File.Exists(Path.Combine(project.Repo.Root, "made.txt")));
    }

    [Fact]
    public async Task A_run_that_changed_nothing_adds_no_commit()
    {
        using var project = await RunProject.WithBuilderAsync("echo 'NO_CHANGE: it is there'");
        (await project.LodestarAsync("run", "--json")).MustSucceed();
        var head = await GitAsync(project, "rev-parse", "main");

        (await project.LodestarAsync("run", "integrate", "--json")).MustSucceed();

        Assert.Equal(head, await GitAsync(project, "rev-parse", "main"));
    }

    private static async Task<RunProject> CompletedAsync()
    {
        var project = await RunProject.WithBuilderAsync(Builder);
        (await project.LodestarAsync("run", "--json")).MustSucceed();
        return project;
    }

    private static async Task<string> GitAsync(RunProject project, params string[] arguments) =>
        (await project.Repo.GitAsync(arguments)).Trim();
}
