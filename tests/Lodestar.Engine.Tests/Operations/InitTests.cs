using System.Text.Json.Nodes;
using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class InitTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly SessionWorld world = new(new TestClock(), new IdSource(), _ => null);

    private string Project => scratch.PathOf("p");

    public InitTests() => Directory.CreateDirectory(scratch.PathOf("p"));

    [Fact]
    public async Task Every_file_is_named_that_was_written_and_no_other()
    {
        scratch.Write("p/.mcp.json", """{"mcpServers":{"other":{"command":"x"}}}""");

        var made = (await InitAsync(new InitProject(Project) { WithMcp = true, WithPrdPrompt = true })).Data!;

        Assert.True(made.McpEnabled && made.PrdPromptCreated);
        Assert.Equal([".mcp.json"], made.FilesUpdated.Select(Below));
        Assert.Equal(
            Directory.EnumerateFiles(Project, "*", SearchOption.AllDirectories).Select(Below).Except([".lodestar/spec.lock", ".mcp.json"]).Order(),
            made.FilesCreated.Select(Below).Order());
        Assert.NotNull(JsonNode.Parse(File.ReadAllText(scratch.PathOf("p/.mcp.json")))!["mcpServers"]!["other"]);
    }

    [Fact]
    public async Task Mcp_can_be_added_later_and_the_guide_goes_on_to_speak_of_it()
    {
        await InitAsync(new InitProject(Project));
        Assert.DoesNotContain("MCP", Guide(), StringComparison.Ordinal);

        await InitAsync(new InitProject(Project) { WithMcp = true, Force = true });
        await InitAsync(new InitProject(Project) { Force = true });

        Assert.Contains("### Over MCP", Guide(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AGENTS.md", "<!-- lodestar:begin -->\nhalf a section\n", "marks-broken")]
    [InlineData(".mcp.json", "{", "mcp-config-invalid")]
    [InlineData(".vscode/mcp.json", "[]", "mcp-config-invalid")]
    public async Task A_refused_init_leaves_everything_as_it_was(string file, string content, string code)
    {
        scratch.Write("p/" + file, content);

        var refusal = (await InitAsync(new InitProject(Project) { WithMcp = true })).Refusal;

        Assert.Equal(code, refusal?.Code);
        Assert.Equal([file], Directory.EnumerateFiles(Project, "*", SearchOption.AllDirectories).Select(Below));
        Assert.Equal(content, File.ReadAllText(scratch.PathOf("p/" + file)));
    }

    [Theory]
    [InlineData("AGENTS.md", "../victim")]
    [InlineData(".lodestar", "../elsewhere")]
    [InlineData(".vscode", "../elsewhere")]
    [InlineData(".mcp.json", "../not-there-yet")]
    public async Task A_link_that_leads_out_of_the_directory_is_not_followed(string file, string target)
    {
        scratch.Write("victim", "theirs");
        Directory.CreateDirectory(scratch.PathOf("elsewhere"));
        File.CreateSymbolicLink(scratch.PathOf("p", file), target);

        Assert.Equal("file-linked", (await InitAsync(new InitProject(Project) { WithMcp = true })).Refusal?.Code);

        Assert.Equal("theirs", File.ReadAllText(scratch.PathOf("victim")));
        Assert.Empty(Directory.GetFileSystemEntries(scratch.PathOf("elsewhere")));
        Assert.False(Path.Exists(scratch.PathOf("not-there-yet")));
    }

    [Fact]
    public async Task A_link_within_the_directory_stays_a_link()
    {
        scratch.Write("p/CLAUDE.md", "# Ours\n");
        File.CreateSymbolicLink(scratch.PathOf("p/AGENTS.md"), "CLAUDE.md");

        await InitAsync(new InitProject(Project));

        Assert.Equal("CLAUDE.md", new FileInfo(scratch.PathOf("p/AGENTS.md")).LinkTarget);
        Assert.StartsWith("# Ours\n", File.ReadAllText(scratch.PathOf("p/CLAUDE.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_is_there_is_kept_unless_forced()
    {
        scratch.Write("p/PRD-PROMPT.md", "mine");

        var made = (await InitAsync(new InitProject(Project) { WithPrdPrompt = true })).Data!;

        Assert.Equal("mine", File.ReadAllText(scratch.PathOf("p/PRD-PROMPT.md")));
        Assert.DoesNotContain(made.FilesCreated.Concat(made.FilesUpdated), file => file.EndsWith("PROMPT.md", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_project_that_no_command_would_find_is_not_made()
    {
        using var repo = await TestRepo.CreateAsync();
        var (bare, linked) = (repo.Beside("bare.git"), repo.Beside("linked"));
        await repo.GitAsync("clone", "-q", "--bare", ".", bare);
        await repo.GitAsync("worktree", "add", "-q", linked);

        Assert.Equal("repository-bare", (await InitAsync(new InitProject(bare) { Force = true })).Refusal?.Code);
        Assert.Equal("worktree-linked", (await InitAsync(new InitProject(linked) { Force = true })).Refusal?.Code);
        Assert.Equal([".git", "README.md"], Directory.GetFileSystemEntries(linked).Select(Path.GetFileName).Order());
        Assert.False(Path.Exists(Path.Combine(bare, ".lodestar")));

        await InitAsync(new InitProject(repo.Root));
        var refusal = (await InitAsync(new InitProject(linked) { Force = true })).Refusal;
        Assert.Equal(("already-initialized", repo.Root), (refusal?.Code, refusal?.Details["path"]?.GetValue<string>()));
    }

    [Fact]
    public async Task The_default_branch_is_the_one_the_repository_is_on()
    {
        using var repo = await TestRepo.CreateAsync();
        await repo.GitAsync("checkout", "-q", "-b", "trunk/#1");
        Directory.CreateDirectory(Path.Combine(repo.Root, "app"));

        await InitAsync(new InitProject(Path.Combine(repo.Root, "app")));
        await InitAsync(new InitProject(Project));

        Assert.Equal("trunk/#1", new SpecFile(Path.Combine(repo.Root, "app")).Load().Data!.Spec.Project.DefaultBranch);
        Assert.Equal("main", new SpecFile(Project).Load().Data!.Spec.Project.DefaultBranch);
    }

    public void Dispose() => scratch.Dispose();

    private Task<Outcome<InitializedProject>> InitAsync(InitProject init) => init.ExecuteAsync(world, default);

    private string Guide() => File.ReadAllText(scratch.PathOf("p/AGENTS.md"));

    private string Below(string file) => Path.GetRelativePath(Project, file);
}
