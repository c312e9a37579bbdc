using Lodestar.Core.Context;
using Lodestar.Engine.Git;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Git;

public class GitRepositoryContractTests : RepositoryContract
{
    protected override async Task<RepositoryWorld> CreateAsync() => await GitWorld.CreateAsync("sha1");
}

/// <summary>The same in a repository with 64-digit names, in a folder whose name has blanks, quotes and more.</summary>
public class Sha256RepositoryContractTests : RepositoryContract
{
    protected override async Task<RepositoryWorld> CreateAsync() => await GitWorld.CreateAsync("sha256", "my \"repo\" ü\n'x");
}

internal sealed class GitWorld : RepositoryWorld
{
    private readonly GitRepository repository;

    private GitWorld(TestRepo repo, GitRepository repository, CommitId root)
    {
        Repo = repo;
        this.repository = repository;
        Base = root;
    }

    public TestRepo Repo { get; }

    public override IRepository Repository => repository;

    public override CommitId Base { get; }

    public static async Task<GitWorld> CreateAsync(string objectFormat = "sha1", string folder = "repo")
    {
        var repo = await TestRepo.CreateAsync(folder, objectFormat);
        var repository = await GitRepository.OpenAsync(repo.Git, repo.Root, repo.Beside("engine"), CancellationToken.None);
        return new GitWorld(repo, repository, new CommitId(await repo.GitAsync("rev-parse", "HEAD")));
    }

    public override string Lane(int number) => Repo.Beside("lanes and more", $"lane-{number}");

    public override async Task WriteAsync(string lane, string path, string content)
    {
        var file = Path.Combine(lane, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, content);
    }

    public override Task DeleteAsync(string lane, string path)
    {
        File.Delete(Path.Combine(lane, path));
        return Task.CompletedTask;
    }

    public override async Task<string?> ReadAsync(string lane, string path) =>
        File.Exists(Path.Combine(lane, path)) ? await File.ReadAllTextAsync(Path.Combine(lane, path)) : null;

    public override async ValueTask DisposeAsync()
    {
        await repository.DisposeAsync();
        Repo.Dispose();
    }
}
