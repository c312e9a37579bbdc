using Lodestar.Core;
using Lodestar.Engine.Operations;
using Lodestar.Engine.Spec;
using Lodestar.TestKit;

namespace Lodestar.Engine.Tests.Operations;

public sealed class SpecOperationTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();
    private readonly SessionWorld world = new(new TestClock(), new IdSource(), _ => null);

    [Fact]
    public async Task Init_writes_a_project_and_says_which_files_it_wrote()
    {
        var made = (await Init()).Data!;

        Assert.Equal(
            [scratch.PathOf(".lodestar/spec.yaml"), scratch.PathOf(".lodestar/.gitignore"), scratch.PathOf("AGENTS.md")],
            made.FilesCreated.AsEnumerable());
        Assert.Equal("shop", made.ProjectName);
        Assert.Equal(made.ProjectId, new SpecFile(scratch.Root).Load().Data!.Spec.Project.Id);
        Assert.Contains("!spec.yaml\n", File.ReadAllText(scratch.PathOf(".lodestar/.gitignore")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_is_refused_in_and_below_a_project()
    {
        await Init();
        Directory.CreateDirectory(scratch.PathOf("src"));

        Assert.Equal("already-initialized", (await Init()).Refusal!.Code);
        Assert.Equal("already-initialized", (await new InitProject(scratch.PathOf("src")).ExecuteAsync(world, default)).Refusal!.Code);
    }

    [Fact]
    public async Task Forced_init_keeps_spec_and_runtime_and_renews_only_what_is_generated()
    {
        scratch.Write("AGENTS.md", "# Ours\n");
        await Init();
        await Create(new CreateTask("Log in"));
        var spec = File.ReadAllBytes(scratch.PathOf(".lodestar/spec.yaml"));
        scratch.Write(".lodestar/runtime.sqlite-marker", "kept");
        scratch.Write("AGENTS.md", File.ReadAllText(scratch.PathOf("AGENTS.md")).Replace("task next", "task old") + "More of ours\n");

        var again = (await (new InitProject(scratch.Root) { Force = true }).ExecuteAsync(world, default)).Data!;

        Assert.Empty(again.FilesCreated);
        Assert.Equal(scratch.PathOf("AGENTS.md"), Assert.Single(again.FilesUpdated));
        Assert.Equal(spec, File.ReadAllBytes(scratch.PathOf(".lodestar/spec.yaml")));
        var guide = File.ReadAllText(scratch.PathOf("AGENTS.md"));
        Assert.StartsWith("# Ours\n", guide, StringComparison.Ordinal);
        Assert.EndsWith("More of ours\n", guide, StringComparison.Ordinal);
        Assert.DoesNotContain("task old", guide, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_created_task_comes_back_in_full()
    {
        await Init();
        scratch.Write("PRD.md", "# Shop\n\n## Log in {#login}\ntext\n");
        await Create(new CreateTask("First") { Id = "F001" });

        var task = (await Create(new CreateTask("Log in: fast")
        {
            Description = "Two\nlines",
            DependsOn = ["F001"],
            Labels = ["a", "a"],
            Locks = ["src/**"],
            AcceptanceCriteria = ["works: yes"],
            Priority = 3,
            Prd = new("PRD.md", ["login"], "Excerpt"),
        })).Data!;

        Assert.Equal("T001", task.Id.Value);
        Assert.Equal(("Log in: fast", "Two\nlines", 3, "ready"), (task.Title, task.Description, task.Priority, task.Status));
        Assert.Equal("a", Assert.Single(task.Labels));
        Assert.Equal("works: yes", Assert.Single(task.AcceptanceCriteria));
        Assert.StartsWith("sha256:", task.Prd!.PrdHash, StringComparison.Ordinal);
        Assert.Equal(TestClock.Noon, task.CreatedAt);
        Assert.False(task.Claimable);
    }

    [Theory]
    [InlineData("", null, null, null, null, null, "title-needed")]
    [InlineData("T", "F001", null, null, null, null, "task-exists")]
    [InlineData("T", " x", null, null, null, null, "task-id-invalid")]
    [InlineData("T", null, "F9", null, null, null, "dependency-unknown")]
    [InlineData("T", "X", "X", null, null, null, "dependency-self")]
    [InlineData("T", null, null, "/etc/**", null, null, "lock-invalid")]
    [InlineData("T", null, null, null, "finished", null, "status-unknown")]
    [InlineData("T", null, null, null, "done", null, "force-needed")]
    [InlineData("T", null, null, null, null, "../x.md", "prd-outside")]
    [InlineData("T", null, null, null, null, "none.md", "prd-missing")]
    public async Task A_task_that_cannot_be_is_refused_and_nothing_is_written(
        string title, string? id, string? dependency, string? pattern, string? status, string? prd, string code)
    {
        await Init();
        await Create(new CreateTask("First") { Id = "F001" });
        var before = File.ReadAllBytes(scratch.PathOf(".lodestar/spec.yaml"));

        var refused = await Create(new CreateTask(title)
        {
            Id = id,
            DependsOn = dependency is null ? [] : [dependency],
            Locks = pattern is null ? [] : [pattern],
            Status = status is null ? null : new(status),
            Prd = prd is null ? null : new(prd, [], null),
        });

        Assert.Equal(code, refused.Refusal?.Code);
        Assert.Equal(before, File.ReadAllBytes(scratch.PathOf(".lodestar/spec.yaml")));
    }

    [Fact]
    public async Task A_status_given_at_creation_is_in_the_runtime_and_not_in_the_file()
    {
        await Init();

        var task = (await Create(new CreateTask("Later") { Status = new("todo") })).Data!;

        Assert.Equal("todo", task.Status);
        Assert.DoesNotContain("status", File.ReadAllText(scratch.PathOf(".lodestar/spec.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_changes_what_was_named_and_tells_it()
    {
        await Init();
        await Create(new CreateTask("One") { Id = "A", Labels = ["x", "y"], Locks = ["old"] });
        await Create(new CreateTask("Two") { Id = "B" });

        var task = (await Update(new UpdateTask("A")
        {
            Title = "Uno",
            Labels = new(["z"], ["x"]),
            Locks = new(["new"], ["old"]),
            DependsOn = new(["B"], []),
            AcceptanceCriteria = new(["works"], []),
            Status = new("blocked"),
        })).Data!;

        Assert.Equal("acceptance_criteria,depends_on,labels,locks,status,title", string.Join(',', task.UpdatedFields!.Value));
        Assert.Equal("Uno y,z new B works blocked", $"{task.Title} {string.Join(',', task.Labels)} {task.Locks[0]} {task.DependsOn[0]} {task.AcceptanceCriteria[0]} {task.Status}");
    }

    [Fact]
    public async Task An_update_that_would_close_a_circle_is_refused()
    {
        await Init();
        await Create(new CreateTask("One") { Id = "A" });
        await Create(new CreateTask("Two") { Id = "B", DependsOn = ["A"] });

        Assert.Equal("dependency-cycle", (await Update(new UpdateTask("A") { DependsOn = new(["B"], []) })).Refusal?.Code);
        Assert.Equal("nothing-to-update", (await Update(new UpdateTask("A"))).Refusal?.Code);
        Assert.Equal("task-unknown", (await Update(new UpdateTask("Z") { Title = "x" })).Refusal?.Code);
    }

    [Fact]
    public async Task A_task_deleted_in_the_file_comes_back_when_given_another_status()
    {
        await Init();
        await Create(new CreateTask("One") { Id = "A" });

        var deleted = await Update(new UpdateTask("A") { Status = new("deleted", true, "not wanted") });
        var back = await Update(new UpdateTask("A") { Status = new("ready") });

        Assert.Equal(("deleted", "ready"), (deleted.Data?.Status, back.Data?.Status));
        Assert.DoesNotContain("status", File.ReadAllText(scratch.PathOf(".lodestar/spec.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dot", "digraph tasks {\n  rankdir=LR;\n  \"A\" [label=\"A\\nOne \\\"1\\\"\"];\n  \"B\" [label=\"B\\nTwo\"];\n  \"A\" -> \"B\";\n}\n")]
    [InlineData("mermaid", "flowchart LR\n  t1[\"A: One &quot;1&quot;\"]\n  t2[\"B: Two\"]\n  t1 --> t2\n")]
    [InlineData("text", "A  One \"1\"\nB  Two  <- A\n")]
    public async Task The_graph_is_drawn_in_every_format(string format, string drawing)
    {
        await Init();
        await Create(new CreateTask("One \"1\"") { Id = "A" });
        await Create(new CreateTask("Two") { Id = "B", DependsOn = ["A"] });
        using var session = EngineSession.Open(scratch.Root, world).Data!;

        Assert.Equal(drawing, (await new GraphTasks(format).ExecuteAsync(session, default)).Data?.Drawing);
        var unknown = await new GraphTasks("tree").ExecuteAsync(session, default);
        Assert.Equal("format-unknown", Assert.Single(unknown.Warnings).Code);
        Assert.StartsWith("A  One", unknown.Data?.Drawing, StringComparison.Ordinal);
    }

    public void Dispose() => scratch.Dispose();

    private Task<Outcome<InitializedProject>> Init() =>
        new InitProject(scratch.Root) { Name = "shop" }.ExecuteAsync(world, default);

    private async Task<Outcome<TaskDetails>> Create(CreateTask task)
    {
        using var session = EngineSession.Open(scratch.Root, world).Data!;
        return await task.ExecuteAsync(session, default);
    }

    private async Task<Outcome<TaskDetails>> Update(UpdateTask task)
    {
        using var session = EngineSession.Open(scratch.Root, world).Data!;
        return await task.ExecuteAsync(session, default);
    }
}
