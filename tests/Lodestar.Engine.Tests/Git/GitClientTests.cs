using Lodestar.Engine.Git;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Git;

public sealed class GitClientTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    [Fact]
    public void Without_git_the_environment_is_broken_by_code()
    {
        var failure = Assert.Throws<EnvironmentException>(() => GitClient.Find(Path(scratch.Root)));

        Assert.Equal("git-missing", failure.Code);
    }

    [Fact]
    public void A_git_in_a_relative_path_entry_is_never_taken()
    {
        Script("git", "exit 0");

        Assert.Throws<EnvironmentException>(
            () => GitClient.Find(Path(System.IO.Path.GetRelativePath(Environment.CurrentDirectory, scratch.Root) + "::.")));
    }

    [Fact]
    public async Task An_old_git_is_refused_by_code()
    {
        Script("git", "echo git version 2.37.9");

        var failure = await Assert.ThrowsAsync<EnvironmentException>(
            () => GitClient.Find(Path(scratch.Root)).VersionAsync(CancellationToken.None));

        Assert.Equal("git-too-old", failure.Code);
    }

    [Fact]
    public async Task A_git_that_dies_of_a_signal_is_unknown_and_not_failed()
    {
        Script("git", "kill -9 $$");

        await Assert.ThrowsAsync<GitUnknownException>(() => RunAsync(new GitCall(scratch.Root, "commit")));
    }

    [Fact]
    public async Task A_git_that_does_not_end_in_time_is_unknown_and_stopped()
    {
        Script("git", "exec /bin/sleep 600");

        await Assert.ThrowsAsync<GitUnknownException>(
            () => RunAsync(new GitCall(scratch.Root, "commit") { Limit = TimeSpan.FromMilliseconds(50) }));
    }

    [Fact]
    public async Task A_usage_error_of_git_is_a_failure_and_no_signal()
    {
        Script("git", "echo usage: git >&2; exit 129");

        var failure = await Assert.ThrowsAsync<GitFailedException>(() => RunAsync(new GitCall(scratch.Root, "commit")));

        Assert.Equal(129, failure.ExitCode);
    }

    [Fact]
    public async Task Git_variables_of_the_caller_do_not_reach_git_and_ours_do()
    {
        Script("git", "env");
        var inherited = new Dictionary<string, string>(Path(scratch.Root)) { ["GIT_DIR"] = "/elsewhere" };

        var reply = await GitClient.Find(inherited).RunAsync(
            new GitCall(scratch.Root, "x") { Config = [new("a.b=c.d", "e\nf")] }, CancellationToken.None);

        Assert.DoesNotContain("GIT_DIR=", reply.Text, StringComparison.Ordinal);
        Assert.Contains("GIT_OPTIONAL_LOCKS=0", reply.Text, StringComparison.Ordinal);
        Assert.Contains("=core.hooksPath", reply.Text, StringComparison.Ordinal);
        Assert.Contains("=a.b=c.d", reply.Text, StringComparison.Ordinal);
    }

    public void Dispose() => scratch.Dispose();

    private Task<GitReply> RunAsync(GitCall call) => GitClient.Find(Path(scratch.Root)).RunAsync(call, CancellationToken.None);

    private static Dictionary<string, string> Path(string path) => new() { ["PATH"] = path };

    private void Script(string name, string body)
    {
        var path = scratch.Write(name, $"#!/bin/sh\nPATH=/usr/bin:/bin\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
