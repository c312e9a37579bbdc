using Lodestar.Core;
using Lodestar.Core.Planes;
using Lodestar.Engine.Operations;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

/// <summary>A project whose spec names no identity has the one of its history, so that a lost store loses no identity.</summary>
public sealed class ProjectIdentityTests
{
    private const string Unnamed = "project: {name: demo}\ntasks:\n  T1: {title: one}\n";

    [Fact]
    public async Task Every_clone_has_the_same_identity_before_and_after_its_first_write()
    {
        using var repo = await TestRepo.CreateAsync();
        repo.Write(".lodestar/spec.yaml", Unnamed);
        await repo.CommitAsync("spec");
        await repo.GitAsync("clone", "-q", repo.Root, repo.Beside("clone"));

        var before = await ProjectOf(repo.Root);
        await WriteIn(repo.Root);

        Assert.Equal(before, await ProjectOf(repo.Root));
        Assert.Equal(before, await ProjectOf(repo.Beside("clone")));
        await WriteIn(repo.Beside("clone"));
        Assert.Equal(before, await ProjectOf(repo.Beside("clone")));
    }

    [Fact]
    public async Task Merging_a_foreign_history_changes_nothing()
    {
        using var repo = await TestRepo.CreateAsync();
        repo.Write(".lodestar/spec.yaml", Unnamed);
        await repo.CommitAsync("spec");
        var before = await ProjectOf(repo.Root);
        await repo.GitAsync("checkout", "-q", "--orphan", "foreign");
        await repo.GitAsync("commit", "-q", "--allow-empty", "-m", "another beginning");
        await repo.GitAsync("checkout", "-q", "main");
        await repo.GitAsync("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "together", "foreign");

        Assert.Equal(before, await ProjectOf(repo.Root));
    }

    [Fact]
    public async Task Two_projects_of_one_repository_are_two()
    {
        using var repo = await TestRepo.CreateAsync();
        repo.Write("a/.lodestar/spec.yaml", Unnamed);
        repo.Write("b/.lodestar/spec.yaml", Unnamed);

        Assert.NotEqual(await ProjectOf(Path.Combine(repo.Root, "a")), await ProjectOf(Path.Combine(repo.Root, "b")));
    }

    [Fact]
    public async Task What_the_store_kept_counts_whatever_the_history_says_later()
    {
        using var scratch = new ScratchDirectory();
        scratch.Write(".lodestar/spec.yaml", Unnamed);
        await WriteIn(scratch.Root);
        var drawn = await ProjectOf(scratch.Root);

        Directory.CreateDirectory(scratch.PathOf(".git"));
        Assert.Equal(drawn, await ProjectOf(scratch.Root));
    }

    private static async Task<ProjectId> ProjectOf(string directory)
    {
        using var session = Open(directory);
        var seen = await session.QueryAsync<object>(plane => Outcome<object>.Done(plane.Project), CancellationToken.None);
        return (ProjectId)seen.Data!;
    }

    private static async Task WriteIn(string directory)
    {
        using var session = Open(directory);
        Assert.Null((await new JoinAgent(new(null, null, [], new Dictionary<string, string>())).ExecuteAsync(session, CancellationToken.None)).Refusal);
    }

    private static EngineSession Open(string directory) =>
        EngineSession.Open(directory, new SessionWorld(new TestClock(), new IdSource(), _ => null)).Data!;
}
