using System.Diagnostics;
using Lodestar.Core;
using Lodestar.Core.Context;
using Lodestar.Engine.Context;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Context;

public sealed class ContextResolverTests : IDisposable
{
    private const string Run = "run-20310514-120000-0123abcd";

    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void The_answer_is_the_same_from_main_checkout_subdirectory_lane_and_symbolic_link()
    {
        var repo = Repository("repo");
        var lane = scratch.PathOf(".repo.lodestar", "lane-1");
        Git(repo, "worktree", "add", "-q", "-b", $"lodestar/{Run}/t/F%2E1.2", lane);
        Directory.CreateDirectory(Path.Combine(repo, "src", "deep"));
        Directory.CreateDirectory(Path.Combine(lane, "src", "deep"));
        Directory.CreateSymbolicLink(scratch.PathOf("link"), Path.Combine(repo, "src"));
        Directory.CreateSymbolicLink(scratch.PathOf("lane-link"), Path.Combine(lane, "src"));

        string[] places = [repo, Path.Combine(repo, "src", "deep"), lane, Path.Combine(lane, "src", "deep"), scratch.PathOf("link"), scratch.PathOf("lane-link")];
        var found = places.Select(place => Resolve(place)).ToList();

        Assert.All(found, context => Assert.Equal(
            (repo, Path.Combine(repo, ".lodestar", "spec.yaml"), Path.Combine(repo, ".lodestar", "runtime.sqlite"), "trunk"),
            (context.Root.Value, context.Spec.Value, context.Runtime.Value, context.BaseBranch)));
        Assert.Equal(
            [WorkspaceKind.Main, WorkspaceKind.Main, WorkspaceKind.Lane, WorkspaceKind.Lane, WorkspaceKind.Main, WorkspaceKind.Lane],
            found.Select(context => context.Workspace.Kind));
        Assert.Null(found[0].Lane);
        Assert.Equal(new LaneCaller("lane-1", new RunId(Run), new TaskId("F.1")), found[2].Lane);
        Assert.Equal("refs/heads/trunk", found[0].Destination?.Value);
        Assert.Equal($"refs/heads/lodestar/{Run}/t/F%2E1.2", found[2].Destination?.Value);
    }

    [Fact]
    public void A_project_in_a_subdirectory_is_found_from_the_same_place_of_a_lane()
    {
        var repo = Repository("mono", project: "services/api");
        var lane = scratch.PathOf(".mono.lodestar", "lane-1");
        Git(repo, "worktree", "add", "-q", "--detach", lane);
        Directory.CreateDirectory(Path.Combine(lane, "services", "api", "src"));

        var context = Resolve(Path.Combine(lane, "services", "api", "src"));

        Assert.Equal(Path.Combine(repo, "services", "api"), context.Root.Value);
        Assert.Equal("not-initialized", Refused(lane));
    }

    [Fact]
    public void A_project_without_git_is_found_upward()
    {
        Directory.CreateDirectory(scratch.PathOf("plain", ".lodestar"));
        Directory.CreateDirectory(scratch.PathOf("plain", "a", "b"));

        var context = Resolve(scratch.PathOf("plain", "a", "b"));

        Assert.Equal(scratch.PathOf("plain"), context.Root.Value);
        Assert.Null(context.Repository);
    }

    [Fact]
    public void The_search_does_not_leave_a_repository()
    {
        Directory.CreateDirectory(scratch.PathOf("outer", ".lodestar"));
        var inner = Repository("outer/inner", project: null);

        Assert.Equal("not-initialized", Refused(inner));
    }

    [Fact]
    public void A_submodule_is_a_repository_of_its_own()
    {
        var library = Repository("library");
        var repo = Repository("repo");
        Git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "vendor/library");
        Directory.CreateDirectory(Path.Combine(repo, "vendor", "library", ".lodestar"));

        var context = Resolve(Path.Combine(repo, "vendor", "library"));

