using Lodestar.Core.Context;
using Lodestar.Engine.Git;
using Lodestar.TestKit;
using Lodestar.TestKit.World;

namespace Lodestar.Simulation;

/// <summary>The repository in memory keeps the promises of the real one.</summary>
public sealed class MemoryRepositoryTests : RepositoryContract
{
    protected override Task<RepositoryWorld> CreateAsync() => Task.FromResult<RepositoryWorld>(new MemoryWorld());

    private sealed class MemoryWorld : RepositoryWorld
    {
        private readonly MemoryGit git = new();

        internal MemoryWorld()
        {
            var tree = git.Tree(System.Collections.Immutable.ImmutableSortedDictionary
                .Create<string, string>(StringComparer.Ordinal).Add("README.md", git.Blob("hello\n"u8)));
            Base = git.Commit(new CommitDraft(tree, [], "Begin\n", new("User", "user@example.test"), 0));
            git.Refs["refs/heads/main"] = Base.Value;
            Repository = new MemoryRepository(git, CallGate.Open);
        }

        public override IRepository Repository { get; }

        public override CommitId Base { get; }

        public override string Lane(int number) => $"/lanes/{number}";

        public override Task WriteAsync(string lane, string path, string content)
        {
            git.Worktrees[lane].Files[path] = content;
            return Task.CompletedTask;
        }

        public override Task DeleteAsync(string lane, string path)
        {
            git.Worktrees[lane].Files.Remove(path);
            return Task.CompletedTask;
        }

        public override Task<string?> ReadAsync(string lane, string path) =>
            Task.FromResult(git.Worktrees[lane].Files.GetValueOrDefault(path));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