        Assert.Equal(Path.Combine(repo, "vendor", "library"), context.Root.Value);
    }

    [Fact]
    public void A_lane_of_a_submodule_finds_the_submodule()
    {
        var library = Repository("library");
        var repo = Repository("repo");
        Git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", library, "vendor/library");
        var submodule = Path.Combine(repo, "vendor", "library");
        Directory.CreateDirectory(Path.Combine(submodule, ".lodestar"));
        Git(submodule, "worktree", "add", "-q", "--detach", scratch.PathOf("elsewhere"));

        var context = Resolve(scratch.PathOf("elsewhere"));

        Assert.Equal((submodule, WorkspaceKind.Outside), (context.Root.Value, context.Workspace.Kind));
    }

    [Fact]
    public void A_worktree_of_a_bare_repository_is_refused()
    {
        var repo = Repository("repo");
        Git(scratch.Root, "clone", "-q", "--bare", repo, "bare/.git");
        Git(scratch.PathOf("bare", ".git"), "worktree", "add", "-q", "--detach", scratch.PathOf("tree"));

        Assert.Equal("repository-bare", Refused(scratch.PathOf("tree")));
        Assert.Equal("repository-bare", Refused(scratch.PathOf("bare")));
    }

    [Fact]
    public void A_git_directory_kept_elsewhere_is_refused_from_its_linked_worktrees_only()
    {
        var work = scratch.PathOf("work");
        Git(scratch.Root, "init", "-q", "-b", "trunk", "--separate-git-dir", scratch.PathOf("store"), work);
        Directory.CreateDirectory(Path.Combine(work, ".lodestar"));
        Git(work, "commit", "-q", "--allow-empty", "-m", "first");
        Git(work, "worktree", "add", "-q", "--detach", scratch.PathOf("tree"));

        Assert.Equal(work, Resolve(work).Root.Value);
        Assert.Equal("primary-worktree-unknown", Refused(scratch.PathOf("tree")));
    }

    [Fact]
    public void A_copied_worktree_and_one_whose_repository_is_gone_are_refused()
    {
        var repo = Repository("repo");
        Git(repo, "worktree", "add", "-q", "--detach", scratch.PathOf("tree"));
        scratch.Write("copy/.git", File.ReadAllText(scratch.PathOf("tree", ".git")));
        scratch.Write("lost/.git", "gitdir: /nowhere/at/all");

        Assert.Equal("worktree-broken", Refused(scratch.PathOf("copy")));
        Assert.Equal("worktree-broken", Refused(scratch.PathOf("lost")));
    }

    [Fact]
    public void A_state_directory_that_links_out_of_the_project_is_refused()
    {
        var repo = Repository("repo", project: null);
        Directory.CreateDirectory(scratch.PathOf("theirs"));
        Directory.CreateSymbolicLink(Path.Combine(repo, ".lodestar"), scratch.PathOf("theirs"));

        Assert.Equal("state-linked", Refused(repo));
    }

    [Theory]
    [InlineData("spec.yaml")]
    [InlineData("runtime.sqlite")]
    public void A_file_of_state_that_links_out_of_the_project_is_refused(string name)
    {
        var repo = Repository("repo");
        File.Delete(Path.Combine(repo, ".lodestar", name));
        File.CreateSymbolicLink(Path.Combine(repo, ".lodestar", name), scratch.PathOf("theirs"));

        Assert.Equal("state-linked", Refused(repo));
    }

    [Fact]
    public void The_run_of_the_environment_makes_the_caller_a_lane_wherever_it_stands()
    {
        var repo = Repository("repo");

        var context = Resolve(repo, CallerEnvironment.From(name => name switch
        {
            "LODESTAR_RUN_ID" => Run,
            "LODESTAR_TASK_ID" => "F001",
            _ => null,
        }));

        Assert.Equal(new LaneCaller(null, new RunId(Run), new TaskId("F001")), context.Lane);
    }

    [Fact]
    public void The_run_branch_checked_out_by_people_makes_no_lane()
    {
        var repo = Repository("repo");
        Git(repo, "checkout", "-q", "-b", $"lodestar/{Run}/run");

        Assert.Null(Resolve(repo).Lane);
    }

    [Fact]
    public void A_detached_head_has_no_base_branch()
    {
        var repo = Repository("repo");
        Git(repo, "checkout", "-q", "--detach");

        Assert.Null(Resolve(repo).BaseBranch);
    }

    [Fact]
    public void A_malformed_variable_is_refused_by_name()
    {
        var refused = Assert.Throws<RefusedException>(() => CallerEnvironment.From(name => name == "LODESTAR_RUN_ID" ? "nonsense" : null));

        Assert.Equal("environment-invalid", refused.Refusal.Code);
        Assert.Contains("LODESTAR_RUN_ID", refused.Refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolving_writes_nothing()
    {
        var repo = Repository("repo");
        string[] Entries() => Directory.GetFileSystemEntries(repo, "*", SearchOption.AllDirectories);
        var before = Entries();

        Resolve(repo);

        Assert.Equal(before, Entries());
    }

    private static ActionContext Resolve(string directory, CallerEnvironment? caller = null)
    {
        var outcome = ContextResolver.Resolve(directory, caller ?? CallerEnvironment.Empty);
        Assert.Null(outcome.Refusal);
        return outcome.Data!;
    }

    private static string? Refused(string directory) =>
        ContextResolver.Resolve(directory, CallerEnvironment.Empty).Refusal?.Code;

    private string Repository(string name, string? project = "")
    {
        var path = scratch.PathOf(name.Split('/'));
        Directory.CreateDirectory(path);
        Git(path, "init", "-q", "-b", "trunk");
        if (project is not null)
            scratch.Write(Path.Combine(name, project, ".lodestar", "spec.yaml"), "tasks: {}\n");
        Git(path, "add", "-A");
        Git(path, "commit", "-q", "--allow-empty", "-m", "first");
        return path;
    }

    private static void Git(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/git", ["-c", "user.name=T", "-c", "user.email=t@invalid", .. arguments])
        {
            WorkingDirectory = directory,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        using var git = Process.Start(start)!;
        var said = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, said);
    }
}
